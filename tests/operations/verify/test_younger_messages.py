"""Of all facts about one thing the youngest counts, in whatever order they are read and however many are read at once.

Topics are read side by side, and a fact may stand in several lanes: what comes last is not what was said last.
"""

import random
from collections.abc import Iterable, Sequence

import pytest

from operations.verify import books as bookkeeping
from operations.verify.books import Books, Row
from operations.verify.entering import enter
from operations.verify.found import Found
from operations.verify.tables import NEWEST
from tests.operations.verify.small_installation import Logged, invoiced


def facts() -> list[Logged]:
    return [
        record
        for (topic, _), records in invoiced().log.items()
        if topic.endswith(".events")
        for record in records
    ]  # fmt: skip


def newest(records: Iterable[Logged]) -> dict[str, Sequence[Row]]:
    books = Books(":memory:")
    for record in records:
        enter(books, Found.in_log(record))
    return {name: list(books.rows(f"SELECT * FROM {name} ORDER BY 1")) for name in NEWEST}


@pytest.mark.parametrize("written_at", [1, 3, 10_000])
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_reading_makes_no_difference(monkeypatch: pytest.MonkeyPatch, written_at: int, seed: int) -> None:
    expected = newest(facts())
    monkeypatch.setattr(bookkeeping, "WRITTEN_AT", written_at)
    shuffled = facts()
    random.Random(seed).shuffle(shuffled)

    assert newest(shuffled) == expected
    assert newest([*shuffled, *facts()]) == expected  # everything stands twice


def test_the_youngest_wins_over_the_one_read_last() -> None:
    found = newest(reversed(facts()))
    states = {row[0]: row[5] for row in found["subscriptions"]}
    statuses = {row[0]: row[2] for row in found["order_facts"]}

    assert states["o-1/2"] == "reversed"
    assert statuses["o-4"] == "cancelled"
    assert all(found.values())
