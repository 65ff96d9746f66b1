"""Fulfillment as the engine sees it: what it reads, keeps and needs before it decides."""

from collections.abc import Iterable
from functools import partial
from typing import Final

from contracts.messages.changes import OrderChangeProposed
from contracts.messages.clock import ClockPassed
from contracts.messages.fulfillment import ContractsDue, ItemFulfillmentRequested, ParkedDue, RequestRefused
from contracts.messages.life import ReplacementRequested, SerialCorrectionRequested, SubscriptionRequest
from contracts.values.serials import normalised
from contracts.wire.message import Body
from services.engine.core.memory import PROCESSED, Processed
from services.engine.core.message import Message
from services.engine.core.service import Collection, Ref, Service, UnitOfWork, Want
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import ENTRY_PAGES, LEDGERS, pages_of, room_in
from services.fulfillment.documents.history import PAST_ROWS, PastRows
from services.fulfillment.documents.ledger import EntryPage, Ledger
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.handlers import HANDLERS, react
from services.fulfillment.handlers.assets import serial_of
from services.fulfillment.handlers.clock import SERIALS, contracts_page, due_page, forgotten_page
from services.fulfillment.handlers.contracts import ASSETS, devices_due, ending_page
from services.fulfillment.handlers.orders import OrderFact
from services.fulfillment.rules.progress import on_batch_end
from services.fulfillment.settings import DEFAULTS, Settings

SERVICE_NAME: Final = "fulfillment"


def fulfillment(settings: Settings = DEFAULTS) -> Service:
    """The service with these settings."""
    return Service(
        name=SERVICE_NAME,
        reads=tuple(HANDLERS),
        collections=(
            Collection(LEDGERS, Ledger, (("lane", "due"), ("home", "ends"))),
            Collection(ENTRY_PAGES, EntryPage),
            Collection(PAST_ROWS, PastRows),
            Collection(ASSETS, Asset),
            Collection(SERIALS, SerialHome, (("lane", "due"),)),
            Collection(PROCESSED, Processed),
        ),
        prefetch=partial(_needs, settings),
        prefetch_related=_needs_more,
        decide=partial(react, settings),
        on_batch_end=on_batch_end,
        batch_end_kinds=(Ledger,),
        weight=_weight,
        refused=RequestRefused,
    )


def _needs(settings: Settings, message: Message) -> Iterable[Want]:
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
        return ((SerialHome, serial), (Asset, serial))
    ledger: Ref = (Ledger, message.subject)
    return (ledger, *_assets(_named(settings, body)))


def _named(settings: Settings, body: Body | None) -> Iterable[str]:
    """The serials that a message names, as they were sent."""
    if isinstance(body, ItemFulfillmentRequested):
        return body.serials if len(body.serials) <= settings.serials else ()
    new = (body.new_serial,) if isinstance(body, SerialCorrectionRequested | ReplacementRequested) else ()
    old = (body.serial,) if isinstance(body, SubscriptionRequest) and body.serial is not None else ()
    return (*new, *old)


def _needs_more(message: Message, work: UnitOfWork) -> Iterable[Want]:
    """The devices of what waits for an order's state, of a subscription, of the contracts that end."""
    body = message.body
    if isinstance(body, ContractsDue):
        return devices_due(work, message.lane, body.by, body.after)
    if isinstance(body, ItemFulfillmentRequested):
        return _last_pages(message, work, body)
    if isinstance(body, OrderFact | OrderChangeProposed):
        ledger = work.get(Ledger, message.subject)
        if ledger is None or (isinstance(body, OrderFact) and body.version <= ledger.order_version):
            return ()
        scans = tuple(each.scan for each in ledger.parked if each.scan is not None)
        moved = isinstance(body, OrderChangeProposed) and body.change == "payer"
        read_limits = range(
            1 if moved else ledger.count + 1, ledger.count + sum(len(scan.serials) for scan in scans) + 1
        )
        devices = (asset for scan in scans for asset in _assets(scan.serials))
        return (*pages_of(message.subject, ledger, read_limits), *devices)
    if isinstance(body, SubscriptionRequest) and serial_of(message) is None:
        return _device(message, work, body)
    return ()


def _last_pages(message: Message, work: UnitOfWork, body: ItemFulfillmentRequested) -> Iterable[Ref]:
    """Where the subscriptions go that a scan may create."""
    ledger = work.get(Ledger, message.subject)
    if ledger is None or ledger.count + len(body.serials) <= room_in(ledger):
        return ()
    return pages_of(message.subject, ledger, range(ledger.count + 1, ledger.count + len(body.serials) + 1))


def _device(message: Message, work: UnitOfWork, body: SubscriptionRequest) -> Iterable[Ref]:
    """The device of the subscription that is named or, where that lies on a page, the page."""
    ledger = work.get(Ledger, message.subject)
    number = 0 if body.subscription_id is None else int(body.subscription_id.rpartition("/")[2])
    if ledger is None or not 1 <= number <= ledger.count:
        return ()
    if number > len(ledger.entries):
        return pages_of(message.subject, ledger, (number,))
    return ((Asset, ledger.entries[number - 1].serial),)


def _assets(serials: Iterable[str]) -> tuple[Ref, ...]:
    found = (normalised(raw) for raw in serials)
    return tuple((Asset, serial) for serial in found if serial is not None)


def _weight(message: Message) -> int:
    """What a message may cost, in documents touched or facts said."""
    body = message.body
    if isinstance(body, ItemFulfillmentRequested):
        return max(1, len(body.serials))
    if isinstance(body, OrderChangeProposed):
        return sum(item.quantity for item in body.items) if body.change == "payer" else 1
    return 500 if isinstance(body, ContractsDue) else 1
