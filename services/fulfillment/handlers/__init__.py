"""What fulfillment hears, and the decision that each message type leads to: the service on one screen."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from contracts.messages.assets import AssetCorrectionRequested, AssetReceived, AssetStateRequested
from contracts.messages.changes import OrderAmended, OrderCancelled, OrderChangeProposed
from contracts.messages.clock import ClockPassed
from contracts.messages.fulfillment import ContractsDue, ItemFulfillmentRequested, ParkedDue, SentOn
from contracts.messages.life import (
    CancellationWithdrawalRequested,
    ExtensionRequested,
    ReplacementRequested,
    ReturnSubmitted,
    ReturnWithdrawalRequested,
    ReversalRequested,
    SerialCorrectionRequested,
    ShipmentSubmitted,
    SubscriptionCancellationRequested,
)
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced
from contracts.wire.message import Body
from services.engine.core.message import Message
from services.engine.core.service import Decision, UnitOfWork
from services.fulfillment.handlers.assets import asset_asked, serial_asked, serial_of
from services.fulfillment.handlers.clock import clock_passed, parked_due
from services.fulfillment.handlers.contracts import contracts_due
from services.fulfillment.handlers.orders import order_told
from services.fulfillment.handlers.proposals import change_proposed
from services.fulfillment.handlers.scans import scan_asked
from services.fulfillment.handlers.subscriptions import sent_on, subscription_asked
from services.fulfillment.settings import Settings


def life_asked(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """A request about a subscription: at its order, or at the home of the serial that alone was named."""
    at_home_of = subscription_asked if serial_of(message) is None else serial_asked
    return at_home_of(settings, message, work)


HANDLERS: Final[Mapping[type[Body], Callable[[Settings, Message, UnitOfWork], Decision]]] = MappingProxyType(
    {
        ItemFulfillmentRequested: scan_asked,
        SubscriptionCancellationRequested: life_asked,
        CancellationWithdrawalRequested: life_asked,
        ExtensionRequested: life_asked,
        SerialCorrectionRequested: life_asked,
        ReplacementRequested: life_asked,
        ReturnSubmitted: life_asked,
        ReturnWithdrawalRequested: life_asked,
        ReversalRequested: life_asked,
        ShipmentSubmitted: life_asked,
        AssetReceived: asset_asked,
        AssetCorrectionRequested: asset_asked,
        AssetStateRequested: asset_asked,
        SentOn: sent_on,
        OrderPlaced: order_told,
        OrderConfirmed: order_told,
        HoldReleased: order_told,
        OrderAmended: order_told,
        OrderCancelled: order_told,
        OrderChangeProposed: change_proposed,
        ClockPassed: clock_passed,
        ParkedDue: parked_due,
        ContractsDue: contracts_due,
    }
)


def react(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """Decides a message. Raises KeyError for a type that this service does not read."""
    return HANDLERS[message.model](settings, message, work)
