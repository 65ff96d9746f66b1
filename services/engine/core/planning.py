"""The meaning of a batch, in memory: which documents it needs, what it changes, what it says. No clock, no I/O.

The shell asks for what is to be loaded, loads it, and asks again until the plan is made. A batch is cut while it is
decided, when what it has to say grows too large; the records beyond the cut belong to the next one.

What a hook of the service raises costs the one message that it was asked about. At the end of the batch, where it is
about several, ``Undecidable`` is raised: the shell then halves the batch down to the one message.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contracts.messages.answers import Refused, Repeated
from contracts.wire.message import Kind
from contracts.wire.problems import MOST
from services.engine.core import answer, marks
from services.engine.core.answer import answers_to, stuck, wanted
from services.engine.core.checkpoint import Bookmark, Checkpoint
from services.engine.core.document import replace
from services.engine.core.entry import Entry, SetAside, Spot, entry_of
from services.engine.core.failing import UNDECIDABLE, UNSTORABLE, Undecidable, failed
from services.engine.core.incident import TOLD, Incident, answered, dead
from services.engine.core.marks import Mark, mark_id, mark_of, taken_before
from services.engine.core.message import Message, Origin
from services.engine.core.outbox import dead_letter, to_records
from services.engine.core.plan import Counts, Plan
from services.engine.core.reading import IGNORED, Forwarded, Ignored, Reader, Reject, Unaddressed
from services.engine.core.record import Outgoing, Record, digest
from services.engine.core.service import Change, Decision, Emit, Key, NotLoaded, Service, Want
from services.engine.core.unit_of_work import BatchUnitOfWork, Lacking

Troubled = Callable[[Incident, int], None]
MOST_SAID = 4 * 1024 * 1024
"""Bytes to be said at which a batch is cut (rule 14)."""
MOST_WORK = 20_000
"""Units of work (``Service.weight``) at which a batch is cut."""
OF_THE_ENGINE = (marks.COLLECTION, answer.COLLECTION)
"""What the engine itself keeps beside a service's documents."""
MOST_ASKED = 5_000
"""Times that a decision may ask for more; one document each time, as many as a message can be about."""


class AsksForEver(Exception):
    """A hook asks for more and more, or for what is there already."""


class Planning:
    """One batch on its way to a plan.

    ``set_aside`` are records that go to the dead letters undecided, by where they stand. ``troubled`` is told of each
    message that goes there though it should have been decided, and how many in a row it is; it may raise. ``trouble``
    counts on from earlier batches.
    """

    def __init__(
        self,
        service: Service,
        reader: Reader,
        records: Sequence[Record],
        checkpoints: Mapping[int, Checkpoint],
        set_aside: Mapping[Spot, SetAside] | None = None,
        troubled: Troubled = lambda _incident, _in_a_row: None,
        trouble: int = 0,
    ) -> None:
        self.trouble = trouble
        self.incidents: list[Incident] = []
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._traced: list[Message] = []
        self._service = service
        self._reader = reader
        self._checkpoints = checkpoints
        self._troubled = troubled
        self._out: dict[int, list[Outgoing]] = {lane: [] for lane in checkpoints}
        self._last: dict[Key, Message] = {}
        self._unsure: set[int] = set()
        self._at = 0
        self._said = 0
        self._asked = 0
        self._names: dict[type[Any], str] = {c.kind: c.name for c in service.collections}
        self._concluded = frozenset(self._names[kind] for kind in service.batch_end_kinds)
        self._entries = self._read(records, set_aside or {})
        kept = (*service.collections, *OF_THE_ENGINE)
        clocks = {n: c.clock for n, c in checkpoints.items()}
        self.work = BatchUnitOfWork(reader.lanes, kept, clocks, service.followers)

    def _read(self, records: Sequence[Record], set_aside: Mapping[Spot, SetAside]) -> list[Entry]:
        entries: list[Entry] = []
        work = 0
        for record in records:
            incarnation = self._checkpoints[record.partition].incarnations.get(record.topic, 0)
            entry = entry_of(record, self._reader, incarnation, set_aside)
            if isinstance(entry.read, Message):
                try:
                    work += self._service.weight(entry.read)
                except Exception as error:  # noqa: BLE001 - it costs this message only, and loudly
                    entry = entry.given_up(failed("weight", error, entry.read.model))
                if work > MOST_WORK and entries:
                    break
            entries.append(entry)
        return entries

    def prefetch(self) -> Lacking:
        """The first round: what the messages name, and what was taken of the origins of records passed on."""
        wants: list[Want] = [
            (Mark, mark_id(entry.record.partition, entry.origin)) for entry in self._entries if entry.passed
        ]
        for at, entry in enumerate(self._entries):
            if isinstance(entry.read, Message):
                wants += wanted(entry.read)
                try:
                    wants += self._service.prefetch(entry.read)
                except Exception as error:  # noqa: BLE001 - it costs this message only, and loudly
                    self._entries[at] = entry.given_up(failed("prefetch", error, entry.read.model))
        return self.work.lacks(wants)

    def prefetch_related(self) -> Lacking:
        """The second round: what the documents found name.

        What raises here may be right once the messages before it are decided: it is asked again in its turn.
        """
        wants: list[Want] = []
        for at, entry in enumerate(self._entries):
            if isinstance(entry.read, Message):
                wants += self.work.recalled(entry.read)
                try:
                    wants += self._service.prefetch_related(entry.read, self.work)
                except NotLoaded as missing:
                    wants += missing.wants
                except Exception:  # noqa: BLE001 - asked again in its turn, and costs this message only then
                    self._unsure.add(at)
        return self.work.lacks(wants)

    def decide(self) -> Lacking | None:
        """Decides on from where it stands; what it returns must be loaded before the next call. None: decided.

        Raises ``Undecidable`` for what a hook raises at the end of the batch.
        """
        while self._at < len(self._entries):
            if self._said > MOST_SAID and self._at:
                break
            try:
                said = self._outcome()
            except NotLoaded as missing:
                self._asked += 1
                return self.work.lacks(missing.wants)
            self._asked = 0
            self._out[self._entries[self._at].record.partition] += said
            self._said += sum([outgoing.size for outgoing in said])
            self._at += 1
        return self._conclude()

    def _outcome(self) -> list[Outgoing]:
        entry = self._entries[self._at]
        if entry.passed:
            if self._taken_before(entry.record.partition, entry.origin):
                self._entries[self._at] = replace(entry, read=IGNORED)
                return []
            said = self._said_of(entry)
            change = Change(Mark, mark_id(entry.record.partition, entry.origin), mark_of(entry.origin))
            self.work.apply(Decision((change,)), entry.record.partition)
            return said
        return self._said_of(entry)

    def _taken_before(self, lane: int, origin: Origin) -> bool:
        """Rule 9: passing on is exactly once, however often it is repeated."""
        return taken_before(origin, self.work.get(Mark, mark_id(lane, origin)), self._checkpoints[lane].marks)

    def _said_of(self, entry: Entry) -> list[Outgoing]:
        if isinstance(entry.read, Message):
            hook = "decide"
            try:
                self._bounded()
                if self._at in self._unsure:
                    hook = "prefetch_related"
                    list(self._service.prefetch_related(entry.read, self.work))
                    hook = "decide"
                return self._decided(entry.read)
            except NotLoaded:
                raise
            except Exception as error:  # noqa: BLE001 - it costs this message only, and loudly
                entry = self._entries[self._at] = entry.given_up(failed(hook, error, entry.read.model))
        if isinstance(entry.read, Unaddressed):
            message = entry.read.message
            try:
                if self._service.refused is not None:
                    return self._refused(self._service.refused, message)
                entry = self._entries[self._at] = replace(entry, read=entry.read.reject)
            except NotLoaded:
                raise
            except Exception as error:  # noqa: BLE001 - an answer that cannot be put into words costs itself only
                entry = self._entries[self._at] = entry.given_up(failed("refused", error, message.model))
        if isinstance(entry.read, Reject):
            lane = entry.record.partition
            if entry.message is not None:
                self.work.apply(Decision(stuck(entry.message, self.work)), lane)
            self._dead(entry, entry.read)
            return [dead_letter(self._service.name, lane, entry.record, entry.origin, entry.read)]
        return list(entry.read.records) if isinstance(entry.read, Forwarded) else []

    def _refused(self, refused: type[Refused], message: Message) -> list[Outgoing]:
        """A request about nobody. Its sender hears so each time: nothing is kept by which a repeat could be known."""
        refusals = message.refusals[:MOST]
        emits = (Emit(refused(subject=message.subject, refusals=refusals, clock_suspect=message.clock_suspect)),)
        said = to_records(emits, message, self._service.name, self._reader.lanes)
        self.work.apply(Decision(answers_to(emits, message, self.work)), message.lane)
        self.incidents += _incidents(emits, message)
        return said

    def _bounded(self) -> None:
        """Raises ``AsksForEver`` when the hook has asked for so much that no lane can wait for it."""
        if self._asked > MOST_ASKED:
            raise AsksForEver

    def _decided(self, message: Message) -> list[Outgoing]:
        decision = self._service.decide(message, self.work)
        said = to_records(decision.emits, message, self._service.name, self._reader.lanes)
        incidents = _incidents(decision.emits, message)
        answers = answers_to(decision.emits, message, self.work)
        # The last that may raise: what a message changed is undone with it.
        self.work.apply(replace(decision, changes=(*decision.changes, *answers)) if answers else decision, message.lane)
        self.incidents += incidents
        self._outcomes[message.model.__name__, _outcome(decision.emits)] += 1
        if message.trace:
            self._traced.append(message)
        self.trouble = 0
        for change in decision.changes:
            name = self._names[change.kind]
            if name in self._concluded:
                self._last[name, change.id] = message
        return said

    def _dead(self, entry: Entry, reject: Reject) -> None:
        """Notes a dead letter; one that should have been decided counts, unless somebody lets it pass."""
        ours = reject.model is not None or reject.reason in (UNDECIDABLE, UNSTORABLE)
        incident = dead(entry.record, entry.origin, reject, entry.message, entry.failure, counted=ours)
        self.incidents.append(incident)
        if ours and not self._checkpoints[entry.record.partition].lets_pass(entry.record):
            self.trouble += 1
            self._troubled(incident, self.trouble)

    def _conclude(self) -> Lacking | None:
        for key, message in tuple(self._last.items()):
            try:
                self._bounded()
                decision = self._service.on_batch_end(message, self.work.change(key), self.work)
                said = to_records(
                    decision.emits, message, self._service.name, self._reader.lanes, f"end{len(self._last)}."
                )
                incidents = _incidents(decision.emits, message)
                self.work.apply(decision, message.lane)
            except NotLoaded as missing:
                self._asked += 1
                return self.work.lacks(missing.wants)
            except Exception as error:
                raise Undecidable(failed("on_batch_end", error, message.model)) from error
            self.incidents += incidents
            self._asked = 0
            del self._last[key]
            self._out[message.lane] += said
        return None

    def plan(self) -> Plan:
        """The plan, once ``decide`` has returned None. Raises ``Undecidable`` for a document that cannot be put into
        the store's form.
        """
        taken = self._entries[: self._at]
        last: dict[int, dict[str, Record]] = {}
        for entry in taken:
            last.setdefault(entry.record.partition, {})[entry.record.topic] = entry.record
        try:
            writes = self.work.writes()
        except Exception as error:
            raise Undecidable(failed("changes", error, None)) from error
        checkpoints = tuple(self._moved(self._checkpoints[lane], records) for lane, records in sorted(last.items()))
        outcomes = tuple((name, outcome, count) for (name, outcome), count in self._outcomes.items())
        return Plan(
            self._at, writes, checkpoints, self._counts(taken), tuple(self.incidents), outcomes, tuple(self._traced)
        )

    def _moved(self, was: Checkpoint, last: Mapping[str, Record]) -> Checkpoint:
        read = {topic: Bookmark(record.offset, record.timestamp, digest(record)) for topic, record in last.items()}
        return replace(
            was,
            batch=was.batch + 1,
            offsets={**was.offsets, **{topic: record.offset + 1 for topic, record in last.items()}},
            bookmarks={**was.bookmarks, **read},
            clock=self.work.clock(was.lane),
            outgoing=tuple(self._out[was.lane]),
        )

    def _counts(self, taken: Iterable[Entry]) -> Counts:
        reads = [entry.read for entry in taken]
        kinds = [type(read) for read in reads]
        return Counts(
            records=len(kinds),
            messages=kinds.count(Message) + kinds.count(Unaddressed),
            forwarded=kinds.count(Forwarded),
            rejects=kinds.count(Reject),
            ignored=kinds.count(Ignored),
            unknown=sum(read.unknown for read in reads if isinstance(read, Message)),
        )


def _outcome(emits: Sequence[Emit]) -> str:
    """What a message came to, in one word: for the figures."""
    word = "nothing"
    for each in emits:
        kind = each.body.kind
        if kind is Kind.ANSWER:
            return "repeated" if isinstance(each.body, Repeated) else "refused"
        word = "waits" if kind is Kind.NOTICE else "done"
    return word


def _incidents(emits: Sequence[Emit], message: Message) -> list[Incident]:
    told = [answered(say, message) for say in emits if say.body.kind in TOLD]
    return [incident for incident in told if incident is not None]
