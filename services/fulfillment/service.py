"""Fulfillment as the engine sees it: what it reads, keeps and needs before it decides."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from contracts.fulfillment import ItemFulfillmentRequested, ParkedDue
from contracts.orders import ClockPassed, HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.message import Message
from services.engine.service import Collection, Desk, Key, Page, Service
from services.fulfillment.asset import Asset
from services.fulfillment.ledger import Ledger
from services.fulfillment.progress import conclude
from services.fulfillment.reactions import REACTIONS, react
from services.fulfillment.reactions.clock import LEDGERS, due_page
from contracts.serials import normalised
from services.fulfillment.settings import DEFAULTS, Settings

SERVICE_NAME: Final = "fulfillment"
ASSETS: Final = "assets"


def fulfillment(settings: Settings = DEFAULTS) -> Service:
    """The service with these settings."""
    return Service(
        name=SERVICE_NAME,
        reads=tuple(REACTIONS),
        collections=(Collection(LEDGERS, Ledger, (("lane", "due"),)), Collection(ASSETS, Asset)),
        needs=partial(_needs, settings),
        needs_more=_needs_more,
        decide=partial(react, settings),
        conclude=conclude,
        weight=_weight,
    )


def _needs(settings: Settings, message: Message) -> Iterable[Key | Page]:
    """The ledger and, for a scan, the devices that it names: nothing else is touched by it."""
    body = message.body
    if isinstance(body, ClockPassed):
        return (due_page(message.lane, body.waited),)
    if isinstance(body, ParkedDue):
        return (due_page(message.lane, body.waited, body.after),)
    ledger: Key = (LEDGERS, message.subject)
    if isinstance(body, ItemFulfillmentRequested) and len(body.serials) <= settings.serials:
        return (ledger, *_assets(body.serials))
    return (ledger,)


def _needs_more(message: Message, desk: Desk) -> Iterable[Key | Page]:
    """For an order's state: the devices of the scans that wait for it, if there are any."""
    if not isinstance(message.body, OrderPlaced | OrderConfirmed | HoldReleased):
        return ()
    ledger = desk.get(Ledger, message.subject)
    if ledger is None or message.body.version <= ledger.order_version:
        return ()
    return (asset for waiting in ledger.parked for asset in _assets(waiting.scan.serials))


def _assets(serials: Iterable[str]) -> tuple[Key, ...]:
    found = (normalised(raw) for raw in serials)
    return tuple((ASSETS, serial) for serial in found if serial is not None)


def _weight(message: Message) -> int:
    body = message.body
    return max(1, len(body.serials)) if isinstance(body, ItemFulfillmentRequested) else 1
