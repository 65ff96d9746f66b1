"""What is read of fulfillment's documents: stock, devices, subscriptions by order, payer, state or serial.

Every list is driven by one index and reads at most ``MOST_READ`` documents a page (``docs/decisions/0093``). What comes
from outside stands under ``$eq`` or a bound, never as an operator.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from contracts.messages.subscription import State
from contracts.values.immutable import Immutable
from services.engine.core.document import read_from
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import numbers_on, page_id, page_of
from services.fulfillment.documents.history import PastRows, past_id
from services.fulfillment.documents.ledger import Entry, EntryPage, Ledger, Row
from services.fulfillment.rules.naming import has
from services.fulfillment.rules.stock import ASSETS, OPEN_UNITS, Stock, stocks
from services.fulfillment.rules.subscription import payers_of

Database = AsyncDatabase[dict[str, Any]]
Place = tuple[str, int]
"""An order and a subscription's number in it: what subscriptions are sorted by."""
MOST_READ: Final = 200
"""Documents that one page of a list reads, ledgers and the pages behind them."""
MOST_PAST: Final = 10
"""Documents of older rows that are read of one subscription, 25 rows in each at least."""
_NO_MEMORY: Final = {"heard": 0, "sent_on": 0}
"""What a ledger remembers of requests nobody reads here."""


async def count_stocks(database: Database) -> tuple[Stock, ...]:
    """What is on stock beside what is on backorder now, by SKU."""
    devices = await database["assets"].aggregate(list(ASSETS))
    open_units = await database["ledgers"].aggregate(list(OPEN_UNITS))
    return stocks(await devices.to_list(), await open_units.to_list())


async def find_device(database: Database, serial: str) -> Asset | None:
    """The device of this serial, as ``contracts.values.serials.normalised`` gives it."""
    found = await database["assets"].find_one({"_id": {"$eq": serial}})
    return None if found is None else read_from(found, Asset)


async def list_serials(database: Database, most: int) -> AsyncIterator[str]:
    """The serials of up to ``most`` devices."""
    async for found in database["assets"].find({}, {"_id": 1}).limit(most):
        yield str(found["_id"])


class FoundSubscription(Immutable):
    """A subscription with the ledger of its order."""

    order_id: str
    number: int
    entry: Entry
    ledger: Ledger

    @property
    def place(self) -> Place:
        """Where it stands in lists."""
        return self.order_id, self.number

    @property
    def payer(self) -> str:
        """Who pays for its last months."""
        return payers_of(self.entry, self.ledger.terms[self.entry.terms])[-1].payer


class Wanted(Immutable):
    """Which subscriptions: all that is named must be so. ``payer`` is the one appended last."""

    order_id: str | None = None
    payer: str | None = None
    state: State | None = None
    serial: str | None = None
    item_id: str | None = None

    def fits(self, found: FoundSubscription) -> bool:
        """Whether it is one of them."""
        return (
            self.order_id in (None, found.order_id)
            and self.payer in (None, found.payer)
            and self.state in (None, found.entry.state)
            and self.item_id in (None, found.entry.item_id)
            and (self.serial is None or has(found.entry, self.serial))
        )


async def find_ledger(database: Database, order_id: str) -> Ledger | None:
    """The ledger of an order; None also while nothing but requests that wait is known of it."""
    ledger = await find_waiting(database, order_id)
    return None if ledger is None or not ledger.order_version else ledger


async def find_waiting(database: Database, order_id: str) -> Ledger | None:
    """The ledger of an order, though nothing but requests that wait may be known of it."""
    found = await database["ledgers"].find_one({"_id": {"$eq": order_id}}, _NO_MEMORY)
    return None if found is None else read_from(found, Ledger)


async def list_waiting(
    database: Database, lanes: int, after: str, limit: int
) -> tuple[Sequence[tuple[str, Ledger]], str | None]:
    """Up to ``limit`` orders behind one for which something waits that will be refused if nothing comes, by order id,
    and behind which one to read on. What waits with a held order is told with that order: no index has it.
    """
    stored: dict[str, Any] = {}
    for lane in range(lanes):
        asked = {"lane": lane, "due": {"$gt": 0}, "parked.0": {"$exists": True}, "_id": {"$gt": after}}
        async for each in database["ledgers"].find(asked, _NO_MEMORY).sort("_id", 1).limit(limit + 1):
            stored[str(each["_id"])] = each
    ids = sorted(stored)
    found = [(order_id, read_from(stored[order_id], Ledger)) for order_id in ids[:limit]]
    return found, found[-1][0] if len(ids) > limit else None


async def find_subscription(database: Database, order_id: str, number: int) -> FoundSubscription | None:
    """The subscription of this number."""
    ledger = await find_ledger(database, order_id)
    return None if ledger is None else await _with_number(database, order_id, ledger, number)


async def find_history(database: Database, found: FoundSubscription) -> tuple[Sequence[Row], int]:
    """What happened to it, the oldest first, as far as it is read; and how many documents of older rows there are.
    Of a change of payer, which all subscriptions of an order share, with who did it and why.
    """
    read = range(max(1, found.entry.past - MOST_PAST + 1), found.entry.past + 1)
    ids = [past_id(found.order_id, found.number, place) for place in read]
    rows: list[Row] = []
    if ids:
        async for each in database["past_rows"].find({"_id": {"$in": ids}}).sort("_id", ASCENDING):
            rows += read_from(each, PastRows).rows
    rows += found.entry.history or ()
    moves = found.ledger.moves or ()
    return [row if row.move is None else moves[row.move] for row in rows], found.entry.past - len(ids)


async def find_by_request(database: Database, order_id: str, who: bytes, most: int) -> Sequence[FoundSubscription]:
    """Up to ``most`` subscriptions that the request of this identity made, the newest first."""
    ledger = await find_ledger(database, order_id)
    made: list[FoundSubscription] = []
    number = 0 if ledger is None else ledger.count
    while ledger is not None and number > 0 and len(made) < most:
        first, entries = await _entries_with(database, order_id, ledger, number)
        for each in range(number, first - 1, -1):
            entry = entries[each - first]
            if entry.who == who:
                made.append(FoundSubscription(order_id, each, entry, ledger))
        number = first - 1
    return made[:most]


async def list_subscriptions(
    database: Database, wanted: Wanted, after: Place | None, limit: int
) -> tuple[Sequence[FoundSubscription], Place | None]:
    """Up to ``limit`` of them behind a place, in the order of places, and where to read on; None: these are all."""
    if wanted.serial is not None:
        walk = _walk_device(database, wanted.serial, after)
    else:
        walk = _walk_orders(database, wanted, after, limit)
    found: list[FoundSubscription] = []
    async for each in walk:
        if isinstance(each, tuple):  # so much was read, and no more is
            return found, each
        if wanted.fits(each):
            if len(found) == limit:
                return found, found[-1].place
            found.append(each)
    return found, None


async def _walk_orders(
    database: Database, wanted: Wanted, after: Place | None, limit: int
) -> AsyncIterator[FoundSubscription | Place]:
    """Orders by id, those of a payer by its index; at the bound the place where it is."""
    first, behind = after or ("", 0)
    asked: dict[str, Any] = {"_id": {"$gte": first}}
    hint = [("_id", ASCENDING)]
    if wanted.order_id is not None:
        asked = {"_id": {"$eq": wanted.order_id}}
    elif wanted.payer is not None:
        asked["terms.payer"] = {"$eq": wanted.payer}
        hint = [("terms.payer", ASCENDING), ("_id", ASCENDING)]
    ledgers = database["ledgers"].find(asked, _NO_MEMORY, batch_size=limit + 1)
    read = 0
    async for stored in ledgers.sort("_id", ASCENDING).limit(MOST_READ).hint(hint):
        ledger, order_id = read_from(stored, Ledger), stored["_id"]
        read += 1
        number = behind + 1 if order_id == first else 1
        while number <= ledger.count:
            if number > len(ledger.entries):
                if read >= MOST_READ:
                    yield order_id, number - 1
                    return
                read += 1
            begin, entries = await _entries_with(database, order_id, ledger, number)
            for entry in entries[number - begin : ledger.count + 1 - begin]:  # the page may be newer than the ledger
                yield FoundSubscription(order_id, number, entry, ledger)
                number += 1
        if read >= MOST_READ and wanted.order_id is None:
            yield order_id, ledger.count
            return


async def _walk_device(
    database: Database, serial: str, after: Place | None
) -> AsyncIterator[FoundSubscription | Place]:
    """Those in a device's history, which knows all that ever had it."""
    asset = await find_device(database, serial)
    places = () if asset is None else sorted({(row.order_id, row.number) for row in asset.history})
    read = 0
    for place in places:
        if after is not None and place <= after:
            continue
        found = await find_subscription(database, *place)
        read += 2
        if found is not None:
            yield found
        if read >= MOST_READ:
            yield place
            return


async def _with_number(database: Database, order_id: str, ledger: Ledger, number: int) -> FoundSubscription | None:
    if not 1 <= number <= ledger.count:
        return None
    first, entries = await _entries_with(database, order_id, ledger, number)
    return FoundSubscription(order_id, number, entries[number - first], ledger)


async def _entries_with(database: Database, order_id: str, ledger: Ledger, number: int) -> tuple[int, Sequence[Entry]]:
    """The entries that are kept together with this one, and the number of their first."""
    if number <= len(ledger.entries):
        return 1, ledger.entries
    place = page_of(ledger, number)
    page = await database["entry_pages"].find_one({"_id": {"$eq": page_id(order_id, place)}})
    assert page is not None, "a subscription that is counted has a page"
    return numbers_on(ledger, place)[0], read_from(page, EntryPage).entries
