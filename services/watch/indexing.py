"""The loop of the watch service: read, tell, keep the rows, keep the position; for ever, or until all is read.

Nothing is decided here, so there is no group, no lane and no transaction (``docs/decisions/0100``). A server that is
away is waited for; a record that cannot be told is a row all the same.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import ConsumerRecord
from pymongo.errors import PyMongoError

from contracts.topics import TOPICS
from services.engine.adapters.kafka_whole_log import LogMoved, WholeLog, opened_whole_log
from services.engine.core.faults import Doubt
from services.engine.core.record import Place, digest
from services.watch.courtesy import Courtesy
from services.watch.documents.row import to_row
from services.watch.figures import WatchFigures
from services.watch.index import Index, Replaced
from services.watch.rules.going_on import Found, Position, go_on, is_known_again
from services.watch.rules.untold import untold
from services.watch.telling.told import Told

NAMES: Final = tuple(topic.name for topic in TOPICS)
AT_ONCE: Final = 2000
"""Records of one batch."""
POLL: Final = 0.5
"""Seconds that a reading waits for records."""
LOOKS_EVERY: Final = 5.0
"""Seconds from one look at the ends of the log to the next: so old is the lag that is told."""
GATHERS: Final = 1.0
"""Seconds that the service lets records gather after a batch that was not full: each batch costs the database a write
by a majority, however small it is. So much later a story is.
"""
AGAIN: Final = 1.0
"""Seconds before another try, when a server is away."""
Tell = Callable[[ConsumerRecord], Told]


class Standing(Exception):
    """All that there was when it was looked is read."""


class AnotherLog(Exception):
    """A partition holds other records than were read of it: its topic was made anew."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place[0]} {place[1]} was made anew")
        self.place = place


class Indexing:
    """Reads the whole log into the index. ``at`` is told of each step of a batch: read, kept, saved."""

    def __init__(
        self,
        index: Index,
        kafka: str,
        tell: Tell,
        figures: WatchFigures,
        *,
        complain: Callable[[str, str], None] = lambda _server, _why: None,
        ready: Callable[[], None] = lambda: None,
        progress: Callable[[int, int], None] = lambda _read, _behind: None,
        at: Callable[[str], None] = lambda _step: None,
        looks_every: float = LOOKS_EVERY,
        courtesy: Courtesy | None = None,
        gathers: float = 0.0,
    ) -> None:
        self._index = index
        self._kafka = kafka
        self._tell = tell
        self._figures = figures
        self._complain = complain
        self._ready = ready
        self._progress = progress
        self._at = at
        self._looks_every = looks_every
        self._courtesy = courtesy
        self._gathers = gathers
        self._read = 0
        self._log = structlog.get_logger("watch")

    async def run(self, *, until_read: bool = False) -> None:
        """Goes on until it is cancelled, or with ``until_read`` until nothing is left to be read. Never raises for a
        server that is away.
        """
        while True:
            try:
                async with opened_whole_log(self._kafka, NAMES, "leaseline-watch") as log:
                    await self._follow(log, until_read=until_read)
            except Standing:
                return
            except Replaced:
                self._log.warning("watch.begins_anew")
            except LogMoved as moved:
                self._log.warning("watch.log_moved", reason=str(moved)[:200])
                await asyncio.sleep(AGAIN / 10)
            except Doubt as fault:
                self._complain("Kafka", str(fault))
                await asyncio.sleep(AGAIN)
            except PyMongoError as error:
                self._complain("MongoDB", type(error).__name__)
                self._log.warning("watch.not_kept", reason=f"{type(error).__name__}: {error}"[:300])
                await asyncio.sleep(AGAIN)

    async def _follow(self, log: WholeLog, *, until_read: bool) -> None:
        """One stretch, until something is other than it was."""
        await self._index.open(NAMES)
        places = await log.places()
        if missing := set(NAMES) - {topic for topic, _ in places}:
            self._log.warning("watch.topics_missing", topics=sorted(missing))
        if not places:
            await asyncio.sleep(AGAIN)
            return
        following = Following(self._index, log, await self._index.positions())
        lost = await following.begin(places, self._moved)
        self._figures.lost(lost)
        await self._look(following, lost)
        self._ready()
        looked = time.monotonic()
        while True:
            records = await log.read(POLL, AT_ONCE)
            begun = time.monotonic()
            self._at("read")
            try:
                new = following.unread(records)
            except AnotherLog as another:
                self._moved(another.place, Found.ANEW, await following.forget(another.place))
                raise LogMoved(str(another)) from another
            await self._index.add(self._rows(new))
            self._at("kept")
            await following.advance(records)
            self._at("saved")
            for topic, count in Counter(record.topic for record in new).items():
                self._figures.told(topic, count)
            self._read += len(new)
            await self._rest(len(records), time.monotonic() - begun)
            if time.monotonic() - looked >= self._looks_every or (until_read and not records):
                behind = await self._look(following)
                looked = time.monotonic()
                if until_read and behind == 0:
                    raise Standing
                if set(await log.places()) != set(places):
                    raise LogMoved("partitions were added, or topics")

    async def _rest(self, records: int, seconds: float) -> None:
        """After a batch of so many records, which took so long."""
        rest = self._courtesy.rest_after(seconds) if records and self._courtesy is not None else 0.0
        gathers = self._gathers if 0 < records < AT_ONCE // 2 else 0.0
        await asyncio.sleep(max(rest, gathers))

    async def _look(self, following: "Following", lost: int = 0) -> int:
        behind = await following.behind()
        seconds = max(0.0, time.time() - following.newest) if behind and following.newest else 0.0
        self._figures.stands(behind, seconds)
        await self._index.note(behind, seconds, lost)
        self._progress(self._read, behind)
        return behind

    def _moved(self, place: Place, found: Found, count: int) -> None:
        if found is Found.LOST:
            self._log.warning("watch.records_lost", topic=place[0], partition=place[1], records=count)
        else:
            self._log.warning("watch.topic_anew", topic=place[0], partition=place[1], rows=count)

    def _rows(self, records: Iterable[ConsumerRecord]) -> list[dict[str, Any]]:
        numbers = {name: number for number, name in self._index.state.names.items()}
        return [self._row(record, numbers[record.topic]) for record in records]

    def _row(self, record: ConsumerRecord, topic: int) -> dict[str, Any]:
        """What is told of it; if that cannot be had or kept, that it is there."""
        try:
            return to_row(self._tell(record), topic)
        except Exception as error:  # noqa: BLE001 - whatever it is about, the record stands in the log
            why = type(error).__name__
            self._log.error(
                "watch.untold", topic=record.topic, partition=record.partition, offset=record.offset, error=why
            )
            return to_row(untold(record, why), topic)


class Following:
    """How far each partition was read, in one stretch of reading."""

    def __init__(self, index: Index, log: WholeLog, positions: Mapping[Place, Position]) -> None:
        self._index = index
        self._log = log
        self._positions = dict(positions)
        self._known: set[Place] = set()
        self.places: tuple[Place, ...] = ()
        self.newest = 0.0
        """The broker's time of the last record that was read, seconds."""

    async def begin(self, places: Sequence[Place], moved: Callable[[Place, Found, int], None]) -> int:
        """Goes to where each partition is read on; returns how many records were deleted unread."""
        begins, ends = await self._log.bounds(places)
        self.places = tuple(places)
        lost, at = 0, {}
        for place in places:
            going_on = go_on(self._positions.get(place), begins[place], ends[place])
            if going_on.found is Found.ANEW:
                moved(place, going_on.found, await self.forget(place))
            elif going_on.found is Found.LOST:
                moved(place, going_on.found, going_on.lost)
                self._positions[place] = Position(going_on.at)
                await self._index.save({place: self._positions[place]})  # or it would be counted again
            lost += going_on.lost
            at[place] = going_on.at
        self._log.seek(at)
        return lost

    async def forget(self, place: Place) -> int:
        """Deletes what was read of a log that is no more; returns how many rows."""
        gone = await self._index.forget(place)
        self._positions.pop(place, None)
        await self._index.save({place: Position()})
        return gone

    def unread(self, records: Sequence[ConsumerRecord]) -> Sequence[ConsumerRecord]:
        """Those behind the position. Raises ``AnotherLog`` where the log is another one than was read before."""
        found = []
        for record in records:
            place = (record.topic, record.partition)
            position = self._positions.get(place)
            if position is not None and place not in self._known:
                self._known.add(place)
                if not is_known_again(position, record.offset, digest(record)):
                    raise AnotherLog(place)
            if position is None or record.offset >= position.next:
                found.append(record)
        return found

    async def advance(self, records: Sequence[ConsumerRecord]) -> None:
        """Keeps that these were read, whose rows stand. Raises ``Replaced``."""
        last = {(record.topic, record.partition): record for record in records}
        await self._save(last, await self._log.positions(tuple(last)))

    async def _save(self, last: Mapping[Place, ConsumerRecord], reached: Mapping[Place, int]) -> None:
        changed = {}
        for place, next_ in reached.items():
            was, record = self._positions.get(place, Position()), last.get(place)
            if record is not None and record.offset > was.last:
                changed[place] = Position(next_, record.offset, digest(record))
                self.newest = max(self.newest, record.timestamp / 1000)
            elif next_ > was.next:  # behind markers that are no records
                changed[place] = Position(next_, was.last, was.mark)
        await self._index.save(changed)
        self._positions.update(changed)

    async def behind(self) -> int:
        """Records that are not read yet. Raises ``LogMoved`` where a log ends before what was read of it."""
        _, ends = await self._log.bounds(self.places)
        for place in self.places:
            if ends[place] < self._positions.get(place, Position()).next:
                raise LogMoved(f"{place[0]} {place[1]} ends before what was read of it")
        reached = await self._log.positions(self.places)
        await self._save({}, reached)
        return sum(max(0, ends[place] - reached[place]) for place in self.places)
