"""An import from its first byte to its last: read, judged, stored, sent and waited for, a batch at a time."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from pymongo.errors import PyMongoError
from starlette.requests import ClientDisconnect

from services.http.asking.door import Door
from services.http.asking.intake import Intake
from services.http.callers.caller import Caller
from services.http.imports.job import Chunk, Counts, Ignored, Job, LineResult, counted
from services.http.imports.job_store import JobStore
from services.http.imports.judging import result_of, take_line
from services.http.imports.kind import Kind
from services.http.imports.line import ReadLine
from services.http.imports.reading import Reader
from services.http.telling.problem import Fault, Problem, fault

BATCH: Final = 500
"""Lines in flight: stored, sent and waited for together."""
BATCH_BYTES: Final = 4_000_000
"""A batch of long lines ends before."""
PATIENCE: Final = 30.0
"""Seconds that a batch waits for its answers; what has none then is told to wait, and is looked up at its address."""
TOUCHED_EVERY: Final = 5.0
BREATH: Final = 20
"""Lines that are judged before others of this process have their turn."""
MOST_IGNORED: Final = 20


class Run:
    """One sending of a file. ``id`` is the job's name, ``job`` as it was begun."""

    def __init__(
        self,
        id: str,  # noqa: A002  the job's own word
        job: Job,
        kind: Kind,
        reader: Reader,
        door: Door,
        caller: Caller,
        store: JobStore,
        trace: str = "",
    ) -> None:
        self._id = id
        self._attempt = job.attempt
        self._kind = kind
        self._reader = reader
        self._door = door
        self._caller = caller
        self._store = store
        self._trace = trace
        self._counts = Counts()
        self._ignored: dict[str, Ignored] = {}
        self._read = 0
        self._chunks = 0
        self._batch: list[tuple[ReadLine, Intake | LineResult]] = []
        self._weight = 0

    async def over(self, pieces: AsyncIterable[bytes]) -> None:
        """Reads the file to its end. Raises ``Problem`` if it cannot be read or another sending took over, and
        ``PyMongoError``; whatever happens, what was decided stays, and the job tells how far it came.
        """
        touching = asyncio.create_task(self._keep_touched())
        try:
            self._counts = await self._store.counts(self._id) if self._attempt > 1 else Counts()
            async for piece in pieces:
                self._read += len(piece)
                for line in self._reader.feed(piece):
                    await self._take(line)
            for line in self._reader.end():
                await self._take(line)
            await self._decide()
            if self._attempt > 1:
                await self._store.cut(self._id, self._chunks)
                self._counts = await self._store.counts(self._id)
            await self._note(state="done")
        except ClientDisconnect:
            await self._break(Fault.IMPORT_BROKEN, "the sender went away")
            raise fault(Fault.IMPORT_BROKEN, "the sender went away", instance=f"/imports/{self._id}") from None
        except Problem as problem:
            await self._break(problem.document.code, problem.document.detail)
            raise
        except PyMongoError:
            await self._break(Fault.UNAVAILABLE, "the database did not answer")
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._break(Fault.IMPORT_BROKEN, "the process that read it was told to end"))
            raise
        finally:
            touching.cancel()
            await asyncio.gather(touching, return_exceptions=True)

    async def _take(self, line: ReadLine) -> None:
        self._batch.append((line, self._judged(line)))
        self._weight += len(line.body or b"")
        if len(self._batch) >= BATCH or self._weight >= BATCH_BYTES:
            await self._decide()
        elif len(self._batch) % BREATH == 0:
            await asyncio.sleep(0)

    def _judged(self, line: ReadLine) -> Intake | LineResult:
        now = self._door.now()
        found = take_line(self._id, self._kind, line, self._reader, self._caller, now, self._door.lanes, self._trace)
        if isinstance(found, Intake):
            for name in found.ignored:
                if len(self._ignored) < MOST_IGNORED:
                    self._ignored.setdefault(name, Ignored(name=name))
        return found

    async def _decide(self) -> None:
        """Everything of the batch is stored, sent, answered, and kept."""
        batch, self._batch, self._weight = self._batch, [], 0
        if not batch:
            return
        asked = [each for _, each in batch if isinstance(each, Intake)]
        taken = iter(await self._door.take_many(asked, self._caller, wait=PATIENCE) if asked else ())
        results = tuple(
            result_of(line, each, next(taken), self._reader) if isinstance(each, Intake) else each
            for line, each in batch
        )
        counts = counted(results)
        now = self._door.now()
        chunk = Chunk(
            attempt=self._attempt,
            first=results[0].line,
            last=results[-1].line,
            counts=counts,
            results=results,
            time=now,
        )
        before = await self._store.save(self._id, self._chunks, chunk)
        self._chunks += 1
        self._counts = self._counts.plus(counts).plus(before, -1)
        await self._note()

    async def _note(self, **more: object) -> None:
        unknown = {each.heading: Ignored(name=each.heading, perhaps=each.perhaps) for each in self._reader.unknown}
        ignored = tuple({**unknown, **self._ignored}.values())[:MOST_IGNORED]
        touched: datetime = self._door.now()
        await self._store.note(
            self._id, self._attempt, read=self._read, counts=self._counts, ignored=ignored, updated=touched, **more
        )

    async def _keep_touched(self) -> None:
        while True:
            await asyncio.sleep(TOUCHED_EVERY)
            with suppress(PyMongoError, Problem):  # who writes next hears of it
                await self._store.note(self._id, self._attempt, updated=self._door.now())

    async def _break(self, code: str, detail: str) -> None:
        with suppress(PyMongoError, Problem):  # taken over, or the database is away: the job is found broken in time
            await self._note(state="broken", code=code, detail=detail)
