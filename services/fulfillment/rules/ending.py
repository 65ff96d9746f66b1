"""A contract ends by date: on its last day's end, or after the last day that its cancellation named."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

from contracts.messages.assets import AssetState
from contracts.messages.life import SubscriptionEnded
from contracts.messages.subscription import State
from contracts.values.calendar import ONE_DAY, months_after
from services.engine.core.document import replace
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import Book, numbers_on, page_of, room_in
from services.fulfillment.documents.ledger import Entry, Ledger, Line
from services.fulfillment.rules.case import Became, Case
from services.fulfillment.rules.subscription import ends_before
from services.fulfillment.settings import Settings

PAGES: Final = 16
"""Pages of subscriptions that are loaded at a time."""


def due(book: Book, by: date) -> Iterator[int]:
    """The numbers of the active subscriptions whose contracts have ended by this day; pages without one stay shut."""
    ledger = book.ledger
    lines = {line.item_id: line for line in ledger.lines}
    for numbers in _numbers_due(ledger, by):
        book.ask(numbers)
        for number in numbers:
            if _is_due(book.entry(number), lines, by):
                yield number


def entries_due(ledger: Ledger, by: date) -> Iterator[Entry]:
    """Those that the ledger holds itself."""
    lines = {line.item_id: line for line in ledger.lines}
    return (entry for entry in ledger.entries if _is_due(entry, lines, by))


def _is_due(entry: Entry, lines: Mapping[str, Line], by: date) -> bool:
    return entry.state == "active" and ends_before(entry, lines[entry.item_id]) <= by


def _numbers_due(ledger: Ledger, by: date) -> Iterator[tuple[int, ...]]:
    """Where to look: the numbers in the ledger itself, then those of some pages at a time."""
    yield tuple(range(1, len(ledger.entries) + 1))
    places = [place for place, end in enumerate(ledger.page_ends) if 0 < end <= by.toordinal()]
    for begin in range(0, len(places), PAGES):
        yield tuple(number for place in places[begin : begin + PAGES] for number in numbers_on(ledger, place))


def first_end(lines: Iterable[Line], entries: Iterable[Entry]) -> int | None:
    """The ordinal of the day on which the first active contract has ended; None if none is active."""
    months = {line.item_id: line.months for line in lines}
    terms = {(e.start_date, e.months or months[e.item_id], e.cancelled_on) for e in entries if e.state == "active"}
    ends = (months_after(start, count) if last is None else last + ONE_DAY for start, count, last in terms)
    first = min(ends, default=None)
    return None if first is None else first.toordinal()


def with_ends(book: Book, changed: Iterable[int], lane: int | None) -> Book:
    """With the day on which the first of its contracts ends, by which the clock finds the order in its lane, once the
    subscriptions with these numbers changed.
    """
    ledger = book.ledger
    pages, ends = ledger.page_ends, first_end(ledger.lines, ledger.entries)
    if ledger.paged:
        pages = _page_ends(book, changed)
        ends = min(filter(None, (ends, *pages)), default=None)
    home = None if ends is None else lane
    return book.with_ledger(replace(ledger, page_ends=pages, ends=ends, home=home))


def _page_ends(book: Book, changed: Iterable[int]) -> tuple[int, ...]:
    ledger, room = book.ledger, room_in(book.ledger)
    pages = list(ledger.page_ends)
    for place in sorted({page_of(ledger, number) for number in changed if number > room}):
        entries = map(book.entry, numbers_on(ledger, place))
        pages[place : place + 1] = [first_end(ledger.lines, entries) or 0]
    return tuple(pages)


def end_contract(case: Case) -> Became:
    """It ended at the begin of the day that its contract ends before, whenever the clock came to say so."""
    state: State = "ended" if case.entry.cancelled_on is None else "cancelled"
    became = replace(case.entry, state=state)
    return Became(became, partial(SubscriptionEnded, at=case.time), release_device(case, case.time))


def begin_of(day: date, settings: Settings) -> datetime:
    """When a day begins in the business time zone."""
    return datetime.combine(day, time.min, settings.zone).astimezone(UTC)


def release_device(case: Case, at: datetime) -> dict[str, Asset]:
    """The device of a subscription that is over: the customer's to return, unless it came back before.

    One that was over already has none in use, whoever has its device now.
    """
    device = case.device()
    if device.holder is None or not device.last_had_by(case.order_id, case.number):
        return {}
    state: AssetState = "ended" if case.entry.returned_at is None else "returned"
    return {case.entry.serial: device.become(state, case.order_id, case.number, at, case.entry.condition)}
