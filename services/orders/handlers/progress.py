"""``OrderProgressed``: the order takes over what fulfillment says, and tells when its status is another one."""

from collections.abc import Iterable

from contracts.messages.fulfillment import OrderProgressed
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.progress import adopted, rows_ids
from services.orders.handlers.handler import Handler
from services.orders.rules.status import status_of
from services.orders.rules.telling import status_told
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The order, and the pages of rows that the fact is about."""
    body = message.body
    assert isinstance(body, OrderProgressed)
    yield PlacedOrder, message.subject
    for id_ in rows_ids(message.subject, body):
        yield SubscriptionRows, id_


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:  # noqa: ARG001
    """Nothing for what is known already, and for an order that is not here: fulfillment cannot know more of it."""
    body = message.body
    assert isinstance(body, OrderProgressed)
    order = work.get(PlacedOrder, message.subject)
    if order is None:
        return NOTHING
    taken = adopted(order, body, lambda id_: work.get(SubscriptionRows, id_))
    if taken.order is order and not taken.pages:
        return NOTHING
    pages = tuple(Change(SubscriptionRows, id_, rows) for id_, rows in taken.pages.items())
    status, after = status_of(taken.order), taken.order
    if status == order.status:
        return Decision((Change(PlacedOrder, order.order_id, after), *pages))
    after = replace(after, status=status, version=order.version + 1)
    return Decision((Change(PlacedOrder, order.order_id, after), *pages), (Emit(status_told(after)),))


PROGRESSING = Handler(prefetch, decide)
