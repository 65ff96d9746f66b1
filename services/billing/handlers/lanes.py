"""A billing run in one lane: its payers page by page, each that has something due, until all of them are done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.messages.invoices import LaneInvoiced, LaneInvoicingDue, PayerInvoicingDue
from contracts.values.model import restate
from services.billing.documents.account import Account
from services.billing.documents.payer import Payer
from services.billing.documents.run import Counts, LaneRun, lane_run_id, run_id
from services.billing.rules.due import has_due
from services.billing.rules.weighing import weigh
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want

PAYERS: Final = 200
"""Payers that one message looks at."""


@dataclass(frozen=True)
class InvoicingLane(FactHandler[LaneInvoicingDue]):
    """A page of the lane's payers: each that has something due is told so, and counted until it is done."""

    reads = (LaneInvoicingDue,)

    def prefetch(self, message: Message[LaneInvoicingDue]) -> Iterable[Want]:
        """The lane's part in the run, and a page of its payers."""
        body = message.body
        yield LaneRun, lane_run_id(body.period, body.run, body.lane)
        yield _payers(body)

    def prefetch_related(self, message: Message[LaneInvoicingDue], work: UnitOfWork) -> Iterable[Want]:
        """The accounts of the page's payers: they tell whether anything is due."""
        for _, payer in work.page(_payers(message.body)):
            for account_id in payer.accounts:
                yield Account, account_id

    def weight(self, message: Message[LaneInvoicingDue]) -> int:
        """As many payers as it looks at."""
        del message
        return PAYERS

    def apply(self, message: Message[LaneInvoicingDue], work: UnitOfWork) -> Decision:
        """Nothing for a page that was looked at before."""
        body = message.body
        id_ = lane_run_id(body.period, body.run, body.lane)
        part = work.get(LaneRun, id_) or LaneRun(as_of=body.as_of)
        if part.paged or part.after != body.after:
            return NOTHING
        page = work.page(_payers(body))
        accounts = {payer_id: _accounts(payer, work) for payer_id, payer in page}
        due = {payer_id: payer for payer_id, payer in page if has_due(accounts[payer_id], body.period)}
        emits = [Emit(_due(body, payer_id, weigh(accounts[payer_id], body.period))) for payer_id in due]
        part = replace(
            part,
            pending=part.pending + len(due),
            counts=part.counts + Counts(payers=len(due)),
            paged=len(page) < PAYERS,
            after=page[-1][0] if page else part.after,
        )
        if not part.paged:
            emits.append(Emit(restate(body, after=part.after)))
        awaited = run_id(body.period, body.run)
        changes = (Change(Payer, payer_id, payer.await_run(awaited)) for payer_id, payer in due.items())
        end = _emit_end(body.period, body.run, body.lane, part)
        return Decision((Change(LaneRun, id_, part), *changes), (*emits, *end))


def count_payer(body: PayerInvoicingDue, payer: Payer, counts: Counts, work: UnitOfWork) -> Decision:
    """The payer is done in this run; with the last one its lane is."""
    id_ = lane_run_id(body.period, body.run, body.lane)
    part = work.get(LaneRun, id_) or LaneRun(as_of=body.as_of)
    part = replace(part, pending=part.pending - 1, counts=part.counts + counts)
    done = payer.finish_run(run_id(body.period, body.run))
    changes = (Change(LaneRun, id_, part), Change(Payer, body.payer, done))
    return Decision(changes, _emit_end(body.period, body.run, body.lane, part))


def _emit_end(period: str, run: int, lane: int, part: LaneRun) -> tuple[Emit, ...]:
    """That a lane is done, if it is."""
    return (
        (Emit(LaneInvoiced(period=period, run=run, lane=lane, counts=part.counts.to_contract())),) if part.done else ()
    )


def _payers(body: LaneInvoicingDue) -> Page[Payer]:
    return Page(Payer, equal=(("lane", body.lane),), after=body.after, limit=PAYERS)


def _due(body: LaneInvoicingDue, payer_id: str, weight: int) -> PayerInvoicingDue:
    return PayerInvoicingDue(
        payer=payer_id,
        lane=body.lane,
        period=body.period,
        run=body.run,
        as_of=body.as_of,
        page=0,
        weight=weight,
    )


def _accounts(payer: Payer, work: UnitOfWork) -> Sequence[Account]:
    found = (work.get(Account, account_id) for account_id in payer.accounts)
    return [account for account in found if account is not None]
