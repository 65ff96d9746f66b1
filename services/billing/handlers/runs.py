"""A billing run, seen from its period's home: everything between the request and its answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from contracts.messages.invoices import (
    BillingRunCompleted,
    BillingRunProgressed,
    BillingRunRequested,
    LaneInvoiced,
    LaneInvoicingDue,
)
from contracts.values.refusals import Code, Refusal, refusal
from services.billing.documents.held import LAST_YEAR
from services.billing.documents.run import Counts, Pass, Run
from services.billing.handlers.subjects import SubjectRequestHandler
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.inbox import DecidedRequests
from services.engine.core.memory import WAITING, settled
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want

OPEN_RUNS: Final = 8
"""Runs of one period that may be under way: each is kept until its end, with the period and with each payer due."""
AHEAD: Final = timedelta(days=1)
"""How far an as-of date may lie ahead of its record."""


@dataclass(frozen=True)
class StartingRun(SubjectRequestHandler[BillingRunRequested]):
    """Every lane is told to invoice its payers. The answer is the run's end: until then the request waits."""

    reads = (BillingRunRequested,)

    def prefetch(self, message: Message[BillingRunRequested | None]) -> Iterable[Want]:
        """The period's runs, and the requests for them."""
        return _period(message)

    def accept(self, message: Message[BillingRunRequested], work: UnitOfWork) -> Decision:
        """One more run of the period, unless too many are under way."""
        body = message.body
        run = work.get(Run, message.subject) or Run()
        refusals = tuple(_find_refusals(message))
        if not refusals and len(run.open) >= OPEN_RUNS:
            refusals = (refusal(Code.TOO_MANY_RUNS, "period"),)
        if refusals:
            return self.refuse(message, refusals, work)
        run = run.begin(message, body.as_of)
        emits = tuple(
            Emit(LaneInvoicingDue(lane=lane, period=body.period, run=run.run, as_of=body.as_of, after=""))
            for lane in range(work.lanes)
        )
        return Decision((Change(Run, message.subject, run), self.record(message, WAITING, work)), emits)


@dataclass(frozen=True)
class FinishingLane(FactHandler[LaneInvoiced]):
    """One more lane is done; with the last one the run is, and its request is answered."""

    reads = (LaneInvoiced,)

    def prefetch(self, message: Message[LaneInvoiced]) -> Iterable[Want]:
        """The period's runs, and the requests for them."""
        return _period(message)

    def apply(self, message: Message[LaneInvoiced], work: UnitOfWork) -> Decision:
        """Nothing for a lane that was done before."""
        body = message.body
        run = work.get(Run, message.subject)
        one = next((each for each in run.open if each.run == body.run), None) if run is not None else None
        if run is None or one is None or body.lane in one.done:
            return NOTHING
        one = replace(one, done=(*one.done, body.lane), counts=one.counts + Counts.from_contract(body.counts))
        others = tuple(each for each in run.open if each.run != body.run)
        emits = [Emit(_to_fact(body.period, run.version + 1, one, work.lanes), cause=one.cause)]
        if len(one.done) < work.lanes:
            run = replace(run, version=run.version + 1, open=(*others, one))
            return Decision((Change(Run, message.subject, run),), tuple(emits))
        progressed = _to_fact(body.period, run.version + 2, one, work.lanes)
        emits.append(Emit(BillingRunCompleted(**dict(progressed)), cause=one.cause))
        run = replace(run, version=run.version + 2, open=others)
        requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
        heard = settled(requests.heard, {one.who: BillingRunCompleted.__name__})
        changes = (
            Change(Run, message.subject, run),
            Change(DecidedRequests, message.subject, DecidedRequests(heard=heard)),
        )
        return Decision(changes, tuple(emits))


def _period(message: Message[BillingRunRequested | None] | Message[LaneInvoiced]) -> Iterator[Want]:
    yield Run, message.subject
    yield DecidedRequests, message.subject


def _find_refusals(message: Message[BillingRunRequested]) -> Iterator[Refusal]:
    body = message.body
    if body.as_of > message.recorded.date() + AHEAD:
        yield refusal(Code.AS_OF_AHEAD, "as_of", str(body.as_of))
    if int(body.period[:4]) > LAST_YEAR:
        yield refusal(Code.VALUE_INVALID, "period", "no invoice is due so late")


def _to_fact(period: str, version: int, one: Pass, lanes: int) -> BillingRunProgressed:
    return BillingRunProgressed(
        version=version,
        period=period,
        run=one.run,
        as_of=one.as_of,
        lanes=lanes,
        lanes_done=len(one.done),
        counts=one.counts.to_contract(),
    )
