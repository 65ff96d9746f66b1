"""Fulfillment as the engine sees it: what it reads, keeps and needs before it decides."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from contracts.changes import OrderChangeProposed
from contracts.clock import ClockPassed
from contracts.fulfillment import ContractsDue, ItemFulfillmentRequested, ParkedDue
from contracts.life import ReplacementRequested, SerialCorrectionRequested, SubscriptionRequest
from contracts.message import Body
from contracts.serials import normalised
from services.engine.message import Message
from services.engine.service import Collection, Desk, Key, Page, Service
from services.fulfillment.asset import Asset
from services.fulfillment.ledger import Ledger
from services.fulfillment.progress import conclude
from services.fulfillment.reactions import REACTIONS, react
from services.fulfillment.reactions.assets import serial_of
from services.fulfillment.reactions.clock import SERIALS, contracts_page, due_page, forgotten_page
from services.fulfillment.reactions.contracts import LEDGERS, devices_due, ending_page
from services.fulfillment.reactions.orders import OrderFact
from services.fulfillment.request import Scan
from services.fulfillment.serial_home import SerialHome
from services.fulfillment.settings import DEFAULTS, Settings

SERVICE_NAME: Final = "fulfillment"
ASSETS: Final = "assets"


def fulfillment(settings: Settings = DEFAULTS) -> Service:
    """The service with these settings."""
    return Service(
        name=SERVICE_NAME,
        reads=tuple(REACTIONS),
        collections=(
            Collection(LEDGERS, Ledger, (("lane", "due"), ("home", "ends"))),
            Collection(ASSETS, Asset),
            Collection(SERIALS, SerialHome, (("lane", "due"),)),
        ),
        needs=partial(_needs, settings),
        needs_more=_needs_more,
        decide=partial(react, settings),
        conclude=conclude,
        concluded=(Ledger,),
        weight=_weight,
    )


def _needs(settings: Settings, message: Message) -> Iterable[Key | Page]:
    """The ledger and the devices that are named: nothing else is touched by most messages."""
    body = message.body
    if isinstance(body, ClockPassed):
        return (
            due_page(message.lane, body.waited),
            forgotten_page(message.lane, body.waited),
            contracts_page(settings, message.lane, body.as_of),
        )
    if isinstance(body, ParkedDue):
        return (due_page(message.lane, body.waited, body.after), forgotten_page(message.lane, body.waited))
    if isinstance(body, ContractsDue):
        return (ending_page(message.lane, body.by, body.after),)
    serial = serial_of(message)
    if serial is not None:
        return ((SERIALS, serial), (ASSETS, serial))
    ledger: Key = (LEDGERS, message.subject)
    return (ledger, *_assets(_named(settings, body)))


def _named(settings: Settings, body: Body | None) -> Iterable[str]:
    """The serials that a message names, as they were sent."""
    if isinstance(body, ItemFulfillmentRequested):
        return body.serials if len(body.serials) <= settings.serials else ()
    new = (body.new_serial,) if isinstance(body, SerialCorrectionRequested | ReplacementRequested) else ()
    old = (body.serial,) if isinstance(body, SubscriptionRequest) and body.serial is not None else ()
    return (*new, *old)


def _needs_more(message: Message, desk: Desk) -> Iterable[Key | Page]:
    """The devices of what waits for an order's state, of a subscription, of the contracts that end."""
    body = message.body
    if isinstance(body, ContractsDue):
        return ((ASSETS, serial) for serial in devices_due(desk, message.lane, body.by, body.after))
    if isinstance(body, OrderFact | OrderChangeProposed):
        ledger = desk.get(Ledger, message.subject)
        if ledger is None or (isinstance(body, OrderFact) and body.version <= ledger.order_version):
            return ()
        scans = (each.asked for each in ledger.parked)
        return (asset for scan in scans if isinstance(scan, Scan) for asset in _assets(scan.serials))
    if isinstance(body, SubscriptionRequest) and serial_of(message) is None:
        return _device(message, desk, body)
    return ()


def _device(message: Message, desk: Desk, body: SubscriptionRequest) -> Iterable[Key]:
    ledger = desk.get(Ledger, message.subject)
    number = 0 if body.subscription_id is None else int(body.subscription_id.rpartition("/")[2])
    if ledger is None or not 1 <= number <= len(ledger.entries):
        return ()
    return ((ASSETS, ledger.entries[number - 1].serial),)


def _assets(serials: Iterable[str]) -> tuple[Key, ...]:
    found = (normalised(raw) for raw in serials)
    return tuple((ASSETS, serial) for serial in found if serial is not None)


def _weight(message: Message) -> int:
    """What a message may cost, in documents touched or facts said."""
    body = message.body
    if isinstance(body, ItemFulfillmentRequested):
        return max(1, len(body.serials))
    if isinstance(body, OrderChangeProposed):
        return sum(item.quantity for item in body.items) if body.change == "payer" else 1
    return 500 if isinstance(body, ContractsDue) else 1
