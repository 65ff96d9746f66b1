"""What fulfillment told of an order: counts of its items, states of its subscriptions, each with its own version.

A part is taken only from a higher version than the one it has, so a repeat, a late duplicate or a fact replayed from
the dead letters changes nothing that is newer. One mark for the whole order would lose the replayed one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from contracts.messages.fulfillment import OrderProgressed, SubscriptionRow
from contracts.messages.order import Item
from contracts.messages.subscription import State
from contracts.values.immutable import Immutable
from services.engine.core.document import replace
from services.orders.documents.order import ItemProgress, PlacedOrder, SubscriptionRows

STATES: Final[tuple[State, ...]] = ("active", "ended", "cancelled", "reversed")
"""Stored by position: append, never reorder."""
_ROOM: Final = 8


EMBEDDED: Final = 64
"""Subscriptions that an order has a row of itself: nearly every order has fewer."""
ON_A_PAGE: Final = 256
"""Rows on a page. Both are fixed for ever: a subscription's page follows from its number."""
RowsOf = Callable[[str], SubscriptionRows | None]
"""The page of rows with this id as it is now."""


class Adopted(Immutable):
    """An order once a fact was taken, the same object if nothing is newer, and by id the pages of rows that changed."""

    order: PlacedOrder
    pages: Mapping[str, SubscriptionRows]


def rows_ids(order_id: str, fact: OrderProgressed) -> tuple[str, ...]:
    """The pages on which the fact's subscriptions lie, unless the order has their rows itself, each once."""
    numbers = [int(number_of(order_id, row)) for row in fact.subscriptions]
    beyond = [number for number in numbers if number > EMBEDDED]
    places = dict.fromkeys((number - 1 - EMBEDDED) // ON_A_PAGE for number in beyond) if beyond else ()
    return tuple(_rows_id(order_id, place) for place in places)


def _rows_id(order_id: str, place: int) -> str:
    return f"{order_id}/{place + 1:05d}"


def apply_fact(order: PlacedOrder, fact: OrderProgressed, rows_of: RowsOf) -> Adopted:
    """The order with every part of the fact that is newer than what it has."""
    rows = {row.item_id: row for row in order.progress}
    for counts in fact.items:
        row = rows.get(counts.item_id)
        if row is None or fact.version > row.seen:
            rows[counts.item_id] = ItemProgress(
                item_id=counts.item_id, taken=counts.taken, cancelled=counts.cancelled, seen=fact.version
            )
    progress = tuple(rows[item_id] for item_id in sorted(rows))
    if progress != order.progress:
        order = replace(order, progress=progress)
    return _with_rows(order, fact, rows_of)


def with_counts(order: PlacedOrder, items: tuple[Item, ...], version: int) -> PlacedOrder:
    """The order with the counts that an accepted change carries, of items for which they are newer."""
    seen = {row.item_id: row.seen for row in order.progress}
    newer = {
        item.item_id: ItemProgress(item_id=item.item_id, taken=item.taken, cancelled=item.cancelled, seen=version)
        for item in items
        if version > seen.get(item.item_id, 0)
    }
    rows = {row.item_id: row for row in order.progress} | newer
    return replace(order, progress=tuple(rows[item_id] for item_id in sorted(rows)))


def _with_rows(order: PlacedOrder, fact: OrderProgressed, rows_of: RowsOf) -> Adopted:
    """An order from before there were pages may have more rows itself: what it has stays there."""
    own: dict[str, int] = {}
    devices: dict[int, str] = {}
    pages: dict[str, dict[str, int]] = {}
    devices_on: dict[str, dict[int, str]] = {}
    before: list[int] = []
    after: list[int] = []
    for row in fact.subscriptions:
        number, mark = number_of(order.order_id, row), marked(fact.version, row)
        if number in order.subscriptions or int(number) <= EMBEDDED:
            if fact.version > order.subscriptions.get(number, 0) // _ROOM:
                own[number] = mark
                devices[int(number) - 1] = _device(row)
            continue
        page, place = divmod(int(number) - 1 - EMBEDDED, ON_A_PAGE)
        id_ = _rows_id(order.order_id, page)
        known = rows_of(id_)
        was = None if known is None else known.subscriptions.get(number)
        if was is None or fact.version > was // _ROOM:
            pages.setdefault(id_, {} if known is None else dict(known.subscriptions))[number] = mark
            devices_on.setdefault(id_, {})[place] = _device(row)
            before += () if was is None else (was,)
            after.append(mark)
    adopted = order
    if own:
        serials = _with_devices(order.serials, devices)
        adopted = replace(order, subscriptions={**order.subscriptions, **own}, serials=serials)
    if not pages:
        return Adopted(adopted, {})
    (active, ended), (more_active, more_ended) = _states(before), _states(after)
    if (active, ended) != (more_active, more_ended):
        adopted = replace(
            adopted,
            paged_active=order.paged_active + more_active - active,
            paged_ended=order.paged_ended + more_ended - ended,
        )
    rows = {}
    for id_, found in pages.items():
        known = rows_of(id_)
        serials = _with_devices(() if known is None else known.serials, devices_on[id_])
        rows[id_] = SubscriptionRows(order_id=order.order_id, subscriptions=found, serials=serials)
    return Adopted(adopted, rows)


def _device(row: SubscriptionRow) -> str:
    """The serial by which the order is found; none of a subscription that was never created."""
    return "" if row.state == "reversed" else row.serial


def _with_devices(serials: tuple[str, ...], by_place: Mapping[int, str]) -> tuple[str, ...]:
    after = [*serials, *[""] * (max(by_place) + 1 - len(serials))]
    for place, serial in by_place.items():
        after[place] = serial
    return tuple(after)


def serials_of(order: PlacedOrder, pages: Iterable[SubscriptionRows]) -> Mapping[str, str]:
    """The device of each subscription by its id, as fulfillment told of it last. Absent: one that was never created, or
    that was told before devices were kept here.
    """
    found = _by_number(order.subscriptions, order.serials, lambda number: number - 1)
    for page in pages:
        found |= _by_number(page.subscriptions, page.serials, lambda number: (number - 1 - EMBEDDED) % ON_A_PAGE)
    return {f"{order.order_id}/{number}": serial for number, serial in found.items()}


def _by_number(numbers: Iterable[str], serials: Sequence[str], place_of: Callable[[int], int]) -> dict[str, str]:
    places = ((number, place_of(int(number))) for number in numbers)
    return {number: serials[place] for number, place in places if place < len(serials) and serials[place]}


def number_of(order_id: str, row: SubscriptionRow) -> str:
    """The running number of a subscription, as its row is found by."""
    return row.subscription_id.removeprefix(f"{order_id}/")


def marked(version: int, row: SubscriptionRow) -> int:
    """A subscription as one number, version x 8 + state."""
    return version * _ROOM + STATES.index(row.state)


def states_of(order_id: str, rows: Mapping[str, int]) -> Mapping[str, State]:
    """The state of each of these rows, by the subscription's id, in the order of their numbers."""
    return {f"{order_id}/{number}": STATES[rows[number] % _ROOM] for number in sorted(rows, key=int)}


def active_and_ended(order: PlacedOrder) -> tuple[int, int]:
    """How many are active, and how many are over (ended by date or cancelled). Reversed ones were never created."""
    active, ended = _states(order.subscriptions.values())
    return active + order.paged_active, ended + order.paged_ended


def _states(marks: Iterable[int]) -> tuple[int, int]:
    states = [STATES[mark % _ROOM] for mark in marks]
    return states.count("active"), states.count("ended") + states.count("cancelled")
