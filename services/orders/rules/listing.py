"""What a list of orders shows of each."""

from datetime import datetime
from typing import Literal

from contracts.messages.order import HoldReason, Status
from contracts.values.immutable import Immutable
from services.orders.documents.order import PlacedOrder
from services.orders.rules.status import totals_of_units
from services.orders.rules.totals import live_totals


class ListedOrder(Immutable):
    """An order in one line. ``product`` is that of its first item, ``items`` how many there are. ``units`` are all,
    ``taken`` those with a subscription. Money is minor units of ``currency``, of live units, None while a price is
    missing. ``source`` is who submitted it.
    """

    order_id: str
    version: int
    status: Status
    placed_at: datetime
    customer_id: str
    customer_type: Literal["individual", "business"]
    name: str
    company: str | None
    email: str
    product: str
    items: int
    units: int
    taken: int
    cancelled: int
    currency: str
    monthly_total: int | None
    contract_value: int | None
    payer: str
    group: str | None
    term: str | None
    holds: tuple[HoldReason, ...]
    channel: Literal["shop", "phone", "api"]
    test: bool
    source: str


def listed(order: PlacedOrder, source: str) -> ListedOrder:
    """The order as a list shows it."""
    customer, totals = order.customer, live_totals(order)
    taken, cancelled = totals_of_units(order)
    return ListedOrder(
        order_id=order.order_id,
        version=order.version,
        status=order.status,
        placed_at=order.placed_at,
        customer_id=customer.id,
        customer_type=customer.type,
        name=" ".join(filter(None, (customer.first_name, customer.last_name))),
        company=customer.company_name,
        email=customer.email,
        product=order.items[0].product_name if order.items else "",
        items=len(order.items),
        units=sum(item.quantity for item in order.items),
        taken=taken,
        cancelled=cancelled,
        currency=order.currency,
        monthly_total=None if totals is None else totals.monthly_total,
        contract_value=None if totals is None else totals.contract_value,
        payer=order.payer,
        group=None if order.group is None else order.group.id,
        term=order.term,
        holds=tuple(sorted({hold.reason for hold in order.holds})),
        channel=order.channel,
        test=order.test,
        source=source,
    )
