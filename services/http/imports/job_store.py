"""Imports and their results in the database of the service that owns the kind. Kept for seven days, as requests are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from services.engine.core.document import read_from, stored_form, stored_value
from services.http.imports.job import Chunk, Counts, Job, LineResult, LineState
from services.http.kept import IMPORTS, NEWEST, RESULTS, make_indexes
from services.http.telling.problem import Fault, fault

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Stored = dict[str, Any]


class JobStore:
    """The imports of one service."""

    def __init__(self, database: AsyncDatabase[Stored]) -> None:
        self._database = database
        self._jobs: AsyncCollection[Stored] = database[IMPORTS]
        self._chunks: AsyncCollection[Stored] = database[RESULTS]

    async def prepare(self) -> None:
        """Makes the indexes: what is old goes by itself, and one's own are found."""
        await make_indexes(self._database, IMPORTS, RESULTS)

    async def begin(self, id: str, job: Job) -> Job:  # noqa: A002  the job's own word
        """Begins it, or begins it again: whoever works at it loses it. Raises ``Problem`` if its key stands for a file
        of another kind or form.
        """
        ours = {name: getattr(job, name) for name in ("source", "owner", "key", "created")}
        started: Stored = {"state": "running", "updated": job.updated, "read": 0}
        try:
            found = await self._jobs.find_one_and_update(
                {"_id": id, "kind": job.kind, "form": job.form},
                {
                    "$setOnInsert": ours,
                    "$set": started,
                    "$inc": {"attempt": 1},
                    "$unset": {"code": "", "detail": "", "ignored": ""},
                },
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            raise fault(Fault.IDEMPOTENCY_KEY_REUSED, "it came with a file of another kind or form") from None
        assert found is not None  # it is made if it is not there
        return read_from(found, Job)

    async def note(self, id: str, attempt: int, **fields: object) -> None:  # noqa: A002  the job's own word
        """Sets these fields of the job. Raises ``Problem`` if another sending of the file took it over."""
        values = {name: stored_value(value) for name, value in fields.items()}
        done = await self._jobs.update_one({"_id": id, "attempt": attempt}, {"$set": values})
        if done.matched_count == 0:
            raise fault(Fault.IMPORT_TAKEN_OVER, instance=f"/imports/{id}")

    async def save(self, id: str, number: int, chunk: Chunk) -> Counts:  # noqa: A002  the job's own word
        """Keeps the results of a batch; returns the counts of those that they replace. Raises ``Problem`` as above."""
        chunk_id = _chunk(id, number)
        try:
            before = await self._chunks.find_one_and_replace(
                {"_id": chunk_id, "attempt": {"$lte": chunk.attempt}},
                {"_id": chunk_id, **stored_form(chunk)},
                projection={"counts": 1},
                upsert=True,
            )
        except DuplicateKeyError:
            raise fault(Fault.IMPORT_TAKEN_OVER, instance=f"/imports/{id}") from None
        return Counts() if before is None else read_from(before["counts"], Counts)

    async def counts(self, id: str) -> Counts:  # noqa: A002  the job's own word
        """The sum over all results that there are."""
        total = Counts()
        async for each in self._chunks.find(_within(id), {"counts": 1}):
            total = total.plus(read_from(each["counts"], Counts))
        return total

    async def cut(self, id: str, number: int) -> None:  # noqa: A002  the job's own word
        """Forgets chunks from this number on: they are of a longer file that was sent before."""
        await self._chunks.delete_many(_within(id, number))

    async def find(self, id: str) -> Job | None:  # noqa: A002  the job's own word
        """The job of this name."""
        found = await self._jobs.find_one({"_id": {"$eq": id}})
        return None if found is None else read_from(found, Job)

    async def of(self, source: str, after: tuple[int, str] | None, most: int) -> Sequence[tuple[str, Job]]:
        """The newest jobs of a sender with their names, or those behind one: its milliseconds and its name."""
        wanted: Stored = {"source": {"$eq": source}}
        if after is not None:
            created, id_ = EPOCH + timedelta(milliseconds=after[0]), after[1]
            wanted["$or"] = [{"created": {"$lt": created}}, {"created": created, "_id": {"$lt": id_}}]
        found = self._jobs.find(wanted).sort(list(NEWEST)).limit(most)
        return [(each["_id"], read_from(each, Job)) async for each in found]

    async def results(
        self,
        id: str,  # noqa: A002  the job's own word
        state: LineState | None,
        after: int,
        most: int,
    ) -> Sequence[LineResult]:
        """Up to ``most`` results behind line ``after``, in the order of their lines; of one state if it is named."""
        wanted: Stored = {**_within(id), "last": {"$gt": after}}
        if state is not None:
            wanted[f"counts.{state}"] = {"$gt": 0}
        found: list[LineResult] = []
        async for each in self._chunks.find(wanted).sort("_id", ASCENDING):
            chunk = read_from(each, Chunk)
            found += [row for row in chunk.results if row.line > after and state in (None, row.state)]
            if len(found) >= most:
                break
        return found[:most]


def milliseconds(time: datetime) -> int:
    """A moment as a cursor has it."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def _chunk(id_: str, number: int) -> str:
    return f"{id_}/{number:08}"


def _within(id_: str, number: int = 0) -> Stored:
    return {"_id": {"$gte": _chunk(id_, number), "$lt": f"{id_}0"}}  # 0 follows the slash
