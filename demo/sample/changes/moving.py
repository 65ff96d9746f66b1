"""A company that is moved to another billing group: its default, and each of its orders by a request of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from contracts.messages.changes import OrderAmended, PayerChangeRequested
from contracts.messages.customers import Group
from contracts.messages.orders import CustomerGroupChanged
from demo.sample.catalog import group_sending
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending

SOURCE: Final = "/clerks/accounts"
TO: Final = Group(id="KEY", name="Key accounts")
"""The group that it is moved to; nobody else is in it."""
MOVED: Final = datetime(2018, 7, 10, 9, tzinfo=UTC)
"""Contract months that begin after this day are the new payer's."""


def sendings(customer_id: str, orders: Sequence[SampleOrder]) -> tuple[Sending, ...]:
    """What ``leaseline customers move`` sends, at once."""
    default = group_sending(customer_id, TO, MOVED, number=2).awaiting(CustomerGroupChanged)
    return (default, *(_moved(order) for order in orders))


def _moved(order: SampleOrder) -> Sending:
    body = PayerChangeRequested(order_id=order.order_id, group=TO, actor="accounts", reason="a key account now")
    return Sending(PayerChangeRequested, f"payer-{order.order_id}", SOURCE, MOVED, body).awaiting(OrderAmended)
