"""Where dead letters stand: read from the log each time, so that nothing is kept beside it that could be wrong.

What is held in memory is small and bounded, however many letters there are.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from contracts.values.immutable import Immutable
from services.engine.adapters.kafka_log import LogReader, LogReaders
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.letter import DEAD_LETTERS, letter_of
from services.engine.core.record import Record
from services.mending.acts import TOPIC, Done, act_of
from services.mending.found import Shelved
from services.mending.query import Query

MOST: Final = 20_000
"""Letters that are held at once; of more the newest are, and the rest is counted."""
Known = tuple[str, str]
"""A letter by its service and its address."""


class Finding(Immutable):
    """``letters`` without their bytes, oldest first. ``left_out`` counts the older ones beyond the bound, ``strange``
    what stands in topics of dead letters and no service wrote.
    """

    letters: tuple[Shelved, ...]
    left_out: int = 0
    strange: int = 0


class Shelf:
    """The dead letters of an installation of so many lanes."""

    def __init__(self, readers: LogReaders, lanes: int) -> None:
        self._readers = readers
        self.lanes = lanes

    async def find(self, query: Query) -> Finding:
        """Every letter that is meant. Raises ``Doubt`` if Kafka does not answer."""
        async with self._readers.reader() as reader:
            acts = await self._acts(reader)
            came_of = _replays(acts)
            found: dict[Known, Shelved] = {}
            left_out = strange = 0
            async for record in self._records(reader, [f"{name}{DEAD_LETTERS}" for name in query.meant]):
                letter = letter_of(record)
                if letter is None:
                    strange += 1
                    continue
                known = (letter.service, letter.address)
                if known in found or not query.means(letter):
                    continue
                shelved = Shelved(letter, acts.get(known, ()), came_of.get(known, "")).without_bytes
                if query.shows(shelved):
                    found[known] = shelved
                    if len(found) > 2 * MOST:
                        found, gone = _newest(found)
                        left_out += gone
        found, gone = _newest(found)
        return Finding(tuple(found.values()), left_out + gone, strange)

    async def get(self, place: str) -> Shelved | None:
        """The letter that stands there, whole, with what was done with it; None if there is none. Raises ValueError
        for what is no place, ``Doubt`` if Kafka does not answer.
        """
        topic, partition, offset = split(place)
        async with self._readers.reader() as reader:
            begins, ends = await reader.bounds([(topic, partition)])
            if not begins[topic, partition] <= offset < ends[topic, partition]:
                return None
            reader.seek({(topic, partition): offset})
            records = await reader.read(10.0, 1)
            letter = letter_of(records[0]) if records and records[0].offset == offset else None
            if letter is None:
                return None
            acts = await self._acts(reader, home(letter.address, self.lanes))
        return Shelved(letter, acts.get((letter.service, letter.address), ()))

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[LogReader]:
        """A reader of the log, for who looks for something else in it."""
        async with self._readers.reader() as reader:
            yield reader

    async def _acts(self, reader: LogReader, lane: int | None = None) -> Mapping[Known, tuple[Done, ...]]:
        """All acts, or those in one lane: an act stands in the home of its letter's address."""
        found: dict[Known, list[Done]] = {}
        async for record in self._records(reader, [TOPIC], range(self.lanes) if lane is None else (lane,)):
            done = act_of(record)
            if done is not None:
                act = done.act.model_copy(update={"original": None, "edit": None}) if done.state == "replayed" else None
                small = done if act is None else replace(done, act=act)
                found.setdefault((done.act.reader, done.act.address), []).append(small)
        return {known: tuple(done) for known, done in found.items()}

    async def _records(
        self, reader: LogReader, topics: Sequence[str], lanes: Iterable[int] | None = None
    ) -> AsyncIterator[Record]:
        places = [(topic, lane) for lane in (range(self.lanes) if lanes is None else lanes) for topic in topics]
        begins, ends = await reader.bounds(places)
        async for record in reader.between(begins, ends):
            yield record


def split(place: str) -> tuple[str, int, int]:
    """Topic, partition and offset of a place. Raises ValueError for what is none."""
    topic, partition, offset = place.rsplit("/", 2)
    return topic.partition("~")[0], int(partition), int(offset)


def _replays(acts: Mapping[Known, Sequence[Done]]) -> Mapping[Known, str]:
    """By where a letter was sent to: which one it was. A letter from there is dead again."""
    return {
        (service, sent_to): address
        for (service, address), done in acts.items()
        for each in done
        if (sent_to := getattr(each.act, "sent_to", ""))
    }


def _newest(found: Mapping[Known, Shelved]) -> tuple[dict[Known, Shelved], int]:
    ordered = sorted(found.items(), key=lambda each: (each[1].letter.at, each[1].letter.place))
    return dict(ordered[-MOST:]), max(0, len(ordered) - MOST)
