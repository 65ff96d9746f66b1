"""The gadget shop: two products with five variants, five orders as they come. Three of them lack what is required."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from contracts.messages.orders import OrderSubmitted
from demo.sample.files import document
from demo.sample.orders import SampleOrder, contract_length

SOURCE: Final = "/shops/shopify"
FILES: Final = (
    "order_450789469_partially_refunded_3variants",
    "order_eur_no_customer_no_sku_qty3",
    "order_minimal_no_email_no_customer",
    "order_partially_paid_with_addresses",
    "order_pending_no_shipping_address",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant with the names of its product and its own. What it costs to buy is not read."""

    sku: str
    product: str
    name: str


@dataclass(frozen=True, slots=True)
class Submission:
    """An order's data as the shop has them, complete or not, with its time (UTC)."""

    data: Mapping[str, Any]
    time: datetime

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.data["order_id"])


def variants() -> tuple[Variant, ...]:
    """All variants of all products."""
    return tuple(
        Variant(variant["sku"], product["title"], variant["title"])
        for product in document("shopify/products_2_with_variants.json")["products"]
        for variant in product["variants"]
    )


def submissions() -> tuple[Submission, ...]:
    """All five orders, mapped field by field; what the shop does not have is left out."""
    return tuple(_submission(document(f"shopify/{name}.json")["order"]) for name in FILES)


def orders() -> tuple[SampleOrder, ...]:
    """Those that have all that is required."""
    return tuple(order for order in map(_complete, submissions()) if order is not None)


def incomplete() -> tuple[Submission, ...]:
    """Those that lack something required."""
    return tuple(submission for submission in submissions() if _complete(submission) is None)


def _complete(submission: Submission) -> SampleOrder | None:
    try:
        body = OrderSubmitted.model_validate(submission.data, strict=False)
    except ValidationError:
        return None
    return SampleOrder(body, SOURCE, submission.time)


def _submission(order: Mapping[str, Any]) -> Submission:
    order_id = str(order["id"])
    billing, shipping = order.get("billing_address"), order.get("shipping_address")
    data = {
        "order_id": order_id,
        "customer": _customer(order, billing),
        "billing_address": _address(billing),
        "shipping_address": _address(shipping),
        "items": [
            _without_none(
                sku=line["sku"] or None,
                months=contract_length(order_id, line["id"]),
                quantity=line["quantity"],
            )
            for line in order["line_items"]
        ],
        "currency": order["currency"],
        "test": bool(order["test"]),
    }
    return Submission(_without_none(**data), datetime.fromisoformat(order["created_at"]).astimezone(UTC))


def _customer(order: Mapping[str, Any], billing: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    customer = order.get("customer")
    if customer is None:
        return None
    named = billing or customer
    return _without_none(
        id=str(customer["id"]),
        email=order["email"] or None,
        first_name=named["first_name"],
        last_name=named["last_name"],
        phone=order["phone"] or customer["phone"],
        type="individual",
    )


def _address(address: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if address is None:
        return None
    return _without_none(
        street=address["address1"],
        street2=address["address2"] or None,
        city=address["city"],
        region=address["province"],
        postal_code=address["zip"],
        country=address["country_code"],
    )


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
