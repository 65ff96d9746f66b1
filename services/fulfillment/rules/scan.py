"""The order of decision of a scan: serial by serial, the first ones win.

Rule: ``docs/domain.md`` section 2. Already done; then what is wrong with the start date or the item; then with the
device.
"""

from datetime import date, datetime

from contracts.messages.fulfillment import ItemFulfillmentRefused, SerialRefused, SubscriptionCreated
from contracts.messages.subscription import Subscription
from contracts.values.immutable import Immutable
from contracts.values.model import restate
from contracts.values.refusals import Code
from contracts.values.serials import normalised
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.memory import stands_by
from services.fulfillment.documents.asset import Asset, AssetOf, Assignment, assign
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, Line
from services.fulfillment.documents.request import Scan
from services.fulfillment.rules.answers import ANSWERS, outcome_of_serials, refuse_all, refuse_serial
from services.fulfillment.rules.choice import choose_place, find_places
from services.fulfillment.rules.subscription import subscription_id, to_contract
from services.fulfillment.settings import Settings

CREATED = SubscriptionCreated.__name__
"""The outcome of a scan of which at least one serial was accepted."""


class Decided(Immutable):
    """What a scan does: the order's book and the assets from now on, what is said, and what the memory keeps of it."""

    book: Book
    assets: dict[str, Asset]
    emits: tuple[Body, ...]
    outcome: str


def decide_scan(book: Book, scan: Scan, asset_of: AssetOf, settings: Settings) -> Decided:
    """Decides a scan that waits for nothing. ``asset_of`` gives the device of a normalised serial as it is now."""
    ledger, order_id = book.ledger, book.order_id
    time, suspect = scan.believe(ledger.placed_at, settings.behind_order)
    if ledger.cancelled_at is not None:
        before = not suspect and time < ledger.cancelled_at
        answer = refuse_all(order_id, scan, Code.ORDER_CANCELLED, suspect=suspect, before_cancellation=before)
        return Decided(book, {}, (answer,), outcome_of_serials(answer.serials))
    units = _Units(book, scan, asset_of, time, settings, suspect=suspect)
    for raw in scan.serials:
        units.take(raw)
    return units.result()


class _Units:
    """The units of one order while one scan takes some of them."""

    def __init__(
        self,
        book: Book,
        scan: Scan,
        asset_of: AssetOf,
        time: datetime,
        settings: Settings,
        *,
        suspect: bool,
    ) -> None:
        ledger = book.ledger
        self._book, self._scan, self._asset_of = book, scan, asset_of
        self._ledger, self._order_id = ledger, book.order_id
        self._time, self._suspect = time, suspect
        self._lines: list[Line] = list(ledger.lines)
        self._entries: dict[int, Entry] = {}
        self._assets: dict[str, Asset] = {}
        self._facts: list[Body] = []
        self._refused: list[SerialRefused] = []
        self._announced_only = settings.announced_only
        self._places = find_places(self._lines, scan.item_id, scan.sku)
        today = time.astimezone(settings.zone).date()
        self._start = scan.start_date or today
        self._why_not_then = _out_of_range(self._start, today, settings)
        self._made: dict[int, Subscription] = {}

    def take(self, raw: str) -> None:
        """Decides one serial."""
        why_not = self._try_unit(raw)
        if why_not is not None:
            self._refused.append(why_not)

    def _try_unit(self, raw: str) -> SerialRefused | None:
        serial = normalised(raw)
        if serial is None:
            return refuse_serial(raw, Code.SERIAL_INVALID)
        asset = self._assets.get(serial) or self._asset_of(serial)
        if self._is_already_done(asset):
            return refuse_serial(raw, Code.ALREADY_DONE, holder=self._order_id)
        if self._why_not_then:
            return refuse_serial(raw, Code.START_DATE_OUT_OF_RANGE, detail=self._why_not_then)
        if isinstance(self._places, Code):
            return refuse_serial(raw, self._places, detail=self._why_no_item(self._places))
        place = choose_place(self._lines, self._places)
        if isinstance(place, Code):
            return refuse_serial(raw, place)
        why_not = self._why_not_device(raw, asset, place)
        if why_not is None:
            self._assign(raw, serial, asset, place)
        return why_not

    def _why_no_item(self, code: Code) -> str:
        """Which item or SKU the order does not have; empty where nothing was named."""
        item_id, sku = self._scan.item_id, self._scan.sku
        if code is Code.SKU_MISMATCH:
            its = next(line.sku for line in self._lines if line.item_id == item_id)
            return f"item {item_id} is of {its}, the scan names {sku}"
        if code is Code.ITEM_UNKNOWN:
            return f"the order has no item {item_id}" if item_id is not None else f"the order has no item of {sku}"
        return ""

    def _is_already_done(self, asset: Asset | None) -> bool:
        """A double beep: the device is active in this order under all that the scan names."""
        holder = asset.holder if asset is not None else None
        item_id, sku = self._scan.item_id, self._scan.sku
        if holder is None or holder.order_id != self._order_id or (item_id is None and sku is None):
            return False
        entry = self._entry(holder.number)
        # by the SKU of its item: that of the device may have been put right since
        its = next(line.sku for line in self._lines if line.item_id == entry.item_id)
        return item_id in (None, entry.item_id) and sku in (None, its)

    def _entry(self, number: int) -> Entry:
        return self._entries.get(number) or self._book.entry(number)

    def _why_not_device(self, raw: str, asset: Asset | None, place: int) -> SerialRefused | None:
        if asset is None or asset.unproven:
            return refuse_serial(raw, Code.ASSET_UNKNOWN) if self._announced_only else None
        if asset.holder is not None:
            return refuse_serial(raw, Code.SERIAL_IN_USE, holder=asset.holder.order_id)
        if asset.state in ("ended", "unavailable"):
            return refuse_serial(raw, Code.ASSET_NOT_RETURNED, holder=asset.last_order)
        if asset.withheld is not None:
            return refuse_serial(raw, Code.ASSET_UNAVAILABLE, detail=f"the device is {asset.withheld}")
        if asset.sku != self._lines[place].sku:
            return refuse_serial(raw, Code.SKU_MISMATCH, detail=f"the device is known as {asset.sku}")
        return None

    def _assign(self, raw: str, serial: str, asset: Asset | None, place: int) -> None:
        ledger, scan = self._ledger, self._scan
        line = self._lines[place]
        label = None if raw == serial else raw
        entry = Entry(
            item_id=line.item_id,
            serial=serial,
            raw_serial=label,
            terms=len(ledger.terms) - 1,
            start_date=self._start,
            carrier=scan.carrier,
            tracking_number=scan.tracking_number,
            created_at=self._time,
            suspect=self._suspect,
            who=scan.who,
        )
        number = ledger.count + len(self._entries) + 1
        self._entries[number] = entry
        to = Assignment(order_id=self._order_id, number=number, since=self._time, raw_serial=label)
        self._lines[place] = replace(line, taken=line.taken + 1)
        self._assets[serial] = assign(asset, line.sku, to, test=ledger.terms[-1].test)
        version = ledger.version + len(self._facts) + 1
        self._facts.append(SubscriptionCreated(version=version, subscription=self._to_contract(number, entry, place)))

    def _to_contract(self, number: int, entry: Entry, place: int) -> Subscription:
        """The whole subscription; those of one scan and item differ in number and serial only, and are made once."""
        made = self._made.get(place)
        if made is None:
            made = to_contract(self._order_id, number, entry, self._lines[place], self._ledger.terms[-1])
            self._made[place] = made
            return made
        return restate(
            made,
            subscription_id=subscription_id(self._order_id, number),
            serial=entry.serial,
            raw_serial=entry.raw_serial or entry.serial,
        )

    def result(self) -> Decided:
        """What became of all serials."""
        accepted = len(self._facts)
        if not accepted:
            if all(serial.code is Code.ALREADY_DONE for serial in self._refused):
                return self._repeat()
            return Decided(self._book, {}, (self._refusal(0),), outcome_of_serials(self._refused))
        book = self._book.with_entries(self._entries)
        changed = replace(
            book.ledger,
            version=self._ledger.version + accepted,
            lines=tuple(self._lines),
            unsaid=(*self._ledger.unsaid, *self._entries),
        )
        answers = (self._refusal(accepted),) if self._refused else ()
        return Decided(book.with_ledger(changed), self._assets, (*self._facts, *answers), CREATED)

    def _refusal(self, accepted: int) -> ItemFulfillmentRefused:
        return ItemFulfillmentRefused(
            order_id=self._order_id, serials=tuple(self._refused), accepted=accepted, clock_suspect=self._suspect
        )

    def _repeat(self) -> Decided:
        """The scan's whole effect stands already, under another request: that of its first serial is named."""
        asset = self._asset_of(normalised(self._scan.serials[0]) or "")
        assert asset is not None
        assert asset.holder is not None
        first = self._book.first(self._entry(asset.holder.number).who)
        outcome = outcome_of_serials(self._refused) if first is None else stands_by(first.who)
        return Decided(self._book, {}, (ANSWERS.repeat_of(self._order_id, first, CREATED),), outcome)


def _out_of_range(start: date, today: date, settings: Settings) -> str:
    """Why a contract cannot start on this day; empty if it can."""
    if start == today or today - settings.earliest <= start <= today + settings.latest:
        return ""
    return f"{start} lies outside {today - settings.earliest} to {today + settings.latest}"
