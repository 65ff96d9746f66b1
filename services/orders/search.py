"""Orders are found by text and filters, as fast among a million as among ten thousand.

Each search walks one index, that of its rarest condition, from the newest order back, and reads 5,000 rows at most;
the other conditions are told of the rows. Where that was not enough the page says how far it looked back, and its
cursor goes on from there. So nothing is left to a planner, and no search costs more because there are more orders.

What is typed is looked for as words, and as the beginning of an id, an e-mail address or a device's serial. These are
found by indexes of their own, up to 50 orders, and take their places among the others.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, get_args

from pymongo.asynchronous.database import AsyncDatabase

from contracts.messages.order import Status
from contracts.values.immutable import Immutable
from services.engine.core.document import read_from, replace
from services.orders.documents.findable import placed_at
from services.orders.documents.order import PlacedOrder
from services.orders.identifiers import PATIENCE_MS, resolve
from services.orders.rules.cursor import Wrong, cursor_of, place_of
from services.orders.rules.listing import ListedOrder, listed
from services.orders.rules.searching import (
    ROWS,
    Condition,
    Filter,
    Wanted,
    conditions_of,
    span_of,
    tokens_of,
)

__all__ = ["Count", "Database", "ListedOrder", "Page", "Wanted", "WrongCursor", "count_by_status", "search"]

Database = AsyncDatabase[dict[str, Any]]
MOST_READ: Final = 5_000
"""Rows that one page reads."""
COUNTED: Final = 1_000
"""Where counting stops: more is ``1,000+``."""


class Page(Immutable):
    """Orders that were found, the newest first. ``cursor`` goes on behind them; None: that is all.

    ``looked_back_to``: no order placed before then was looked at (UTC); None: the page is full, or nothing is left.
    """

    orders: tuple[ListedOrder, ...]
    cursor: str | None = None
    looked_back_to: datetime | None = None


class WrongCursor(Immutable):
    """The cursor leads nowhere: it cannot be read, is of another version, or belongs to another search."""

    why: Wrong


class Count(Immutable):
    """So many orders; with ``more`` there are at least so many."""

    number: int
    more: bool = False


class _Search(Immutable):
    """A search whose identifiers were looked up: ``alone`` are the rows that they stand for, by token."""

    filters: tuple[Condition, ...]
    words: tuple[tuple[Condition, ...], ...]
    alone: tuple[frozenset[str], ...]
    span: Filter

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Of orders that are found by words alone. Words come first: of two that are as common they are the rarer."""
        return (*(each for token in self.words for each in token), *self.filters)

    @property
    def identified(self) -> frozenset[str]:
        """The rows of all identifiers."""
        return frozenset[str]().union(*self.alone)

    def of_identified(self) -> Filter:
        """Those of them that have all that is searched, whether by words or by identifiers."""
        within = [id_ for id_ in self.identified if self.span["$gte"] <= id_ < self.span["$lt"]]
        every: list[Filter] = [each.row for each in self.filters]
        for words, alone in zip(self.words, self.alone, strict=True):
            by_words: Filter = {"$and": [each.row for each in words]}
            every.append({"$or": [by_words, {"_id": {"$in": sorted(alone)}}]} if alone else by_words)
        return {"_id": {"$in": sorted(within)}, "$and": every}


async def search(database: Database, wanted: Wanted) -> Page | WrongCursor:
    """A page of the orders that have everything that is wanted."""
    before = None
    if wanted.cursor is not None:
        before, wrong = place_of(wanted.cursor, wanted.mark())
        if wrong is not None:
            return WrongCursor(wrong)
    asked = await _looked_up(database, wanted, before)
    limit = max(1, min(wanted.limit, 50))
    (found, reached), identified = await asyncio.gather(
        _by_words(database, asked, limit + 1), _identified(database, asked, limit + 1)
    )
    if reached is not None:
        identified = [row for row in identified if row["_id"] >= reached]
    rows = {row["_id"]: row for row in (*found, *identified)}
    newest = sorted(rows, reverse=True)
    page = [rows[id_] for id_ in newest[:limit]]
    orders = await _orders(database, page)
    if len(newest) > limit:
        return Page(orders, cursor_of(wanted.mark(), newest[limit - 1]))
    if reached is not None:
        return Page(orders, cursor_of(wanted.mark(), reached), placed_at(reached))
    return Page(orders)


async def count_by_status(database: Database, wanted: Wanted) -> Mapping[Status, Count]:
    """How many orders there are of each status, whatever status and page are wanted. All of them are counted exactly,
    test orders left out; with a text or a filter counting stops at 1,000 each, and at 5,000 rows.
    """
    statuses: tuple[Status, ...] = get_args(Status)
    everything = replace(Wanted(), test=wanted.test or None)
    if replace(wanted, status=None, limit=everything.limit, cursor=None) == everything and not wanted.test:
        sums: dict[str, Any] = {status: {"$sum": f"${status}"} for status in statuses}
        tallies = await database["tallies"].aggregate([{"$group": {"_id": None} | sums}])
        total = next(iter(await tallies.to_list()), {})
        return {status: Count(max(0, total.get(status, 0))) for status in statuses}
    asked = await _looked_up(database, replace(wanted, status=None), None)
    identified: list[dict[str, Any]] = []
    if asked.identified:
        identified = await database["findable"].find(asked.of_identified(), {"status": 1}).to_list()
    walk = await _walk(database, asked)
    far, more = await _farthest(database, walk, asked.span)
    others = {"$nor": [{"_id": {"$in": [row["_id"] for row in identified]}}]}
    stages = [{"$match": walk.rows(asked.span, far) | others}, {"$group": {"_id": "$status", "orders": {"$sum": 1}}}]
    counted = await database["findable"].aggregate(stages, hint=walk.index, maxTimeMS=PATIENCE_MS)
    numbers = {row["_id"]: row["orders"] async for row in counted}
    for row in identified:
        numbers[row["status"]] = numbers.get(row["status"], 0) + 1
    return {s: Count(min(numbers.get(s, 0), COUNTED), more or numbers.get(s, 0) > COUNTED) for s in statuses}


async def _looked_up(database: Database, wanted: Wanted, before: str | None) -> _Search:
    tokens = tokens_of(wanted.text)
    found = await asyncio.gather(*(resolve(database, token, wanted.sources) for token in tokens))
    return _Search(
        filters=tuple(conditions_of(wanted)),
        words=tuple(words for words, _ in found),
        alone=tuple(alone for _, alone in found),
        span=span_of(wanted, before),
    )


class _Walk(Immutable):
    """Along which rows a search goes, the newest first, and what is told of each. ``thousandth``: where there are so
    many, the last of the first thousand.
    """

    driver: Filter
    index: str
    rest: tuple[Filter, ...]
    thousandth: str | None = None

    def rows(self, span: Filter, least: str | None = None, below: str | None = None) -> dict[str, Any]:
        """Those of a span that have everything, or of a part of it: from ``least`` on, and below ``below``."""
        between = {"$gte": span["$gte"] if least is None else least, "$lt": span["$lt"] if below is None else below}
        found: dict[str, Any] = {**self.driver, "_id": between}
        return found | ({"$and": list(self.rest)} if self.rest else {})


async def _walk(database: Database, asked: _Search) -> _Walk:
    """Along the condition with an index that the fewest rows have. Of several that more than a thousand have, along
    that of which the thousandth row lies farthest back. Without any such condition: along all rows.
    """
    drivers = [each for each in asked.conditions if each.driver is not None] or [Condition(row={}, index=ROWS)]
    ranks = await asyncio.gather(*(_rank(database, each, asked.span) for each in drivers))
    place = min(range(len(drivers)), key=ranks.__getitem__)
    chosen, (_, thousandth) = drivers[place], ranks[place]
    rest = tuple(each.row for each in asked.conditions)
    if len(rest) == 1 and asked.filters == asked.conditions and chosen is asked.conditions[0]:
        rest = ()  # its index tells all that is asked
    return _Walk(chosen.driver or {}, chosen.index, rest, thousandth or None)


async def _rank(database: Database, driver: Condition, span: Filter) -> tuple[int, str]:
    """How many rows there are, up to a thousand, and the last of those."""
    asked, hint = {**(driver.driver or {}), "_id": span}, driver.index
    counted = await database.command("count", "findable", query=asked, limit=COUNTED, hint=hint, maxTimeMS=PATIENCE_MS)
    if counted["n"] < COUNTED:
        return int(counted["n"]), ""
    behind = await _behind(database, asked, hint, COUNTED - 1)
    return COUNTED, behind[0] if behind else ""


async def _behind(database: Database, asked: Filter, index: str, skipped: int) -> list[str]:
    """The next two rows behind so many, from the index alone."""
    rows = database["findable"].find(asked, {"_id": 1}, hint=index, sort=[("_id", -1)], skip=skipped)
    return [row["_id"] for row in await rows.limit(2).max_time_ms(PATIENCE_MS).to_list()]


async def _farthest(database: Database, walk: _Walk, span: Filter) -> tuple[str | None, bool]:
    """The last row that may be read, None if there are fewer; and whether there are more behind it."""
    if walk.thousandth is None:
        return None, False
    asked = {**walk.driver, "_id": {"$gte": span["$gte"], "$lt": walk.thousandth}}
    found = await _behind(database, asked, walk.index, MOST_READ - COUNTED - 1)
    return (found[0], len(found) > 1) if found else (None, False)


async def _by_words(database: Database, asked: _Search, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Rows that have all conditions, and the last row that was read, if there are more behind it than may be read.

    The first thousand are looked at by themselves: nearly every page is full with them.
    """
    walk = await _walk(database, asked)
    near = walk.thousandth if walk.rest else None
    found = await _some(database, walk.rows(asked.span, near), walk.index, limit)
    if near is None or len(found) == limit:
        return found, None
    far, more = await _farthest(database, walk, asked.span)
    found += await _some(database, walk.rows(asked.span, far, near), walk.index, limit - len(found))
    if not more or far is None or len(found) == limit:
        return found, None
    return found, far


async def _some(database: Database, asked: Filter, index: str, limit: int) -> list[dict[str, Any]]:
    rows = database["findable"].find(asked, {"order_id": 1, "source": 1}, hint=index, sort=[("_id", -1)])
    return await rows.limit(limit).max_time_ms(PATIENCE_MS).to_list()


async def _identified(database: Database, asked: _Search, limit: int) -> list[dict[str, Any]]:
    if not asked.identified:
        return []
    found = database["findable"].find(asked.of_identified(), {"order_id": 1, "source": 1}, sort=[("_id", -1)])
    return await found.limit(limit).max_time_ms(PATIENCE_MS).to_list()


async def _orders(database: Database, rows: Sequence[Mapping[str, Any]]) -> tuple[ListedOrder, ...]:
    """The orders of these rows as they stand."""
    ids = [row["order_id"] for row in rows]
    if not ids:
        return ()
    found = {
        order["_id"]: read_from(order, PlacedOrder)
        async for order in database["orders"].find({"_id": {"$in": ids}}, {"heard": 0, "serials": 0})
    }
    return tuple(listed(found[row["order_id"]], row["source"]) for row in rows if row["order_id"] in found)
