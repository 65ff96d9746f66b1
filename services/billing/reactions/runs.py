"""A billing run, seen from its period's home and from each lane: everything between the request and its answer."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from contracts.invoices import (
    BillingRunCompleted,
    BillingRunProgressed,
    BillingRunRequested,
    LaneInvoiced,
    LaneInvoicingDue,
    PayerInvoicingDue,
    RunCounts,
)
from contracts.refusals import Code, Refusal, refusal
from services.billing.account import Account
from services.billing.answers import ANSWERS, REMEMBERED
from services.billing.payer import Defaults, Payer
from services.billing.reactions.weighing import weight_of
from services.billing.run import LaneRun, Pass, Run, lane_run_id, run_id, summed
from services.billing.share import LAST_YEAR
from services.engine.heard import WAITING, recognise, settled
from services.engine.inbox import DecidedRequests, outcome_of
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Key, Page, Say

PAYERS: Final = 200
"""Payers that one message looks at."""
OPEN_RUNS: Final = 8
"""Runs of one period that may be under way: each is kept until its end, with the period and with each payer due."""
AHEAD: Final = timedelta(days=1)
"""How far an as-of date may lie ahead of its record."""


def needs_run(message: Message) -> Iterable[Key | Page]:
    """The period's runs, and the requests for them."""
    yield "runs", message.subject
    yield "decided_requests", message.subject


def run_requested(message: Message, desk: Desk, defaults: Defaults) -> Decision:  # noqa: ARG001
    """Every lane is told to invoice its payers. The answer is the run's end: until then the request waits."""
    requests = desk.get(DecidedRequests, message.subject) or DecidedRequests()
    known = recognise(message, requests, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    body = message.body
    refusals: tuple[Refusal, ...] = message.refusals
    if isinstance(body, BillingRunRequested) and body.as_of > message.recorded.date() + AHEAD:
        refusals = (refusal(Code.AS_OF_AHEAD, "as_of", str(body.as_of)),)
    if isinstance(body, BillingRunRequested) and int(body.period[:4]) > LAST_YEAR:
        refusals = (*refusals, refusal(Code.VALUE_INVALID, "period", "no invoice is due so late"))
    run = desk.get(Run, message.subject) or Run()
    if not refusals and len(run.open) >= OPEN_RUNS:
        refusals = (refusal(Code.TOO_MANY_RUNS, "period"),)
    if refusals or not isinstance(body, BillingRunRequested):
        memory = requests.with_one(message, outcome_of(refusals), REMEMBERED)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    run = run.begun(message, body.as_of)
    says = tuple(
        Say(LaneInvoicingDue(lane=lane, period=body.period, run=run.run, as_of=body.as_of, after=""))
        for lane in range(desk.lanes)
    )
    memory = requests.with_one(message, WAITING, REMEMBERED)
    return Decision((Change(Run, message.subject, run), Change(DecidedRequests, message.subject, memory)), says)


def lane_invoiced(message: Message, desk: Desk, defaults: Defaults) -> Decision:  # noqa: ARG001
    """One more lane is done; with the last one the run is, and its request is answered."""
    body = message.body
    assert isinstance(body, LaneInvoiced)
    run = desk.get(Run, message.subject)
    one = next((each for each in run.open if each.run == body.run), None) if run is not None else None
    if run is None or one is None or body.lane in one.done:
        return NOTHING
    one = revised(one, done=(*one.done, body.lane), counts=summed(one.counts, body.counts))
    others = tuple(each for each in run.open if each.run != body.run)
    says = [Say(_progressed(body.period, run.version + 1, one, desk.lanes), cause=one.cause)]
    if len(one.done) < desk.lanes:
        run = revised(run, version=run.version + 1, open=(*others, one))
        return Decision((Change(Run, message.subject, run),), tuple(says))
    progressed = _progressed(body.period, run.version + 2, one, desk.lanes)
    says.append(Say(BillingRunCompleted(**dict(progressed)), cause=one.cause))
    run = revised(run, version=run.version + 2, open=others)
    requests = desk.get(DecidedRequests, message.subject) or DecidedRequests()
    heard = settled(requests.heard, {one.who: BillingRunCompleted.__name__})
    changes = (
        Change(Run, message.subject, run),
        Change(DecidedRequests, message.subject, DecidedRequests(heard=heard)),
    )
    return Decision(changes, tuple(says))


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


def needs_lane(message: Message) -> Iterable[Key | Page]:
    """The lane's part in the run, and a page of its payers."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    yield "lane_runs", lane_run_id(body.period, body.run, body.lane)
    yield _payers(body)


def needs_accounts(message: Message, desk: Desk) -> Iterable[Key | Page]:
    """The accounts of the page's payers: they tell whether anything is due."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    for _, payer in desk.page(_payers(body), Payer):
        for account_id in payer.accounts:
            yield "accounts", account_id


def _payers(body: LaneInvoicingDue) -> Page:
    return Page("payers", equal=(("lane", body.lane),), after=body.after, limit=PAYERS)


def lane_due(message: Message, desk: Desk, defaults: Defaults) -> Decision:  # noqa: ARG001
    """A page of the lane's payers: each that has something due is told so, and counted until it is done."""
    body = message.body
    assert isinstance(body, LaneInvoicingDue)
    id_ = lane_run_id(body.period, body.run, body.lane)
    part = desk.get(LaneRun, id_) or LaneRun(as_of=body.as_of)
    if part.paged or part.after != body.after:
        return NOTHING
    page = desk.page(_payers(body), Payer)
    accounts = {payer_id: _accounts(payer, desk) for payer_id, payer in page}
    due = {payer_id: payer for payer_id, payer in page if _has_due(accounts[payer_id], body.period)}
    awaited = run_id(body.period, body.run)
    says = [
        Say(
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
    part = revised(
        part,
        pending=part.pending + len(due),
        counts=summed(part.counts, RunCounts(payers=len(due))),
        paged=len(page) < PAYERS,
        after=page[-1][0] if page else part.after,
    )
    if not part.paged:
        says.append(Say(revised(body, after=part.after)))
    changes = (Change(Payer, payer_id, payer.awaited_by(awaited)) for payer_id, payer in due.items())
    return Decision((Change(LaneRun, id_, part), *changes), (*says, *done(body.period, body.run, body.lane, part)))


def done(period: str, run: int, lane: int, part: LaneRun) -> tuple[Say, ...]:
    """That a lane is done, if it is."""
    return (Say(LaneInvoiced(period=period, run=run, lane=lane, counts=part.counts)),) if part.done else ()


def _accounts(payer: Payer, desk: Desk) -> Sequence[Account]:
    found = (desk.get(Account, account_id) for account_id in payer.accounts)
    return [account for account in found if account is not None]


def _has_due(accounts: Sequence[Account], period: str) -> bool:
    return any(account.opens and min(account.opens) <= period for account in accounts)
