"""Which time of a request about an order counts (``docs/domain.md`` section 5)."""

from typing import TypeVar

from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.orders.documents.order import PlacedOrder
from services.orders.settings import Settings

B = TypeVar("B", bound=Body | None)


def believe(message: Message[B], order: PlacedOrder, settings: Settings) -> Message[B]:
    """The message; with the record's time and a suspect clock, if its own lies too long before the order that it is
    about to be believed.
    """
    if message.time >= order.placed_at - settings.oldest_about_an_order:
        return message
    return replace(message, time=message.recorded, clock_suspect=True)
