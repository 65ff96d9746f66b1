"""``OrderProgressed``: the order takes over what fulfillment says, and tells when its status is another one."""

from collections.abc import Iterable

from contracts.fulfillment import OrderProgressed
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Key, Page, Say
from services.orders.order import PlacedOrder
from services.orders.progress import adopted
from services.orders.reactions.reaction import ORDERS, Reaction
from services.orders.settings import Settings
from services.orders.status import status_of
from services.orders.telling import status_told


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """The order."""
    yield ORDERS, message.subject


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:  # noqa: ARG001
    """Nothing for what is known already, and for an order that is not here: fulfillment cannot know more of it."""
    body = message.body
    assert isinstance(body, OrderProgressed)
    order = desk.get(PlacedOrder, message.subject)
    if order is None:
        return NOTHING
    after = adopted(order, body)
    if after is order:
        return NOTHING
    status = status_of(after)
    if status == order.status:
        return Decision(changes=(Change(PlacedOrder, order.order_id, after),))
    after = revised(after, status=status, version=order.version + 1)
    return Decision((Change(PlacedOrder, order.order_id, after),), (Say(status_told(after)),))


PROGRESSING = Reaction(needs, decide)
