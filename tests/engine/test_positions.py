from collections.abc import Sequence
from functools import partial

import pytest

from services.engine.core.checkpoint import Bookmark
from services.engine.core.positions import AnotherLog, Position, Rewind
from services.engine.core.record import digest
from tests.engine.batch import record
from tests.engine.memory.log import MemoryRecord


def _records(*offsets: int) -> list[MemoryRecord]:
    return [record(b"%d" % offset, offset) for offset in offsets]


def _offsets(records: Sequence[object]) -> list[int]:
    return [r.offset for r in records if isinstance(r, MemoryRecord)]


def _bookmark(of: MemoryRecord) -> Bookmark:
    return Bookmark(of.offset, of.timestamp, digest(of))


def test_what_comes_next_is_admitted_and_what_was_decided_is_not() -> None:
    position = Position(5, None)
    fresh, rewind = position.admit(_records(3, 4, 5, 6))
    assert (_offsets(fresh), rewind) == ([5, 6], None)


def test_admitting_does_not_move_the_position() -> None:
    position = Position(5, None)
    position.admit(_records(5, 6))
    assert _offsets(position.admit(_records(5, 6))[0]) == [5, 6]


def test_a_batch_that_was_swallowed_is_read_again() -> None:
    position = Position(5, None)
    for offset in (5, 6):
        position.seen(offset)
    assert position.admit(_records(7, 8)) == ((), Rewind(5))
    assert _offsets(position.admit(_records(5, 6, 7, 8))[0]) == [5, 6, 7, 8]


def test_a_batch_that_is_swallowed_again_is_no_hole() -> None:
    position = Position(5, None)
    assert position.admit(_records(7)) == ((), Rewind(5))
    position.seen(5)
    assert position.admit(_records(7)) == ((), Rewind(5))


def test_a_gap_that_comes_back_the_same_unseen_is_a_hole() -> None:
    position = Position(5, None)
    assert position.admit(_records(7)) == ((), Rewind(5))
    position.seen(7)
    fresh, rewind = position.admit(_records(7, 8))
    assert (_offsets(fresh), rewind) == ([7, 8], Rewind(5, again=True))
    position.hole(0)
    position.passed(9, None)
    assert position.admit(_records(9))[1] is None


def test_another_gap_after_the_rewind_is_looked_at_anew() -> None:
    position = Position(5, None)
    position.admit(_records(7))
    assert position.admit(_records(6)) == ((), Rewind(5))


def test_reading_begins_at_the_bookmark_until_it_was_compared() -> None:
    last = record(b"4", 4)
    position = Position(5, _bookmark(last))
    assert position.start == 4
    fresh, rewind = position.admit([last, *_records(5)])
    assert (_offsets(fresh), rewind) == ([5], None)
    assert position.start == 5


def test_another_record_at_the_bookmark_is_another_log() -> None:
    position = Position(5, _bookmark(record(b"4", 4)))
    with pytest.raises(AnotherLog):
        position.admit([record(b"other", 4)])


def test_a_bookmark_that_lies_in_a_hole_is_another_log() -> None:
    position = Position(5, _bookmark(record(b"4", 4)))
    position.admit(_records(7))
    assert position.admit(_records(7))[1] == Rewind(4, again=True)
    with pytest.raises(AnotherLog):
        position.hole(0)


def test_a_log_that_was_shortened_up_to_the_position_is_the_same_log() -> None:
    position = Position(5, _bookmark(record(b"4", 4)))
    position.admit(_records(5))
    fresh, rewind = position.admit(_records(5))
    assert rewind == Rewind(4, again=True)
    position.hole(5)
    assert _offsets(fresh) == [5]


def test_what_the_parser_saw_and_nobody_decided_is_behind_until_it_is_read_again() -> None:
    position = Position(5, None)
    told = []
    seen, passed = partial(position.seen, 5), partial(position.passed, 6, None)
    for happens in (seen, position.again, seen, passed):
        happens()
        told.append(position.behind)
    assert told == [True, False, True, False]
