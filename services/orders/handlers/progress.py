"""``OrderProgressed``: the order takes over what fulfillment says, and tells when its status is another one."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.fulfillment import OrderProgressed
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.progress import apply_fact, rows_ids
from services.orders.rules.contract import to_status_fact
from services.orders.rules.status import status_of


@dataclass(frozen=True)
class Progress(FactHandler[OrderProgressed]):
    """Only what is newer than what the order knows is taken over."""

    reads = (OrderProgressed,)

    def prefetch(self, message: Message[OrderProgressed]) -> Iterable[Want]:
        """The order, and the pages of rows that the fact is about."""
        yield PlacedOrder, message.subject
        for id_ in rows_ids(message.subject, message.body):
            yield SubscriptionRows, id_

    def weight(self, message: Message[OrderProgressed]) -> int:
        """Its rows, a hundred for one."""
        return 1 + len(message.body.subscriptions) // 100

    def apply(self, message: Message[OrderProgressed], work: UnitOfWork) -> Decision:
        """Nothing for what is known already, and for an order that is not here: fulfillment cannot know more of it."""
        order = work.get(PlacedOrder, message.subject)
        if order is None:
            return NOTHING
        taken = apply_fact(order, message.body, lambda id_: work.get(SubscriptionRows, id_))
        if taken.order is order and not taken.pages:
            return NOTHING
        pages = tuple(Change(SubscriptionRows, id_, rows) for id_, rows in taken.pages.items())
        status, after = status_of(taken.order), taken.order
        if status == order.status:
            return Decision((Change(PlacedOrder, order.order_id, after), *pages))
        after = replace(after, status=status, version=order.version + 1)
        return Decision((Change(PlacedOrder, order.order_id, after), *pages), (Emit(to_status_fact(after)),))
