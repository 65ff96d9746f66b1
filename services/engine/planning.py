"""The meaning of a batch, in memory: which documents it needs, what it changes, what it says. No clock, no I/O.

The shell asks for what is to be loaded, loads it, and asks again until the plan is made. A batch is cut while it is
decided, when what it has to say grows too large; the records beyond the cut belong to the next one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contracts.immutable import Immutable
from services.engine.checkpoint import Bookmark, Checkpoint
from services.engine.desk import Documents, Write
from services.engine.kept import revised
from services.engine.message import Message, Origin
from services.engine.reading import PASSED_OVER, PassedOver, PassOn, Read, Reader, Reject
from services.engine.record import Outgoing, Record, digest
from services.engine.service import Key, NotLoaded, Page, Service
from services.engine.wording import dead_letter, worded

Wants = tuple[tuple[Key, ...], tuple[Page, ...]]
Troubled = Callable[[Origin, Reject, Exception | None, int], None]
MOST_SAID = 4 * 1024 * 1024
"""Bytes to be said at which a batch is cut (rule 14)."""
MOST_WORK = 20_000
"""Units of work (``Service.weight``) at which a batch is cut."""


class Counts(Immutable):
    """What became of a batch's records; ``unknown`` counts the fields of its messages that nobody here knows."""

    records: int = 0
    messages: int = 0
    passed_on: int = 0
    rejects: int = 0
    passed_over: int = 0
    unknown: int = 0


class Plan(Immutable):
    """What is to be saved and said for the first ``taken`` records of a batch."""

    taken: int
    writes: tuple[Write, ...]
    checkpoints: tuple[Checkpoint, ...]
    counts: Counts


class _Entry(Immutable):
    record: Record
    read: Read
    origin: Origin
    passed: bool


class Planning:
    """One batch on its way to a plan.

    ``troubled`` is told of each message that goes to the dead letters though it should have been decided, why (an
    exception in the service's decision, or None: its data cannot be read), and how many in a row it is. ``trouble``
    counts on from earlier batches.
    """

    def __init__(
        self,
        service: Service,
        reader: Reader,
        records: Sequence[Record],
        checkpoints: Mapping[int, Checkpoint],
        unstorable: frozenset[Origin] = frozenset(),
        troubled: Troubled = lambda _origin, _reject, _error, _in_a_row: None,
        trouble: int = 0,
    ) -> None:
        self.trouble = trouble
        self._service = service
        self._reader = reader
        self._checkpoints = checkpoints
        self._troubled = troubled
        self._marks = {lane: dict(c.marks) for lane, c in checkpoints.items()}
        self._out: dict[int, list[Outgoing]] = {lane: [] for lane in checkpoints}
        self._last: dict[Key, Message] = {}
        self._at = 0
        self._said = 0
        self._names: dict[type[Any], str] = {c.kind: c.name for c in service.collections}
        self._concluded = frozenset(self._names[kind] for kind in service.concluded)
        self._entries = self._read(records, unstorable)
        self.desk = Documents(reader.lanes, service.collections, {n: c.clock for n, c in checkpoints.items()})

    def _read(self, records: Sequence[Record], unstorable: frozenset[Origin]) -> list[_Entry]:
        entries: list[_Entry] = []
        work = 0
        for record in records:
            incarnation = self._checkpoints[record.partition].incarnations.get(record.topic, 0)
            read, origin, passed = self._reader.read(record, incarnation)
            if passed and self._taken_before(record.partition, origin):
                read = PASSED_OVER
            elif origin in unstorable:
                read = Reject("cannot_be_stored", "the store cannot hold what this message makes")
            if isinstance(read, Message):
                work += self._service.weight(read)
                if work > MOST_WORK and entries:
                    break
            entries.append(_Entry(record, read, origin, passed))
        return entries

    def _taken_before(self, lane: int, origin: Origin) -> bool:
        """Rule 9: passing on is exactly once, however often it is repeated."""
        marks, place = self._marks[lane], _place(origin)
        if marks.get(place, -1) >= origin.offset:
            return True
        marks[place] = origin.offset
        return False

    def _messages(self) -> Iterable[Message]:
        return (entry.read for entry in self._entries if isinstance(entry.read, Message))

    def needs(self) -> Wants:
        """The first round: what the messages name."""
        return self.desk.lacks(want for message in self._messages() for want in self._service.needs(message))

    def needs_more(self) -> Wants:
        """The second round: what the documents found name."""
        more = self._service.needs_more
        return self.desk.lacks(want for message in self._messages() for want in more(message, self.desk))

    def decide(self) -> Wants | None:
        """Decides on from where it stands; what it returns must be loaded before the next call. None: decided."""
        while self._at < len(self._entries):
            entry = self._entries[self._at]
            if self._said > MOST_SAID and self._at:
                break
            try:
                said = self._outcome(entry)
            except NotLoaded as missing:
                return self.desk.lacks(missing.wants)
            self._out[entry.record.partition] += said
            self._said += sum(outgoing.size for outgoing in said)
            self._at += 1
        return self._conclude()

    def _outcome(self, entry: _Entry) -> list[Outgoing]:
        read, error = entry.read, None
        if isinstance(read, Message):
            try:
                return self._decided(read)
            except NotLoaded:
                raise
            except Exception as failed:  # noqa: BLE001 - a decision that fails costs this message only, and loudly
                error = failed
                read = Reject("cannot_be_decided", type(failed).__name__, read.model)
        if isinstance(read, Reject):
            if read.model is not None:
                self.trouble += 1
                self._troubled(entry.origin, read, error, self.trouble)
            return [dead_letter(self._service.name, entry.record.partition, entry.record, entry.origin, read)]
        return list(read.records) if isinstance(read, PassOn) else []

    def _decided(self, message: Message) -> list[Outgoing]:
        decision = self._service.decide(message, self.desk)
        said = worded(decision.says, message, self._service.name, self._reader.lanes)
        self.desk.apply(decision, message.lane)
        self.trouble = 0
        for change in decision.changes:
            name = self._names[change.kind]
            if name in self._concluded:
                self._last[name, change.id] = message
        return said

    def _conclude(self) -> Wants | None:
        for key, message in tuple(self._last.items()):
            try:
                decision = self._service.conclude(message, self.desk.change(key), self.desk)
                said = worded(decision.says, message, self._service.name, self._reader.lanes, f"end{len(self._last)}.")
                self.desk.apply(decision, message.lane)
            except NotLoaded as missing:
                return self.desk.lacks(missing.wants)
            del self._last[key]
            self._out[message.lane] += said
        return None

    def plan(self) -> Plan:
        """The plan, once ``decide`` has returned None."""
        taken = self._entries[: self._at]
        last: dict[int, dict[str, Record]] = {}
        marks: dict[int, dict[str, int]] = {}
        for entry in taken:
            lane = entry.record.partition
            last.setdefault(lane, {})[entry.record.topic] = entry.record
            if entry.passed:
                place = _place(entry.origin)
                mine = marks.setdefault(lane, dict(self._checkpoints[lane].marks))
                mine[place] = max(mine.get(place, -1), entry.origin.offset)
        checkpoints = tuple(
            self._moved(self._checkpoints[lane], records, marks.get(lane)) for lane, records in sorted(last.items())
        )
        return Plan(self._at, self.desk.writes(), checkpoints, self._counts(taken))

    def _moved(self, was: Checkpoint, last: Mapping[str, Record], marks: Mapping[str, int] | None) -> Checkpoint:
        read = {topic: Bookmark(record.offset, record.timestamp, digest(record)) for topic, record in last.items()}
        return revised(
            was,
            batch=was.batch + 1,
            offsets={**was.offsets, **{topic: record.offset + 1 for topic, record in last.items()}},
            bookmarks={**was.bookmarks, **read},
            marks=was.marks if marks is None else marks,
            clock=self.desk.clock(was.lane),
            outgoing=tuple(self._out[was.lane]),
        )

    def _counts(self, taken: Sequence[_Entry]) -> Counts:
        kinds = [type(entry.read) for entry in taken]
        return Counts(
            records=len(kinds),
            messages=kinds.count(Message),
            passed_on=kinds.count(PassOn),
            rejects=kinds.count(Reject),
            passed_over=kinds.count(PassedOver),
            unknown=sum(entry.read.unknown for entry in taken if isinstance(entry.read, Message)),
        )


def _place(origin: Origin) -> str:
    return f"{origin.topic}/{origin.partition}/{origin.incarnation}"
