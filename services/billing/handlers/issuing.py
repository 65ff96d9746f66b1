"""A page of a payer while it is made: the differences of its shares, issued in one decision.

A page takes so many shares and so many lines. What it issued is marked in the shares, so a share that was cut is simply
taken up again, and a fact that comes between two pages is in the next difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from contracts.messages.invoices import InvoiceIssued, InvoiceLinesIssued, Issuer, PayerInvoicingDue
from contracts.values.model import restate
from contracts.wire.message import Body
from services.billing.documents.account import Account, AccountKey, with_part
from services.billing.documents.invoice import InvoicePage, KeptInvoice, page_id
from services.billing.documents.number import ShortCode, candidates, invoice_number
from services.billing.documents.payer import Invoicing, Payer
from services.billing.documents.run import Counts, LaneRun, lane_run_id, parse_run_id, run_id
from services.billing.documents.share import Share
from services.billing.handlers.lanes import count_payer
from services.billing.rules.invoice import (
    LINES_ON_A_PAGE,
    Difference,
    Heading,
    begin_invoice,
    end_invoice,
    find_differences,
    mark_issued,
    to_line,
    with_lines,
)
from services.billing.rules.weighing import LINES, SHARES
from services.engine.core.document import replace
from services.engine.core.service import Change, Decision, Emit, Page, UnitOfWork, Want


def want_shares(payer_id: str, payer: Payer) -> Iterable[Want]:
    """The shares of the payer's next page: those that it names, or a page of them."""
    if payer.shares is None:
        return (shares_page(payer_id, payer.invoicing.after if payer.invoicing else ""),)
    return ((Share, id_) for id_ in payer.shares)


def shares_page(payer_id: str, after: str) -> Page[Share]:
    """Its shares begin with its id and a slash; behind the slash comes the zero."""
    return Page(Share, after=after or f"{payer_id}/", below=f"{payer_id}0", limit=SHARES)


@dataclass
class PageDraft:
    """One page of a payer while it is invoiced."""

    body: PayerInvoicingDue
    payer: Payer
    run: Invoicing
    work: UnitOfWork
    issuer: Issuer | None
    accounts: dict[str, Account] = field(default_factory=dict)
    found: dict[str, list[tuple[Share, Difference]]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, KeptInvoice] = field(default_factory=dict)
    open: dict[str, InvoicePage] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    emits: list[Body] = field(default_factory=list)

    def decide(self) -> Decision:
        """What is issued, and the next page or the end."""
        self.numbers = dict(self.run.drafts)
        for account_id in self.numbers:
            self._look_up(self._invoice(account_id))
        page = self._page()
        left, after, whole = LINES, self.run.after, True
        for id_, share in page:
            taken = self._issue(id_, share, left)
            left -= taken
            whole = left > 0  # a share whose lines end with the page's is looked at once more
            if not whole:
                break
            after = id_
        self._gather()
        if whole and len(page) < SHARES:
            return self._end()
        run = replace(self.run, page=self.run.page + 1, after=after, drafts=self.numbers)
        self.payer = replace(self.payer, invoicing=run)
        self.emits.append(restate(self.body, page=run.page))
        return self._decision()

    def _page(self) -> Sequence[tuple[str, Share]]:
        """The shares behind the last one done, in the order of their ids."""
        named = self.payer.shares
        if named is None:
            return self.work.page(shares_page(self.body.payer, self.run.after))
        found = [(id_, self.work.get(Share, id_)) for id_ in named if id_ > self.run.after]
        return [(id_, share) for id_, share in found if share is not None]

    def _look_up(self, invoice: KeptInvoice) -> None:
        """Looks for the pages that this message may fill, before it has done any work."""
        for page in range(invoice.pages, invoice.pages + 1 + LINES // LINES_ON_A_PAGE):
            self.work.get(InvoicePage, page_id(invoice.number, page))

    def _issue(self, id_: str, share: Share, most: int) -> int:
        """Takes at most so many differences of a share, and marks them as issued."""
        each = (found for held in share.subscriptions for found in find_differences(share, held, self.body.period))
        taken = tuple(islice(each, most))
        if not taken:
            return 0
        issued = []
        for found in taken:
            key = AccountKey(share.payer, found.held.term, share.currency, share.test)
            self.found.setdefault(key.id, []).append((share, found))
            issued.append((found, self._number(key)))
        after = mark_issued(share, issued)
        self.changes.append(Change(Share, id_, after))
        for old, new in zip(share.subscriptions, after.subscriptions, strict=True):
            if old is not new:
                key = AccountKey(share.payer, new.term, share.currency, share.test)
                old_part, new_part = old.part(share.payer), new.part(share.payer)
                self.accounts[key.id] = with_part(self._account(key.id), old_part, new_part, joins=0, own=False)
        return len(taken)

    def _account(self, account_id: str) -> Account:
        account = self.accounts.get(account_id) or self.work.get(Account, account_id)
        assert account is not None, "a share comes into being with its account"
        return account

    def _number(self, key: AccountKey) -> str:
        """The number of the account's invoice in this run; taken with its first line, so that none is lost."""
        known = self.numbers.get(key.id)
        if known is not None:
            return known
        counter = "test_numbers" if key.test else "numbers"
        running = getattr(self.payer, counter) + 1
        self.payer = replace(self.payer, short_code=self._short_code(), **{counter: running})
        assert self.payer.short_code is not None
        number = invoice_number(self.payer.short_code, running, test=key.test)
        account = self._account(key.id)
        heading = Heading(self.body.period, self.body.run, self.run.as_of, self.issuer)
        self.numbers[key.id] = number
        self.invoices[key.id] = begin_invoice(number, key, account.term_source, self.payer, heading)
        return number

    def _short_code(self) -> str:
        if self.payer.short_code is not None:
            return self.payer.short_code
        for code in candidates(self.body.payer):
            known = self.work.get(ShortCode, code)
            if known is None:
                self.changes.append(Change(ShortCode, code, ShortCode(payer=self.body.payer)))
            if known is None or known.payer == self.body.payer:
                return code
        raise AssertionError("there is always a next candidate")

    def _gather(self) -> None:
        """Puts the lines into their invoices, and says them."""
        for account_id, found in self.found.items():
            invoice = self._invoice(account_id)
            lines = [to_line(share, difference) for share, difference in found]
            last = self.work.get(InvoicePage, page_id(invoice.number, invoice.pages)) if invoice.pages else None
            self.invoices[account_id], pages = with_lines(invoice, AccountKey.parse(account_id), lines, last)
            for page in pages:
                self.changes.append(Change(InvoicePage, page_id(page.number, page.page), page))
            self.emits += map(self._to_fact, pages[:-1])
            self.open[account_id] = pages[-1]

    def _to_fact(self, page: InvoicePage) -> InvoiceLinesIssued:
        return InvoiceLinesIssued(
            version=1,
            payer=self.body.payer,
            number=page.number,
            page=page.page,
            lines=tuple([line.to_contract() for line in page.lines]),
        )

    def _last_page(self, account_id: str) -> InvoicePage:
        """The page that may still get lines: it is said when the next one begins, or the invoice ends."""
        invoice = self._invoice(account_id)
        page = self.open.get(account_id) or self.work.get(InvoicePage, page_id(invoice.number, invoice.pages))
        assert page is not None, "an invoice has a line, and each line a page"
        return page

    def _invoice(self, account_id: str) -> KeptInvoice:
        invoice = self.invoices.get(account_id) or self.work.get(KeptInvoice, self.numbers[account_id])
        assert invoice is not None, "an invoice is kept from its first line on"
        return invoice

    def _end(self) -> Decision:
        """All shares are done: every invoice of this run is final, and the payer remembers the period."""
        for account_id in self.numbers:
            invoice = end_invoice(self._invoice(account_id))
            self.emits.append(self._to_fact(self._last_page(account_id)))
            self.invoices[account_id] = invoice
            self.emits.append(InvoiceIssued(version=1, invoice=invoice.to_contract()))
        issued = self.run.as_of if self.numbers else self.payer.last_issued
        self.payer = replace(self.payer, invoicing=None, last_period=self.body.period, last_issued=issued)
        for account_id in self.payer.accounts:  # their next issue date may be another one now
            account = self._account(account_id)
            self.accounts[account_id] = replace(account, unsaid=True)
        end = count_payer(self.body, self.payer, self._counts(), self.work)
        decision = self._decision()
        return Decision((*decision.changes, *end.changes), (*decision.emits, *end.emits, *self._wake_others()))

    def _wake_others(self) -> Iterable[Emit]:
        """The other runs that count on the payer: their first messages may have come in vain meanwhile."""
        present = run_id(self.body.period, self.body.run)
        for period, run in map(parse_run_id, (each for each in self.payer.runs or () if each != present)):
            part = self.work.get(LaneRun, lane_run_id(period, run, self.body.lane))
            assert part is not None, "a payer waits for a run that told it so"
            yield Emit(restate(self.body, period=period, run=run, as_of=part.as_of, page=0))

    def _counts(self) -> Counts:
        real = [invoice for invoice in self.invoices.values() if not invoice.test]
        kinds = [invoice.kind for invoice in real]
        return Counts(
            invoices=kinds.count("invoice"),
            credit_notes=kinds.count("credit_note"),
            lines=sum(invoice.lines for invoice in real),
            test_invoices=len(self.invoices) - len(real),
        )

    def _decision(self) -> Decision:
        changes = (
            Change(Payer, self.body.payer, self.payer),
            *self.changes,
            *(Change(KeptInvoice, invoice.number, invoice) for invoice in self.invoices.values()),
            *(Change(Account, account_id, account) for account_id, account in self.accounts.items()),
        )
        return Decision(changes, tuple(map(Emit, self.emits)))
