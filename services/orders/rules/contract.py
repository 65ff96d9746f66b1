"""The order as facts carry it, with everything that is derived filled in."""

from contracts.messages.order import Order
from contracts.messages.orders import OrderStatusChanged
from services.orders.documents.order import PlacedOrder
from services.orders.documents.progress import active_and_ended
from services.orders.rules.status import status_of_item, totals_of_units
from services.orders.rules.totals import live_totals


def to_contract(order: PlacedOrder) -> Order:
    """The whole order. While a price is missing it shows no totals."""
    totals = live_totals(order)
    active, ended = active_and_ended(order)
    return Order(
        order_id=order.order_id,
        customer=order.customer.to_contract(),
        group=None if order.group is None else order.group.to_contract(),
        group_source=order.group_source,
        payer=order.payer,
        term=order.term,
        billing_address=order.billing_address.to_contract(),
        shipping_address=None if order.shipping_address is None else order.shipping_address.to_contract(),
        items=tuple(item.to_contract(*order.units(item), status_of_item(order, item)) for item in order.items),
        currency=order.currency,
        channel=order.channel,
        test=order.test,
        status=order.status,
        holds=tuple([hold.to_contract() for hold in order.holds]),
        flags=order.flags,
        placed_at=order.placed_at,
        confirmed_at=order.confirmed_at,
        cancelled_at=order.cancelled_at,
        confirmation_required=order.confirmation_required,
        short_closed=order.short_closed,
        active=active,
        ended=ended,
        monthly_total=None if totals is None else totals.monthly_total,
        contract_value=None if totals is None else totals.contract_value,
        original_monthly_total=order.original_monthly_total,
        original_contract_value=order.original_contract_value,
    )


def to_status_fact(order: PlacedOrder) -> OrderStatusChanged:
    """The derived status with the counts beside it."""
    taken, cancelled = totals_of_units(order)
    active, ended = active_and_ended(order)
    return OrderStatusChanged(
        version=order.version,
        order_id=order.order_id,
        status=order.status,
        units=sum(item.quantity for item in order.items),
        taken=taken,
        cancelled=cancelled,
        active=active,
        ended=ended,
    )
