"""A payer in a billing run: whether it is due, and what its next page needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.messages.invoices import PayerInvoicingDue
from services.billing.documents.account import Account, AccountKey
from services.billing.documents.invoice import InvoicePage, KeptInvoice, page_id
from services.billing.documents.number import ShortCode, candidates, invoice_number
from services.billing.documents.payer import Invoicing, Payer
from services.billing.documents.run import Counts, LaneRun, lane_run_id, run_id
from services.billing.handlers.issuing import PageDraft, want_shares
from services.billing.handlers.lanes import count_payer
from services.billing.rules.due import last_numbers, why_not_invoiced
from services.billing.rules.weighing import LINES
from services.billing.settings import Defaults
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Decision, Ref, UnitOfWork, Want


@dataclass(frozen=True)
class InvoicingPayer(FactHandler[PayerInvoicingDue]):
    """The next page of a payer. One that is in another run's pages is asked again when that one ends."""

    defaults: Defaults
    reads = (PayerInvoicingDue,)

    def prefetch(self, message: Message[PayerInvoicingDue]) -> Iterable[Want]:
        """The payer, and its lane's part in the run."""
        body = message.body
        yield Payer, body.payer
        yield LaneRun, lane_run_id(body.period, body.run, body.lane)

    def prefetch_related(self, message: Message[PayerInvoicingDue], work: UnitOfWork) -> Iterable[Want]:
        """A page of its shares, its accounts, and the invoices that the run began."""
        payer_id = message.body.payer
        payer = work.get(Payer, payer_id)
        if payer is None:
            return
        yield from want_shares(payer_id, payer)
        for account_id in payer.accounts:
            yield Account, account_id
        for number in payer.invoicing.drafts.values() if payer.invoicing else ():
            yield KeptInvoice, number
        yield from _next_documents(payer_id, payer)

    def weight(self, message: Message[PayerInvoicingDue]) -> int:
        """What its lane found it to weigh, within what one message takes."""
        return min(max(message.body.weight, 1), LINES)

    def apply(self, message: Message[PayerInvoicingDue], work: UnitOfWork) -> Decision:
        """Its page, or that it is done without any; nothing for a page that was issued before."""
        body = message.body
        payer = work.get(Payer, body.payer)
        if payer is None:
            return NOTHING
        if run_id(body.period, body.run) not in (payer.runs or ()):
            return NOTHING  # it was done in this run before: said again after a takeover, it must not be counted again
        present = payer.invoicing
        if present is not None and (present.period, present.run) != (body.period, body.run):
            return NOTHING
        if body.page != (0 if present is None else present.page):
            return NOTHING
        if present is None:
            without = self._find_reason(body, payer, work)
            if without is not None:
                return count_payer(body, payer, without, work)
            present = Invoicing(period=body.period, run=body.run, as_of=body.as_of)
        return PageDraft(body, payer, present, work, self.defaults.issuer).decide()

    def _find_reason(self, body: PayerInvoicingDue, payer: Payer, work: UnitOfWork) -> Counts | None:
        """As what a payer counts that gets no invoice in this run; None: it gets one."""
        day = payer.billing_day or self.defaults.billing_day
        match why_not_invoiced(payer.last_period, body.period, body.as_of, day, _find_last_issued(payer, work)):
            case "repeated":
                return Counts(repeated=1)
            case "not_due":
                return Counts(not_due=1)
            case "issued_later":
                return Counts(issued_later=1)
            case None:
                return None


def _next_documents(payer_id: str, payer: Payer) -> Iterable[Ref]:
    """What its next invoices will be kept as, if nobody has its short code: new documents are looked for, too."""
    code = payer.short_code or next(candidates(payer_id))
    if payer.short_code is None:
        yield ShortCode, code
    tests = [AccountKey.parse(account_id).test for account_id in payer.accounts]
    for test, taken in ((False, payer.numbers), (True, payer.test_numbers)):
        for running in range(taken + 1, taken + 1 + tests.count(test)):
            number = invoice_number(code, running, test=test)
            yield KeptInvoice, number
            yield InvoicePage, page_id(number, 1)


def _find_last_issued(payer: Payer, work: UnitOfWork) -> date | None:
    """When the payer was invoiced last; a payer of before does not remember it, its last invoices do."""
    if payer.last_issued is not None or payer.short_code is None:
        return payer.last_issued
    last = (work.get(KeptInvoice, number) for number in last_numbers(payer))
    return max((invoice.issue_date for invoice in last if invoice is not None), default=None)
