"""The catalog and the companies' default groups: what must be known before the first order."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from contracts.messages.catalog import VariantChanged, VariantSubmitted
from contracts.messages.customers import Group
from contracts.messages.orders import CustomerGroupChanged, CustomerGroupChangeRequested
from demo.sample import bikes, northwind, shopify
from demo.sample.outbound import Sending
from demo.sample.rates import prices

SOURCE: Final = "/catalog/main"
CLERK: Final = "/clerks/accounts"
OPENED: Final = datetime(2018, 5, 1, 6, tzinfo=UTC)
"""The catalog's and the groups' message time: before the first order of the bike shop."""

INACTIVE: Final = ("FK-1639", "FK-5136", "FK-9939")
"""Forks, of which the data hold no order: no longer offered."""
UNPRICED: Final = ("HS-0296", "HS-2451", "HS-3479")
"""Headsets, of which the data hold no order: announced without any price."""
GADGET_LIST_PRICE: Final = Decimal(200)
"""US dollars: stands for the list price of each Shopify variant, whose purchase price is no ground for a rent."""


def variants() -> tuple[VariantSubmitted, ...]:
    """Every variant as it is first submitted: the bike shop's, then Shopify's."""
    return tuple(
        VariantSubmitted(
            sku=product.sku,
            product_name=product.model,
            variant_name=product.name,
            active=product.sku not in INACTIVE,
            prices=() if product.sku in UNPRICED else prices(product.list_price),
        )
        for product in bikes.products()
    ) + tuple(
        VariantSubmitted(
            sku=variant.sku,
            product_name=variant.product,
            variant_name=variant.name,
            prices=prices(GADGET_LIST_PRICE),
        )
        for variant in shopify.variants()
    )


def priced() -> tuple[VariantSubmitted, ...]:
    """The variants that were announced without a price, with their prices."""
    return tuple(
        VariantSubmitted(
            sku=product.sku,
            product_name=product.model,
            variant_name=product.name,
            prices=prices(product.list_price),
        )
        for product in bikes.products()
        if product.sku in UNPRICED
    )


def price_list() -> Mapping[tuple[str, int, str], int]:
    """A month's price in minor units by SKU, contract length and currency, once every price has come."""
    return {
        (variant.sku, price.months, price.currency): price.amount
        for variant in (*variants(), *priced())
        for price in variant.prices
    }


def variant_sending(variant: VariantSubmitted, time: datetime, version: int = 1) -> Sending:
    """The message that submits a variant; ``version`` tells its submissions apart."""
    id_ = f"variant-{variant.sku}-{version}"
    return Sending(VariantSubmitted, id_, SOURCE, time, variant)


def group_sending(customer_id: str, group: Group, time: datetime, number: int = 1) -> Sending:
    """The message that sets a company's default group; ``number`` tells its requests apart."""
    body = CustomerGroupChangeRequested(
        customer_id=customer_id, group=group, actor="accounts", reason="one invoice for each country"
    )
    return Sending(CustomerGroupChangeRequested, f"group-{customer_id}-{number}", CLERK, time, body)


def sendings() -> tuple[Sending, ...]:
    """The first wave: all variants, then the default groups of the companies that never name theirs."""
    return tuple(variant_sending(variant, OPENED).awaiting(VariantChanged) for variant in variants()) + tuple(
        group_sending(customer_id, group, OPENED).awaiting(CustomerGroupChanged)
        for customer_id, group in northwind.default_groups().items()
    )
