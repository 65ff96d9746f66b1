"""Ids, addresses and serials that begin as typed: each token of a search is looked up by indexes of their own.

Up to 50 orders are meant by what they begin with; more of them, and it was no identifier that was typed. A caller that
sees the orders of some sources alone must find its own among any number of others (``docs/decisions/0090``).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from services.orders.documents.findable import row_id_of
from services.orders.queries import Database, find_of_sources
from services.orders.rules.searching import KEYS, Condition, Filter, Token

MOST_IDENTIFIED: Final = 50
"""Orders whose ids, addresses or serials begin as typed; with more of them it was no identifier that was meant."""
MOST_LOOKED_AT: Final = 5_000
"""Orders with such a device of which it is asked who submitted them."""
PATIENCE_MS: Final = 5_000
"""Milliseconds after which MongoDB gives a query up."""


async def resolve(
    database: Database, token: Token, sources: Sequence[str]
) -> tuple[tuple[Condition, ...], frozenset[str]]:
    """What a token means: words, and the rows of what it is the beginning of. An address or a domain of many orders is
    looked for by itself. Who sees the orders of some sources alone finds its own, however many others begin so: they
    are told of the rows along which its sources lead.
    """
    by_serial = await _rows_with_device(database, token, sources)
    begins = token.begins_identifier
    if sources and begins is not None and len(await _ids(database, begins, KEYS)) > MOST_IDENTIFIED:
        return (token.as_beginning(begins),), by_serial
    by_key = await _rows_of(database, token)
    if by_key is None:
        return (token.whole,), by_serial
    return token.as_words(), by_key | by_serial


async def _rows_of(database: Database, token: Token) -> frozenset[str] | None:
    """The rows whose id, address or domain begins so; None: too many have just this one."""
    whole = token.whole
    assert whole.driver is not None
    for asked in (token.begins_identifier, whole.driver):
        if asked is not None:
            found = await _ids(database, asked, whole.index)
            if len(found) <= MOST_IDENTIFIED:
                return found
    return None


async def _rows_with_device(database: Database, token: Token, sources: Sequence[str]) -> frozenset[str]:
    """The rows of orders with a device whose serial begins so; of more than so many those with this very device."""
    for asked in (token.begins_serial, token.exact_serial):
        if asked is not None:
            found = await _with_device(database, asked, sources)
            if found is not None:
                return found
    return frozenset()


async def _with_device(database: Database, asked: Filter, sources: Sequence[str]) -> frozenset[str] | None:
    """Up to 50 rows, those of some sources if they are named; None: there are more."""
    hint = "serials_1__id_1"
    most = MOST_LOOKED_AT if sources else MOST_IDENTIFIED + 1
    orders = database["orders"]
    near, far = await asyncio.gather(
        orders.find(asked, {"placed_at": 1}, hint=hint, limit=most).to_list(),
        database["subscription_rows"].find(asked, {"order_id": 1}, hint=hint, limit=most).to_list(),
    )
    known = {each["_id"] for each in near}
    others = sorted({each["order_id"] for each in far} - known)
    if others:
        near += await orders.find({"_id": {"$in": others}}, {"placed_at": 1}).to_list()
    if sources and len(near) > MOST_IDENTIFIED:
        own = await find_of_sources(database, [each["_id"] for each in near], sources)
        near = [each for each in near if each["_id"] in own]
    if len(near) > MOST_IDENTIFIED:
        return None
    return frozenset(row_id_of(each["_id"], each["placed_at"]) for each in near)


async def _ids(database: Database, asked: Filter, index: str) -> frozenset[str]:
    found = database["findable"].find(asked, {"_id": 1}, hint=index, limit=MOST_IDENTIFIED + 1, max_time_ms=PATIENCE_MS)
    return frozenset([row["_id"] async for row in found])
