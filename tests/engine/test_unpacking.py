"""What a client may write into a header's name, and what aiokafka makes of it."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy as Builder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from services.engine.adapters.kafka_unpacking import MOST_AT_ONCE, FetchedRecords
from tests.engine.batch import NotUtf8

PLAIN, GZIP = 0, 1


def _batch(first: int, *names: str, value: bytes | None = None, compression: int = PLAIN) -> bytes:
    """A produce batch with one record for each header name; the values are their offsets."""
    builder = Builder(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=100_000_000,
    )
    for at, name in enumerate(names):
        content = value or b"%d" % (first + at)
        builder.append(at, timestamp=at, key=b"k", value=content, headers=[(name, b"1"), ("null", None)])
    return first.to_bytes(8, "big") + bytes(builder.build())[8:]


def _read(kind: type[Any], content: bytes) -> Sequence[tuple[int, bytes, str]]:
    records = PartitionRecords(TopicPartition("t", 0), kind(content), [], 1, None, None, False, 1)
    return [(r.offset, r.value, r.headers[0][0]) for r in records]


def test_aiokafka_alone_never_gets_past_a_header_whose_name_is_not_utf8() -> None:
    with pytest.raises(UnicodeDecodeError):
        _read(MemoryRecords, _batch(1, "a", NotUtf8("trace"), "b"))


@pytest.mark.parametrize("compression", [PLAIN, GZIP])
def test_a_record_with_such_a_header_and_its_neighbours_are_read_once_each(compression: int) -> None:
    content = _batch(1, "a", "b") + _batch(3, "c", NotUtf8("trace"), "d", compression=compression) + _batch(6, "e")
    read = _read(FetchedRecords, content + content[:20])
    assert [(offset, name) for offset, _, name in read] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "\ufffdtrace"),
        (5, "d"),
        (6, "e"),
    ]
    assert all(value == b"%d" % offset for offset, value, _ in read)


def test_what_is_huge_when_it_is_unpacked_comes_in_several_fetches() -> None:
    size = MOST_AT_ONCE // 4
    batches = {at: _batch(at, "a", value=b"x" * size, compression=GZIP) for at in range(1, 11)}
    fetched: list[int] = []
    at = 1
    while at <= 10:
        content = b"".join(batch for offset, batch in batches.items() if offset >= at)
        assert len(content) < MOST_AT_ONCE // 100
        records = PartitionRecords(TopicPartition("t", 0), FetchedRecords(content), [], at, None, None, False, 1)
        some = [record.offset for record in records]
        assert len(some) <= 4
        fetched += some
        at = records.next_fetch_offset
    assert fetched == list(range(1, 11))


def test_everything_else_is_read_as_aiokafka_reads_it() -> None:
    content = _batch(1, "a", "b") + _batch(3, "c")
    assert _read(FetchedRecords, content) == _read(MemoryRecords, content)
    ours, theirs = FetchedRecords(content + b"123"), MemoryRecords(content + b"123")
    assert ours.size_in_bytes() == theirs.size_in_bytes()
    while theirs.has_next():
        assert ours.has_next()
        mine, its = ours.next_batch(), theirs.next_batch()
        assert mine is not None
        assert (mine.base_offset, mine.next_offset, mine.validate_crc()) == (
            its.base_offset,
            its.next_offset,
            its.validate_crc(),
        )
    assert ours.next_batch() is None
