"""A billing run, seen from its period's home and from each lane: everything between the request and its answer."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from contracts.messages.invoices import (
    BillingRunCompleted,
    BillingRunProgressed,
    BillingRunRequested,
    LaneInvoiced,
    LaneInvoicingDue,
    PayerInvoicingDue,
    RunCounts,
)
from contracts.values.refusals import Code, Refusal, refusal
from services.billing.documents.account import Account
from services.billing.documents.payer import Defaults, Payer
from services.billing.documents.run import LaneRun, Pass, Run, lane_run_id, run_id, summed
from services.billing.documents.share import LAST_YEAR
from services.billing.handlers.weighing import weight_of
from services.billing.rules.answers import ANSWERS, REMEMBERED
from services.engine.core.document import replace
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import WAITING, find_repeat, settled
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want

PAYERS: Final = 200
"""Payers that one message looks at."""
OPEN_RUNS: Final = 8
"""Runs of one period that may be under way: each is kept until its end, with the period and with each payer due."""
AHEAD: Final = timedelta(days=1)
"""How far an as-of date may lie ahead of its record."""


def prefetch_run(message: Message) -> Iterable[Want]:
    """The period's runs, and the requests for them."""
    yield Run, message.subject
    yield DecidedRequests, message.subject


def run_requested(message: Message, work: UnitOfWork, defaults: Defaults) -> Decision:  # noqa: ARG001
    """Every lane is told to invoice its payers. The answer is the run's end: until then the request waits."""
    requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
    known = find_repeat(message, requests, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    body = message.body
    refusals: tuple[Refusal, ...] = message.refusals
    if isinstance(body, BillingRunRequested) and body.as_of > message.recorded.date() + AHEAD:
        refusals = (refusal(Code.AS_OF_AHEAD, "as_of", str(body.as_of)),)
    if isinstance(body, BillingRunRequested) and int(body.period[:4]) > LAST_YEAR:
        refusals = (*refusals, refusal(Code.VALUE_INVALID, "period", "no invoice is due so late"))
    run = work.get(Run, message.subject) or Run()
    if not refusals and len(run.open) >= OPEN_RUNS:
        refusals = (refusal(Code.TOO_MANY_RUNS, "period"),)
    if refusals or not isinstance(body, BillingRunRequested):
        memory = requests.with_one(message, outcome_of(refusals), REMEMBERED)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    run = run.begun(message, body.as_of)
    emits = tuple(
        Emit(LaneInvoicingDue(lane=lane, period=body.period, run=run.run, as_of=body.as_of, after=""))
        for lane in range(work.lanes)
    )
    memory = requests.with_one(message, WAITING, REMEMBERED)
    return Decision((Change(Run, message.subject, run), Change(DecidedRequests, message.subject, memory)), emits)


def lane_invoiced(message: Message, work: UnitOfWork, defaults: Defaults) -> Decision:  # noqa: ARG001
    """One more lane is done; with the last one the run is, and its request is answered."""
    body = message.body
    assert isinstance(body, LaneInvoiced)
    run = work.get(Run, message.subject)
    one = next((each for each in run.open if each.run == body.run), None) if run is not None else None
    if run is None or one is None or body.lane in one.done:
        return NOTHING
    one = replace(one, done=(*one.done, body.lane), counts=summed(one.counts, body.counts))
    others = tuple(each for each in run.open if each.run != body.run)
    emits = [Emit(_progressed(body.period, run.version + 1, one, work.lanes), cause=one.cause)]
    if len(one.done) < work.lanes:
        run = replace(run, version=run.version + 1, open=(*others, one))
        return Decision((Change(Run, message.subject, run),), tuple(emits))
    progressed = _progressed(body.period, run.version + 2, one, work.lanes)
    emits.append(Emit(BillingRunCompleted(**dict(progressed)), cause=one.cause))
    run = replace(run, version=run.version + 2, open=others)
    requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
    heard = settled(requests.heard, {one.who: BillingRunCompleted.__name__})
    changes = (
        Change(Run, message.subject, run),
        Change(DecidedRequests, message.subject, DecidedRequests(heard=heard)),
    )
    return Decision(changes, tuple(emits))


def _progressed(period: str, version: int, one: Pass, lanes: int) -> BillingRunProgressed:
    return BillingRunProgressed(
        version=version,
        period=period,
        run=one.run,
        as_of=one.as_of,
        lanes=lanes,
        lanes_done=len(one.done),
        counts=one.counts,
    )


def prefetch_lane(message: Message) -> Iterable[Want]:
    """The lane's part in the run, and a page of its payers."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    yield LaneRun, lane_run_id(body.period, body.run, body.lane)
    yield _payers(body)


def prefetch_accounts(message: Message, work: UnitOfWork) -> Iterable[Want]:
    """The accounts of the page's payers: they tell whether anything is due."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    for _, payer in work.page(_payers(body)):
        for account_id in payer.accounts:
            yield Account, account_id


def _payers(body: LaneInvoicingDue) -> Page[Any]:
    return Page(Payer, equal=(("lane", body.lane),), after=body.after, limit=PAYERS)


def lane_due(message: Message, work: UnitOfWork, defaults: Defaults) -> Decision:  # noqa: ARG001
    """A page of the lane's payers: each that has something due is told so, and counted until it is done."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    id_ = lane_run_id(body.period, body.run, body.lane)
    part = work.get(LaneRun, id_) or LaneRun(as_of=body.as_of)
    if part.paged or part.after != body.after:
        return NOTHING
    page = work.page(_payers(body))
    accounts = {payer_id: _accounts(payer, work) for payer_id, payer in page}
    due = {payer_id: payer for payer_id, payer in page if _has_due(accounts[payer_id], body.period)}
    awaited = run_id(body.period, body.run)
    emits = [
        Emit(
            PayerInvoicingDue(
                payer=payer_id,
                lane=body.lane,
                period=body.period,
                run=body.run,
                as_of=body.as_of,
                page=0,
                weight=weight_of(accounts[payer_id], body.period),
            )
        )
        for payer_id in due
    ]
    part = replace(
        part,
        pending=part.pending + len(due),
        counts=summed(part.counts, RunCounts(payers=len(due))),
        paged=len(page) < PAYERS,
        after=page[-1][0] if page else part.after,
    )
    if not part.paged:
        emits.append(Emit(replace(body, after=part.after)))
    changes = (Change(Payer, payer_id, payer.awaited_by(awaited)) for payer_id, payer in due.items())
    return Decision((Change(LaneRun, id_, part), *changes), (*emits, *done(body.period, body.run, body.lane, part)))


def done(period: str, run: int, lane: int, part: LaneRun) -> tuple[Emit, ...]:
    """That a lane is done, if it is."""
    return (Emit(LaneInvoiced(period=period, run=run, lane=lane, counts=part.counts)),) if part.done else ()


def _accounts(payer: Payer, work: UnitOfWork) -> Sequence[Account]:
    found = (work.get(Account, account_id) for account_id in payer.accounts)
    return [account for account in found if account is not None]


def _has_due(accounts: Sequence[Account], period: str) -> bool:
    return any(account.opens and min(account.opens) <= period for account in accounts)
