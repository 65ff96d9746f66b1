"""An import takes as much memory as a batch, however long its file is."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import cast

from services.engine.core.answer import Answered
from services.http.asking.door import Door, Taken
from services.http.asking.intake import Intake
from services.http.asking.request_store import stored
from services.http.callers.caller import Caller
from services.http.imports.job import Chunk, Counts, Job
from services.http.imports.job_store import JobStore
from services.http.imports.kind import KINDS
from services.http.imports.reading import JsonLines
from services.http.imports.running import BATCH, Run

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DOCK = Caller("dock", "Ada", frozenset(["scans:write"]))
JOB = Job(source="http:dock", owner="dock", key="k", kind="devices", form="json_lines", created=NOW, updated=NOW,
          attempt=1)  # fmt: skip


class Answering:
    """A door behind which everything is done at once."""

    lanes = 8

    def now(self) -> datetime:
        return NOW

    async def take_many(self, intakes: Sequence[Intake], caller: Caller, *, wait: float) -> Sequence[Taken]:
        del wait
        return [Taken(stored(each, caller.owner, NOW, stale=False), done(each)) for each in intakes]


def done(intake: Intake) -> Answered:
    return Answered(source=intake.source, id=intake.message_id, state="done", time=NOW, subject=intake.subject)


class Forgetting:
    """Jobs of which nothing is kept but how many lines there were."""

    def __init__(self) -> None:
        self.lines = 0

    async def save(self, _id: str, _number: int, chunk: Chunk) -> Counts:
        self.lines += chunk.counts.accepted
        assert len(chunk.results) <= BATCH
        return Counts()

    async def note(self, _id: str, _attempt: int, **fields: object) -> None:
        del fields


async def file(lines: int) -> AsyncIterator[bytes]:
    for number in range(lines):
        yield b'{"serial": "SN-%07d", "sku": "CLOCK", "x": "%s"}\n' % (number, b"x" * 1_950)


def peak(lines: int) -> int:
    """Bytes of Python's memory at most, while a file of so many lines is taken in."""
    store = Forgetting()
    run = Run("fulfillment-1", JOB, KINDS["devices"], JsonLines(), cast(Door, Answering()), DOCK, cast(JobStore, store))
    tracemalloc.start()
    try:
        asyncio.run(run.over(file(lines)))
        assert store.lines == lines
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_of_twenty_four_megabytes_takes_no_more_memory_than_a_batch_and_what_is_remembered_of_ids() -> None:
    """The memories of ids (``lru_cache``) are full after some thousand lines, and never take more than 3 MB."""
    assert peak(24 * BATCH) < peak(BATCH) + 6_000_000
