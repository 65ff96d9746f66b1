"""The three services as one machine without a world: a state is what they keep, a step is a batch that one hears.

Every step is the engine's own planning of real records over real documents, in one lane. What a service keeps and what
it says are numbered, equal ones alike, so that a step that was made once is only looked up.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bson

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.incident import Incident
from services.engine.core.planning import Planning
from services.engine.core.reading import Ignored, Reader
from services.engine.core.service import Key, LaneClock, Service
from services.engine.core.unit_of_work import Lacking, matches
from tests.engine.memory.database import decoded
from tests.engine.memory.log import MemoryRecord

RECORDED = 1_715_774_400_000
"""The broker's time of every record (15 May 2024, noon): nothing in here depends on when."""


STILL = LaneClock()


@dataclass(frozen=True, slots=True)
class Wire:
    """A record as it stands in the log. ``offset`` makes the address: a request sent again stands elsewhere."""

    topic: str
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()
    offset: int = -1


@dataclass(frozen=True, slots=True)
class Document:
    """What a service keeps: its documents as the database has them, and its lane's clock."""

    documents: tuple[tuple[Key, bytes], ...] = ()
    clock: LaneClock = STILL


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody reads in a record: its type's name, its id, whom it answers, its content."""

    name: str
    source: str
    id: str
    cause: tuple[str, str]
    data: dict[str, Any]


Step = tuple[int, tuple[int, ...]]
"""What a service keeps afterwards, and what it said, by their numbers."""


class Machine:
    """Numbers what there is, and remembers every step. What cannot be decided is among what is said: a dead letter."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = tuple(services)
        self.decided = 0
        self._readers = [Reader(service.name, service.known(), 1) for service in services]
        self._kept: dict[Document, int] = {}
        self._all_kept: list[Document] = []
        self._documents: list[Mapping[Key, Stored]] = []
        self._wires: dict[Wire, int] = {}
        self._all_wires: list[Wire] = []
        self._told: dict[int, Told] = {}
        self._steps: dict[tuple[int, int, tuple[int, ...]], Step] = {}
        self._channels: dict[int, tuple[int, ...]] = {}

    def kept(self, kept: Document) -> int:
        """The number of what a service keeps."""
        number = self._kept.setdefault(kept, len(self._all_kept))
        if number == len(self._all_kept):
            self._all_kept.append(kept)
            self._documents.append({key: decoded(content) for key, content in kept.documents})
        return number

    def documents(self, kept: int) -> Mapping[Key, Stored]:
        """The documents, decoded."""
        return self._documents[kept]

    def wire(self, wire: Wire) -> int:
        """The number of a record."""
        number = self._wires.setdefault(wire, len(self._all_wires))
        if number == len(self._all_wires):
            self._all_wires.append(wire)
        return number

    def told(self, wire: int) -> Told:
        """What stands in a record of ours."""
        if wire not in self._told:
            found = json.loads(self._all_wires[wire].value)
            cause = (found.get("causationsource", ""), found.get("causationid", ""))
            self._told[wire] = Told(found["type"].split(".")[2], found["source"], found["id"], cause, found["data"])
        return self._told[wire]

    def topic(self, wire: int) -> str:
        """Where it stands."""
        return self._all_wires[wire].topic

    def readers(self, wire: int) -> tuple[int, ...]:
        """The services to which a record means something: the others pass it over."""
        if wire not in self._channels:
            record = self._record(wire)
            self._channels[wire] = tuple(
                place
                for place, (service, reader) in enumerate(zip(self.services, self._readers, strict=True))
                if record.topic in service.topics() and not isinstance(reader.read(record, 0)[0], Ignored)
            )
        return self._channels[wire]

    def hears(self, place: int, kept: int, batch: tuple[int, ...]) -> Step:
        """The service at this place takes these records in one batch."""
        key = (place, kept, batch)
        if key not in self._steps:
            self._steps[key] = self._decided(place, kept, batch)
        return self._steps[key]

    def _record(self, wire: int) -> MemoryRecord:
        found = self._all_wires[wire]
        offset = 1_000_000 + wire if found.offset < 0 else found.offset
        return MemoryRecord(found.topic, 0, offset, RECORDED, None, found.value, found.headers)

    def _decided(self, place: int, kept: int, batch: tuple[int, ...]) -> Step:
        self.decided += 1
        service, was = self.services[place], self._all_kept[kept]
        there = self._documents[kept]
        checkpoints = {0: Checkpoint(0, clock=was.clock)}
        records = [self._record(wire) for wire in batch]
        planning = Planning(service, self._readers[place], records, checkpoints, troubled=_raise)
        _load(planning, planning.prefetch(), there)
        _load(planning, planning.prefetch_related(), there)
        while (wants := planning.decide()) is not None:
            _load(planning, wants, there)
        plan = planning.plan()
        assert plan.taken == len(records)
        documents = dict(was.documents)
        for write in plan.writes:
            if write.fields is None:
                documents.pop((write.collection, write.id), None)
            else:
                key = (write.collection, write.id)
                documents[key] = bson.encode(_sorted(write.onto(there.get(key, {}))))
        (checkpoint,) = plan.checkpoints
        after = self.kept(Document(tuple(sorted(documents.items())), checkpoint.clock))
        return after, tuple(self.wire(Wire(o.topic, o.value or b"", o.headers)) for o in checkpoint.outgoing)


def _load(planning: Planning, wants: Lacking, there: Mapping[Key, Stored]) -> None:
    keys, pages = wants
    planning.work.put_loaded(keys, {key: there[key] for key in keys if key in there})
    for collection, page in pages:
        found = [(id_, stored) for (name, id_), stored in there.items() if name == collection]
        planning.work.put_page(page, [each for each in found if matches(page, *each)][: page.limit])


def _raise(incident: Incident, _in_a_row: int) -> None:
    raise AssertionError(str(dict(incident.about)))


def _sorted(value: Any) -> Any:
    """Equal documents are equal bytes, in whatever order their fields were written."""
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    return value
