"""A collection is read to its end, whatever ids somebody put beside ours, on a real mongod.

MongoDB compares ids of different types by an order of types: numbers stand before text, objects, binary, ids of its
own, truth values and dates behind it. ``{"_id": {"$gt": 7}}`` finds numbers only.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from bson import Binary, Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient

from operations.verify.books import temporary_books
from operations.verify.databases import AT_ONCE, opened_databases

MORE_THAN_A_PAGE = AT_ONCE + 50
NIGHT = datetime(2024, 1, 1, tzinfo=UTC)
MADE: Mapping[str, Callable[[int], object]] = {
    "whole numbers": lambda n: n,
    "long numbers": lambda n: Int64(2**40 + n),
    "broken numbers": lambda n: n + 0.5,
    "decimals": lambda n: Decimal128(f"{n}.25"),
    "objects": lambda n: {"n": n},
    "binary": lambda n: Binary(n.to_bytes(4, "big")),
    "ids of MongoDB": lambda n: ObjectId(n.to_bytes(12, "big")),
    "dates": lambda n: NIGHT + timedelta(minutes=n),
    "stamps": lambda n: Timestamp(n + 1, 0),
}
ODD = (None, True, False, MinKey(), MaxKey(), float("nan"), float("inf"))
"""Types and values of which there is one id each."""


def no_text(number: int, garbage: bytes = b"\xff\xfe") -> RawBSONDocument:
    """A document whose id is text by its type, and no UTF-8: what is read of it is not what is kept."""
    text = garbage + f"{number:05}".encode() + b"\x00"
    element = b"\x02_id\x00" + len(text).to_bytes(4, "little") + text
    return RawBSONDocument((len(element) + 5).to_bytes(4, "little") + element + b"\x00")


async def read_of(mongo: str, database: str, documents: list[Mapping[str, object]]) -> tuple[int, set[str]]:
    """How many payers and odd documents the books have of a collection with these documents in it, and whose payers'
    ids are text.
    """
    async with AsyncMongoClient[Mapping[str, object]](mongo) as client:
        await client[f"{database}_orders"]["installation"].insert_one({"_id": "lanes", "lanes": 4})
        await client[f"{database}_billing"]["payers"].insert_many(documents, ordered=False)
    async with opened_databases(mongo, database) as databases:
        with temporary_books() as books:
            await databases.enter(books)
            odd = books.one("SELECT count(*) FROM unreadable WHERE place LIKE 'document %payers %'")
            payers = {payer for (payer,) in books.rows("SELECT payer FROM payers WHERE typeof(payer) = 'text'")}
            return books.one("SELECT count(*) FROM payers") + odd, payers


@pytest.mark.parametrize("kind", MADE)
async def test_what_stands_behind_pages_of_ids_of_another_type_is_read(mongo: str, database: str, kind: str) -> None:
    ours = {f"customer:{number}" for number in range(MORE_THAN_A_PAGE)}
    foreign = [{"_id": MADE[kind](number)} for number in range(MORE_THAN_A_PAGE)]

    count, payers = await read_of(mongo, database, [*foreign, *({"_id": payer} for payer in ours)])

    assert payers == ours
    assert count == len(foreign) + len(ours)


async def test_pages_of_every_type_at_once_are_read_to_the_last(mongo: str, database: str) -> None:
    ours = {f"customer:{number}" for number in range(MORE_THAN_A_PAGE)}
    foreign = [{"_id": made(number)} for made in MADE.values() for number in range(MORE_THAN_A_PAGE)]

    count, payers = await read_of(
        mongo, database, [*foreign, *({"_id": odd} for odd in ODD), *({"_id": payer} for payer in ours)]
    )

    assert payers == ours
    assert count == len(foreign) + len(ODD) + len(ours)


async def test_pages_of_ids_that_are_no_text_are_read_once(mongo: str, database: str) -> None:
    ours = {"zoe", "\U0010ffff"}
    foreign = [no_text(number) for number in range(2 * MORE_THAN_A_PAGE)]

    count, payers = await read_of(mongo, database, [*foreign, *({"_id": payer} for payer in ours)])

    assert ours < payers
    assert count == len(foreign) + len(ours)


async def test_ids_that_differ_and_are_read_alike_cost_one_of_their_documents(mongo: str, database: str) -> None:
    alike = [no_text(1, garbage) for garbage in (b"\xf8", b"\xff", b"\xfe")]

    count, payers = await read_of(mongo, database, [{"_id": "ada"}, *alike, {"_id": "zoe"}, {"_id": 1}, {"_id": True}])

    assert payers == {"ada", "\ufffd00001", "zoe"}
    assert count == 3 + 2 + 1  # the payers, two numbers, and what stands twice is named once
