"""A submission becomes an order; a price that comes later completes it."""

from collections.abc import Mapping
from datetime import datetime

from contracts.messages.orders import OrderSubmitted
from contracts.values.words import AT_ONCE
from services.engine.core.document import replace
from services.orders.documents.customer import (
    CustomerRecord,
    KnownCustomer,
    as_known,
    differs,
    group_in_force,
    payer,
    snapshot,
)
from services.orders.documents.order import Flag, PlacedOrder
from services.orders.documents.party import Address
from services.orders.documents.variant import Variant
from services.orders.rules.content import fingerprints
from services.orders.rules.pricing import fill_prices, holds_after, holds_of, priced_item
from services.orders.rules.status import status_of
from services.orders.rules.totals import ordered_totals
from services.orders.settings import Settings


def place(
    body: OrderSubmitted,
    *,
    at: datetime,
    clock_suspect: bool,
    catalog: Mapping[str, Variant],
    record: CustomerRecord | None,
    known: tuple[KnownCustomer, ...],
    settings: Settings,
) -> PlacedOrder:
    """The order; ``body`` broke no rule, and every SKU of it is in ``catalog``.

    An order on hold is not confirmed yet, however it was submitted.
    """
    customer, shipping = snapshot(body.customer), body.shipping_address
    group, source = group_in_force(body.customer, body.group, record)
    items = tuple(
        priced_item(item, position, catalog[item.sku], body.currency) for position, item in enumerate(body.items, 1)
    )
    holds = holds_of(items)
    flags = _flags(body, known, clock_suspect=clock_suspect)
    totals = ordered_totals(items)
    order = PlacedOrder(
        order_id=body.order_id,
        customer=replace(customer, differs=True) if "customer_differs" in flags else customer,
        group=group,
        group_source=source,
        payer=payer(customer.id, group),
        term=AT_ONCE if customer.type == "individual" else body.term,
        billing_address=Address.from_contract(body.billing_address),
        shipping_address=None if shipping is None else Address.from_contract(shipping),
        items=items,
        currency=body.currency,
        channel=body.channel,
        test=body.test,
        holds=holds,
        flags=flags,
        placed_at=at,
        submitted_confirmed=body.confirmed,
        confirmed_at=at if body.confirmed and not holds else None,
        confirmation_required=settings.confirmation_required,
        original_monthly_total=None if totals is None else totals.monthly_total,
        original_contract_value=None if totals is None else totals.contract_value,
        submitted=fingerprints(body),
    )
    return replace(order, status=status_of(order))


def _flags(body: OrderSubmitted, known: tuple[KnownCustomer, ...], *, clock_suspect: bool) -> tuple[Flag, ...]:
    found: list[Flag] = []
    if any(differs(one, as_known(body.customer)) for one in known):
        found.append("customer_differs")
    if clock_suspect:
        found.append("clock_suspect")
    return tuple(found)


def with_prices(order: PlacedOrder, catalog: Mapping[str, Variant], at: datetime) -> PlacedOrder:
    """The order with the prices that have come; the same object if none has.

    The holds of what was filled in are derived anew. With the last hold gone, what was submitted as confirmed is.
    """
    items = fill_prices(order.items, catalog, order.currency)
    if items == order.items:
        return order
    holds = holds_after(order.holds, order.items, items)
    totals = ordered_totals(items)
    order = replace(
        order,
        items=items,
        holds=holds,
        confirmed_at=at if order.submitted_confirmed and not holds else order.confirmed_at,
        original_monthly_total=None if totals is None else totals.monthly_total,
        original_contract_value=None if totals is None else totals.contract_value,
    )
    return replace(order, status=status_of(order))
