"""What fulfillment hears, and the decision that each message type leads to: the service on one screen."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from contracts.fulfillment import ItemFulfillmentRequested, ParkedDue
from contracts.message import Body
from contracts.orders import ClockPassed, HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.message import Message
from services.engine.service import Decision, Desk
from services.fulfillment.reactions.clock import clock_passed, parked_due
from services.fulfillment.reactions.orders import order_told
from services.fulfillment.reactions.scans import scan_asked
from services.fulfillment.settings import Settings

REACTIONS: Final[Mapping[type[Body], Callable[[Settings, Message, Desk], Decision]]] = MappingProxyType(
    {
        ItemFulfillmentRequested: scan_asked,
        OrderPlaced: order_told,
        OrderConfirmed: order_told,
        HoldReleased: order_told,
        ClockPassed: clock_passed,
        ParkedDue: parked_due,
    }
)


def react(settings: Settings, message: Message, desk: Desk) -> Decision:
    """Decides a message. Raises KeyError for a type that this service does not read."""
    return REACTIONS[message.model](settings, message, desk)
