"""`leaseline rebuild billing`: lane by lane from the topics into an empty database (``docs/decisions/0110``).

It can be killed at any moment and run again: how far it is stands in a note in the database, with the positions that it
goes by, and a lane that was begun is put there once more. Nothing is written to any topic.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final

from aiokafka.errors import KafkaError

from contracts.values.immutable import Immutable
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.notes import Notes
from operations.rebuilding.allowed import (
    check_at_rest,
    check_empty,
    check_whole,
    committed,
    count_lanes,
    database_of,
)
from operations.rebuilding.putting import Putting
from operations.verify.reading import Log, opened_log
from services.billing.rebuilding.internal import Finished
from services.billing.rebuilding.issued import Contradiction
from services.billing.rebuilding.lane import INTERNAL, READ, TOPICS, Lane
from services.billing.service import COLLECTIONS
from services.billing.settings import Defaults
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_rebuilding import (
    Database,
    end_rebuilding,
    make_indexes,
    note_rebuilding,
    put_checkpoint,
    rebuilding,
)
from services.engine.core.record import Place, Record

SHOWN: Final = 5
"""Contradictions that are told; how many there are is told, too."""
Told = Callable[[int, int], None]


class Rebuilt(Immutable):
    """So many lanes, records that were read (some twice), documents that were put there."""

    lanes: int
    records: int
    documents: int


class Rebuilding:
    """The command. ``into`` names other databases than those whose group says how far billing had read. ``told`` hears
    how many records of how many were read; ``at`` each lane that is done.
    """

    def __init__(
        self,
        kafka: str,
        mongo: str,
        databases: str,
        defaults: Defaults,
        *,
        into: str | None = None,
        told: Told = lambda _read, _all: None,
        at: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._kafka = kafka
        self._mongo = mongo
        self._databases = databases
        self._into = databases if into is None else into
        self._defaults = defaults
        self._told = told
        self._at = at
        self._read = 0
        self._all = 0

    async def run(self) -> Rebuilt:
        """Makes billing anew. Raises ``InstallationError`` with what is in the way and what to do."""
        try:
            with mongo_answers(), kafka_answers(self._kafka):
                async with opened_log(self._kafka) as log, connect(self._mongo) as client:
                    return await self._made(log, Notes(client, self._databases), database_of(client, self._into))
        except Contradiction as error:
            raise InstallationError(
                f"What the topics hold does not fit together: {error}. No worker starts."
            ) from error

    async def _made(self, log: Log, notes: Notes, database: Database) -> Rebuilt:
        group = f"{self._databases}.billing"
        await check_empty(database)
        await check_at_rest(self._kafka, group)
        lanes = await count_lanes(log, notes)
        places = [(topic, lane) for topic in TOPICS for lane in range(lanes)]
        await check_whole(log, places)
        note = await rebuilding(database) or await self._noted(log, database, group, places, lanes)
        reach = {(topic, lane): end for topic, lane, end in note["ends"]}
        positions = {(topic, lane): at for topic, lane, at in note["positions"]}
        self._all = sum(reach.values()) + sum(end for (topic, _), end in reach.items() if topic in _TWICE)
        mothers: dict[int, list[int]] = {int(lane): list(of) for lane, of in note["mothers"]}
        finished = await self._finished(log, reach, lanes)
        documents = int(note["documents"])
        for number in range(int(note["lanes_done"]), lanes):
            lane = Lane(number, lanes, self._defaults, finished, {t: positions.get((t, number), 0) for t in READ})
            documents += await self._lane(log, database, lane, (*mothers.get(number, ()), number), reach)
            for foreign in lane.foreign:
                if foreign <= number:
                    raise InstallationError(
                        f"Lane {number} has records of lane {foreign}: nobody of us wrote them there."
                    )
                mothers.setdefault(foreign, []).append(number)
            note = {
                **note,
                "lanes_done": number + 1,
                "documents": documents,
                "mothers": [[str(child), of] for child, of in mothers.items()],
            }
            await note_rebuilding(database, note)
            self._at(f"lane {number}")
        await make_indexes(database, COLLECTIONS)
        await end_rebuilding(database, lanes)
        return Rebuilt(lanes, self._read, documents)

    async def _noted(
        self, log: Log, database: Database, group: str, places: Sequence[Place], lanes: int
    ) -> Mapping[str, Any]:
        """The ends of the topics and the positions of the group as they are now: a run after this one goes by them."""
        ends, had = await log.ends(places), await committed(self._kafka, group)
        positions = [(topic, lane, had[topic, lane]) for topic, lane in places if (topic, lane) in had]
        if not positions and any(ends.values()):
            raise InstallationError(
                f"Kafka knows no position of the group {group}: it forgets one after offsets.retention.minutes. What "
                f"billing had read cannot be told from the topics alone."
            )
        beyond = [(topic, lane) for topic, lane, at in positions if at > ends[topic, lane]]
        if beyond:
            topic, lane = beyond[0]
            raise InstallationError(
                f"The group {group} has read further in {topic} partition {lane} than it goes: it was made again."
            )
        note = {
            "lanes": lanes,
            "ends": [(topic, lane, end) for (topic, lane), end in ends.items()],
            "positions": positions,
            "lanes_done": 0,
            "documents": 0,
            "mothers": [],
        }
        await note_rebuilding(database, note)
        return note

    async def _finished(self, log: Log, reach: Mapping[Place, int], lanes: int) -> Finished:
        finished = Finished()
        for number in range(lanes):
            async with aclosing(self._records(log, (INTERNAL, number), reach)) as records:
                async for record in records:
                    finished.hear(record)
        return finished

    async def _lane(
        self, log: Log, database: Database, lane: Lane, partitions: Sequence[int], reach: Mapping[Place, int]
    ) -> int:
        putting = Putting(database)
        for topic, hear, begin in lane.steps():
            for partition in partitions:
                async with aclosing(self._records(log, (topic, partition), reach, begin)) as records:
                    async for record in records:
                        kept = hear(record)
                        if kept is not None:
                            await putting.put(kept)
        checkpoint = lane.end()
        if lane.contradictions:
            told = "; ".join(lane.contradictions[:SHOWN])
            raise Contradiction(f"lane {lane.lane} has {len(lane.contradictions)} contradictions: {told}")
        for kept in lane.documents():
            await putting.put(kept)
        await putting.end()
        await put_checkpoint(database, checkpoint)
        return putting.count

    async def _records(
        self, log: Log, place: Place, reach: Mapping[Place, int], begin: int = 0
    ) -> AsyncGenerator[Record, None]:
        try:
            async for records in log.read({place: begin}, {place: reach[place]}):
                for record in records:
                    yield record
                self._read += len(records)
                self._told(self._read, self._all)
        except KafkaError as error:
            raise InstallationError(f"Kafka at {self._kafka} stopped answering ({type(error).__name__}).") from error


_TWICE: Final = (INTERNAL, INTERNAL, "billing.events")
