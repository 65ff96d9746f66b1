"""The index in its database: rows by their place in the log, positions by topic, and one document about itself.

Rows are written first, positions after them: whatever dies in between, the same records are read again, and each meets
its own row. A position is known to a majority, and so is every row before it: a replica set keeps one order of writes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, CollectionInvalid, OperationFailure
from pymongo.write_concern import WriteConcern

from contracts.values.immutable import Immutable
from services.engine.core.record import Place
from services.watch.documents.row import AT, ENTRIES
from services.watch.rules.going_on import Position
from services.watch.rules.places import LAST_OFFSET, MOST_TOPICS, to_number

Database = AsyncDatabase[dict[str, Any]]
ROWS: Final = "rows"
POSITIONS: Final = "positions"
ITSELF: Final = "index"
_ONE: Final = "index"
_TTL: Final = f"{AT}_1"
_THERE_ALREADY: Final = 11000
_OTHER_OPTIONS: Final = 85
DAY: Final = 24 * 3600


class Replaced(Exception):
    """Somebody threw the index away, or began it anew: what is known of it counts no more."""


class State(Immutable):
    """What the index knows of itself. ``topics`` are numbered by their places; ``build`` counts how often it was begun,
    ``wanted`` is the build that somebody asked for. ``behind`` and ``seconds`` were so at ``seen``: records that were
    not read, and how long ago the last one that was read had been said. ``lost``: records that were deleted unread.
    """

    build: int = 1
    wanted: int = 1
    topics: tuple[str, ...] = ()
    behind: int = 0
    seconds: float = 0.0
    seen: datetime | None = None
    lost: int = 0

    @property
    def names(self) -> Mapping[int, str]:
        """The topics by their numbers."""
        return dict(enumerate(self.topics))


async def read_state(database: Database) -> State:
    """As it stands; a fresh one if there is none."""
    found = await database[ITSELF].find_one({"_id": _ONE}) or {}
    return State(
        build=found.get("build", 1),
        wanted=found.get("wanted", 1),
        topics=tuple(found.get("topics", ())),
        behind=found.get("behind", 0),
        seconds=found.get("seconds", 0.0),
        seen=found.get("seen"),
        lost=found.get("lost", 0),
    )


async def read_positions(database: Database, build: int) -> dict[Place, Position]:
    """How far each partition was read by this build."""
    found: dict[Place, Position] = {}
    async for document in database[POSITIONS].find({"build": build}):
        for partition, (next_, last, mark) in document["at"].items():
            found[document["_id"], int(partition)] = Position(next_, last, bytes(mark))
    return found


async def ask_for_another(database: Database) -> int:
    """Asks whoever writes the index to throw it away and build it anew; returns the number of that build."""
    found = await database[ITSELF].find_one_and_update(
        {"_id": _ONE},
        [{"$set": {"wanted": {"$add": [{"$ifNull": ["$build", 1]}, 1]}}}],
        upsert=True,
        return_document=True,
    )
    return int((found or {})["wanted"])


class Index:
    """Writes it. One process does at a time; a second one would do everything twice, and nothing wrong."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days
        self._rows = database.get_collection(ROWS, write_concern=WriteConcern(w=1))
        self._positions = database[POSITIONS]
        self._itself = database[ITSELF]
        self.state = State()

    async def open(self, topics: Sequence[str]) -> None:
        """Makes what is missing, gives new topics their numbers, and begins anew if that was asked for."""
        self.state = await read_state(self._database)
        if self.state.wanted > self.state.build:
            await self._begin_anew()
        await self._make()
        new = [name for name in topics if name not in self.state.topics]
        if len(self.state.topics) + len(new) > MOST_TOPICS:
            raise ValueError(f"an index has at most {MOST_TOPICS} topics")
        await self._itself.update_one(
            {"_id": _ONE},
            {
                "$push": {"topics": {"$each": new}},
                "$setOnInsert": {"build": self.state.build, "wanted": self.state.wanted},
            },
            upsert=True,
        )
        self.state = await read_state(self._database)

    async def _make(self) -> None:
        try:
            packed = {"wiredTiger": {"configString": "block_compressor=zstd"}}
            await self._database.create_collection(ROWS, storageEngine=packed)
        except CollectionInvalid:
            pass  # it is there
        rows = self._database[ROWS]
        await rows.create_index([(ENTRIES, ASCENDING)])
        seconds = self._days * DAY
        try:
            await rows.create_index([(AT, ASCENDING)], name=_TTL, expireAfterSeconds=seconds)
        except OperationFailure as error:
            if error.code != _OTHER_OPTIONS:
                raise
            await self._database.command("collMod", ROWS, index={"keyPattern": {AT: 1}, "expireAfterSeconds": seconds})

    async def _begin_anew(self) -> None:
        """Throws away what there is; of two that would, one does."""
        was, now = self.state.build, self.state.wanted
        mine = {"_id": _ONE, "build": was if was != 1 else {"$in": [1, None]}}
        won = await self._itself.update_one(mine, {"$set": {"build": now, "lost": 0}})
        if won.modified_count:
            await self._database[POSITIONS].drop()
            await self._database[ROWS].drop()
        self.state = await read_state(self._database)

    async def positions(self) -> dict[Place, Position]:
        """Of every partition of which something was read."""
        return await read_positions(self._database, self.state.build)

    async def add(self, rows: Sequence[dict[str, Any]]) -> int:
        """Adds those that are not there; returns how many were not."""
        if not rows:
            return 0
        try:
            await self._rows.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            wrong = error.details.get("writeErrors", [])
            if error.details.get("writeConcernErrors") or any(each["code"] != _THERE_ALREADY for each in wrong):
                raise
            return len(rows) - len(wrong)
        return len(rows)

    async def save(self, positions: Mapping[Place, Position]) -> None:
        """Keeps how far was read, once the rows stand. Raises ``Replaced``."""
        by_topic: dict[str, dict[str, list[object]]] = {}
        for (topic, partition), at in positions.items():
            by_topic.setdefault(topic, {})[f"at.{partition}"] = [at.next, at.last, at.mark]
        if not by_topic:
            return
        updates = [
            UpdateOne({"_id": topic, "build": self.state.build}, {"$set": changed}, upsert=True)
            for topic, changed in by_topic.items()
        ]
        try:
            await self._positions.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            if all(each["code"] == _THERE_ALREADY for each in error.details.get("writeErrors", [])):
                raise Replaced from error  # it stands there under another build
            raise

    async def forget(self, place: Place) -> int:
        """Deletes the rows of a partition that was made anew; returns how many."""
        topic = self.state.topics.index(place[0])
        begin, end = to_number(topic, place[1], 0), to_number(topic, place[1], LAST_OFFSET)
        return (await self._rows.delete_many({"_id": {"$gte": begin, "$lte": end}})).deleted_count

    async def note(self, behind: int, seconds: float, lost: int = 0) -> None:
        """Tells how it stands now. Raises ``Replaced`` if somebody asked for another build."""
        told = {"behind": behind, "seconds": seconds, "seen": datetime.now(UTC)}
        found = await self._itself.find_one_and_update({"_id": _ONE}, {"$set": told, "$inc": {"lost": lost}})
        if found is None or found.get("build") != self.state.build or found.get("wanted", 1) > self.state.build:
            raise Replaced


def is_running(state: State, now: datetime, within: timedelta = timedelta(seconds=20)) -> bool:
    """Whether somebody wrote to the index a moment ago."""
    return state.seen is not None and now - state.seen < within
