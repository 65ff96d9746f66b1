"""Mutants of the rules about homes and about recognising (the home lane, 9 to 11), and of facts that carry state."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest.mock import patch

from contracts.values.refusals import Code
from contracts.wire.envelope import Opened
from services.engine.core.document import replace
from services.engine.core.memory import Memory, Processed, Repeat, find_repeat
from services.engine.core.memory import record_processed as real_remember
from services.engine.core.message import Message, Origin, message_time
from services.engine.core.planning import Planning
from services.engine.core.reading import Read, Reader, Reject
from services.engine.core.record import Record
from services.engine.core.service import Change, Decision, Page, UnitOfWork, Want
from tests.engine.mutants.mutant import Mutant
from tests.engine.simulation import mirror, tally
from tests.engine.simulation.world import Setup


def _unheard(_message: Message, _memory: Memory, _work: UnitOfWork) -> Repeat | None:
    return None


def _by_document(message: Message, memory: Memory, work: UnitOfWork) -> Repeat | None:
    """What left its document is not looked up."""
    return find_repeat(message, Memory(heard=memory.heard), work)


def _forgetful(heard: tuple[Processed, ...], message: Message, outcome: str) -> tuple[Processed, ...]:
    """Refusals leave no trace: a repeat is decided again."""
    return heard if outcome.startswith("refused:") else real_remember(heard, message, outcome)


real_placed = Reader._placed


def _at_once(self: Reader, envelope: Opened, record: Record, origin: Origin) -> Read:
    """No home: what outsiders send is decided wherever it is found."""
    if record.topic == self.internal:
        return real_placed(self, envelope, record, origin)
    body = envelope.body
    subjects = body.subjects() if body is not None else envelope.model.subjects_of(envelope.data or {})
    if not subjects:
        return Reject("no_subject")
    time, suspect = message_time(envelope.time, origin.recorded)
    return Message(
        envelope.model, body, envelope.refusals, envelope.data, envelope.source, envelope.id, time, origin.recorded,
        suspect, subjects, record.partition, origin, trace=envelope.trace,
    )  # fmt: skip


def _tally(decide: Callable[[Message, UnitOfWork], Decision], prefetch: Callable[[Message], list[Want]]) -> Setup:
    return Setup(services=(replace(tally.SERVICE, decide=decide, prefetch=prefetch), mirror.SERVICE))


def _looking(message: Message, work: UnitOfWork) -> Decision:
    """Looks whether somebody holds the token, and writes down its own claim: no common document."""
    body = message.body
    if not isinstance(body, tally.TokenRequested):
        return tally.decide(message, work)
    claims = work.page(Page(tally.Token, equal=(("token", body.token),)))
    own = f"{body.token}.{message.subject}"
    counter = work.get(tally.Counter, message.subject) or tally.Counter()
    mine = work.get(tally.Token, own)
    if not body.give_back and claims and find_repeat(message, counter, work) is None:
        return tally._refuse(message, counter, (Code.SERIAL_IN_USE,))
    decision = tally.decide(message, _Alone(work))
    changes = tuple(replace(c, id=own) if c.kind is tally.Token else c for c in decision.changes)
    assert mine is None or claims
    return replace(decision, changes=changes)


class _Alone:
    """A unit of work in which nobody holds a token."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    @property
    def lanes(self) -> int:
        return self._work.lanes

    def clock(self, lane: int):  # type: ignore[no-untyped-def]
        return self._work.clock(lane)

    def get(self, kind, id):  # type: ignore[no-untyped-def]  # noqa: A002
        return None if kind is tally.Token else self._work.get(kind, id)

    def page(self, page):  # type: ignore[no-untyped-def]
        return self._work.page(page)

    def ask(self, wants):  # type: ignore[no-untyped-def]
        self._work.ask(wants)


def _looking_needs(message: Message) -> list[Want]:
    return [(tally.Counter, message.subject)]


def _one_mark(of: Callable[[Message], str], only: tuple[str, ...] = ()) -> Setup:
    """One mark of the version for everything that ``of`` names, instead of one for each part."""

    def decide(message: Message, work: UnitOfWork) -> Decision:
        assert message.body is not None
        mark = work.get(mirror.Copy, of(message)) or mirror.Copy()
        version = getattr(message.body, "version", 0)
        if version <= mark.total_from:
            return Decision()
        decision = mirror.decide(message, work)
        taken = next((c.document for c in decision.changes if c.id == of(message)), mark)
        assert isinstance(taken, mirror.Copy)
        kept = replace(taken, total_from=version)
        return replace(
            decision,
            changes=(*(c for c in decision.changes if c.id != of(message)), Change(mirror.Copy, of(message), kept)),
        )

    return Setup(services=(tally.SERVICE, replace(mirror.SERVICE, decide=decide)), only=only)


def _patched(target: object, name: str, new: object) -> Callable[[], AbstractContextManager[object]]:
    return lambda: patch.object(target, name, new)


MUTANTS: tuple[Mutant, ...] = (
    Mutant("no home lane", 8, broken=_patched(Reader, "_placed", _at_once)),
    Mutant("no origin mark", 9, broken=_patched(Planning, "_taken_before", lambda _self, _lane, _origin: False)),
    Mutant("no identity check", 10, broken=_patched(tally, "find_repeat", _unheard)),
    Mutant("what left its document is forgotten", 10, broken=_patched(tally, "find_repeat", _by_document)),
    Mutant("a repeat of a refusal is decided again", 10, broken=_patched(tally, "record_processed", _forgetful)),
    Mutant("versions kept per service instead of per part", 10, _one_mark(lambda m: f"mark{m.lane}")),
    Mutant("versions kept per subject instead of per part", 10, _one_mark(lambda m: m.subject, only=("bad_release",))),
    Mutant("uniqueness by looking first", 11, _tally(_looking, _looking_needs)),
)
