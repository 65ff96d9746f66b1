"""The ledger of an order with all its subscriptions, wherever they are kept: the first in the ledger itself, the others
on pages of their own, which are loaded when a decision asks for them (``docs/decisions/0055``).

So a scan reads and writes the ledger and the last page, however many units the order has.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import field

from contracts.values.immutable import Immutable
from services.engine.core.document import replace
from services.engine.core.memory import Processed, find
from services.engine.core.service import Change, Ref, UnitOfWork
from services.fulfillment.documents.history import PastRows, split_histories
from services.fulfillment.documents.ledger import Entry, EntryPage, Ledger, find_ledger

EMBEDDED: Final = 32
"""Subscriptions that a ledger holds itself: nearly every order has fewer."""
ON_A_PAGE: Final = 32
"""Subscriptions on a page. Fixed for ever: a number's page follows from it."""


class Book(Immutable):
    """One order as the decisions so far left it. ``pages`` are those that this decision changed, by place from 0,
    ``past`` the rows of histories that it took out of its subscriptions, by id.
    """

    ledger: Ledger
    order_id: str
    work: UnitOfWork
    pages: Mapping[int, EntryPage] = field(default_factory=dict)
    past: Mapping[str, PastRows] = field(default_factory=dict)

    def with_ledger(self, ledger: Ledger) -> "Book":
        """With this in the place of the ledger; its entries are the book's own affair."""
        return Book(ledger, self.order_id, self.work, self.pages, self.past)

    def entry(self, number: int) -> Entry:
        """The subscription with this number, which the order has."""
        ledger = self.ledger
        if number <= len(ledger.entries):
            return ledger.entries[number - 1]
        page = self._page(page_of(ledger, number))
        assert page is not None, "a subscription that is counted has a page"
        return page.entries[number - page.first]

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """All subscriptions of the order by their numbers."""
        self.ask(range(1, self.ledger.count + 1))
        return ((number, self.entry(number)) for number in range(1, self.ledger.count + 1))

    def ask(self, numbers: Iterable[int]) -> None:
        """Has the pages of these numbers loaded in one go, those of numbers that are still to come, too."""
        pages = pages_of(self.order_id, self.ledger, numbers)
        if pages:
            self.work.ask(pages)

    def newest_terms_used(self) -> bool:
        """Whether a subscription was made on the newest terms: then the last one was."""
        ledger = self.ledger
        return bool(ledger.count) and self.entry(ledger.count).terms == len(ledger.terms) - 1

    def with_entries(self, entries: Mapping[int, Entry]) -> "Book":
        """With these subscriptions in the place of those with their numbers; numbers behind the last are new ones."""
        self.ask(entries)
        entries, past = split_histories(self.order_id, entries)
        if past:
            self.work.ask((PastRows, id_) for id_ in past)
        ledger, room = self.ledger, room_in(self.ledger)
        embedded = list(ledger.entries)
        for number in sorted(each for each in entries if each <= room):
            embedded[number - 1 : number] = [entries[number]]
        pages = self._with_paged(entries, room)
        count = max(ledger.count, *entries) if entries else ledger.count
        after = replace(ledger, entries=tuple(embedded), paged=count - len(embedded))
        return Book(after, self.order_id, self.work, pages, {**self.past, **past} if past else self.past)

    def _with_paged(self, entries: Mapping[int, Entry], room: int) -> Mapping[int, EntryPage]:
        """The pages that changed, those with the entries beyond ``room`` among them."""
        beyond = sorted(number for number in entries if number > room)
        if not beyond:
            return self.pages
        paged: dict[int, list[Entry]] = {}
        for number in beyond:
            place = page_of(self.ledger, number)
            if place not in paged:
                page = self._page(place)
                paged[place] = [] if page is None else list(page.entries)
            within = (number - 1 - room) % ON_A_PAGE
            paged[place][within : within + 1] = [entries[number]]
        changed = {
            place: EntryPage(order_id=self.order_id, first=room + 1 + place * ON_A_PAGE, entries=tuple(found))
            for place, found in paged.items()
        }
        return {**self.pages, **changed}

    def first(self, who: bytes) -> Processed | None:
        """What is remembered of the request with this identity."""
        return find(who, self.ledger, self.order_id, self.work)

    def changes(self) -> tuple[Change, ...]:
        """What is kept of it from now on."""
        if not self.pages and not self.past:
            return (Change(Ledger, self.order_id, self.ledger),)
        pages = (Change(EntryPage, page_id(self.order_id, place), page) for place, page in self.pages.items())
        past = (Change(PastRows, id_, rows) for id_, rows in self.past.items())
        return (Change(Ledger, self.order_id, self.ledger), *pages, *past)

    def _page(self, place: int) -> EntryPage | None:
        return self.pages.get(place) or self.work.get(EntryPage, page_id(self.order_id, place))


def open_book(work: UnitOfWork, order_id: str) -> Book:
    """The order's book; an empty one if nothing is known of the order."""
    return Book(find_ledger(work, order_id), order_id, work)


def page_id(order_id: str, place: int) -> str:
    """The id of an order's page; pages sort by place. No order id contains a slash."""
    return f"{order_id}/{place + 1:05d}"


def room_in(ledger: Ledger) -> int:
    """The number of the last subscription that the ledger holds itself, or will.

    One from before there were pages may hold more than ``EMBEDDED``: its pages begin behind them.
    """
    return max(EMBEDDED, len(ledger.entries))


def page_of(ledger: Ledger, number: int) -> int:
    """The place of the page on which a number lies that is not in the ledger itself."""
    return (number - 1 - room_in(ledger)) // ON_A_PAGE


def numbers_on(ledger: Ledger, place: int) -> range:
    """The numbers of the subscriptions on a page."""
    first = room_in(ledger) + 1 + place * ON_A_PAGE
    return range(first, min(first + ON_A_PAGE, ledger.count + 1))


def pages_of(order_id: str, ledger: Ledger, numbers: Iterable[int]) -> tuple[Ref, ...]:
    """The pages on which these numbers lie, or will lie, each once."""
    room = room_in(ledger)
    beyond = [number for number in numbers if number > room]
    places = dict.fromkeys(page_of(ledger, number) for number in beyond) if beyond else ()
    return tuple((EntryPage, page_id(order_id, place)) for place in places)
