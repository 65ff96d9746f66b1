"""Mutants of the rules about bounds (12 to 16)."""

from collections.abc import Mapping, Sequence
from unittest.mock import patch

from contracts.wire.envelope import Opened
from services.engine.core import planning, reading
from services.engine.core.document import replace
from services.engine.core.entry import SetAside, Spot
from services.engine.core.faults import Doubt, Unstorable
from services.engine.core.lane import Lane
from services.engine.core.message import Message, Origin
from services.engine.core.plan import Plan
from services.engine.core.planning import Planning
from services.engine.core.reading import Read, Reader
from services.engine.core.record import Record
from services.engine.core.service import Decision, Emit, UnitOfWork
from services.engine.runtime.worker import Worker
from tests.engine.memory.log import MemoryRecord
from tests.engine.mutants.mutant import Mutant
from tests.engine.simulation import mirror, tally
from tests.engine.simulation.process import Parts
from tests.engine.simulation.world import Setup

real_placed = Reader._placed
real_decide = Planning.decide


def _again(self: Reader, envelope: Opened, record: Record, origin: Origin) -> Read:
    """Passes on what was passed on."""
    assert isinstance(record, MemoryRecord)
    return real_placed(self, envelope, replace(record, topic="elsewhere"), origin)


class _Stubborn(Worker):
    """Takes what the store cannot hold for a passing failure."""

    async def _saved(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> Plan:
        try:
            return await self._transact(batch, lanes, set_aside)
        except Unstorable as fault:
            raise Doubt(str(fault)) from fault


def _uncut(self: Planning) -> object:
    """As if there were no bound."""
    self._said = -(10**9)
    return real_decide(self)


def _all_at_once(message: Message, work: UnitOfWork) -> Decision:
    """No continuation: all steps in one decision."""
    decision = tally.decide(message, work)
    body = message.body
    if not isinstance(body, tally.StepsRequested) or not any(isinstance(s.body, tally.StepDue) for s in decision.emits):
        return decision
    counter = decision.changes[0].document
    assert isinstance(counter, tally.Counter)
    emits = [decision.emits[0]]
    for _ in range(body.steps):
        step = tally._said(message.subject, counter, counter.total + 1, left=0)
        counter = step.changes[0].document
        assert isinstance(counter, tally.Counter)
        emits.append(Emit(step.emits[0].body))
    return Decision((replace(decision.changes[0], document=counter),), tuple(emits))


MUTANTS: tuple[Mutant, ...] = (
    Mutant("no limit for a record", 12, broken=lambda: patch.object(reading, "LARGEST", 10**9)),
    Mutant("what the store cannot hold is tried for ever", 13, Setup(Parts(worker=_Stubborn))),
    Mutant("a batch is never cut", 14, broken=lambda: patch.object(planning.Planning, "decide", _uncut)),
    Mutant(
        "all of it in one decision", 15, Setup(services=(replace(tally.SERVICE, decide=_all_at_once), mirror.SERVICE))
    ),
    Mutant("what was passed on is passed on again", 16, broken=lambda: patch.object(Reader, "_placed", _again)),
)
