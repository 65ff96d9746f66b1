"""What was invoiced, put back where it belongs: invoices and their pages, and the months marked in the shares."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from contracts.messages.invoices import InvoiceIssued, InvoiceLinesIssued
from services.billing.documents.account import Account, AccountKey, with_part
from services.billing.documents.invoice import InvoicePage, KeptInvoice, Line
from services.billing.documents.share import Share, first_share_id, share_id
from services.billing.rebuilding.events import Events
from services.billing.rebuilding.shelf import Shelf
from services.billing.rules.invoice import Difference, mark_issued
from services.engine.core.contract import as_document
from services.engine.core.document import replace

UNKNOWN: Final = ""
"""The period of a page whose invoice was never said: whoever goes on with it knows it."""


class Contradiction(ValueError):
    """What was said does not fit together: the sentence says where."""


@dataclass(frozen=True)
class _Mark:
    """A line of an invoice, as far as its share remembers it."""

    subscription_id: str
    month: int
    amount: int
    credits: str | None
    number: str


@dataclass
class Issued:
    """``hear_invoice`` and ``hear_lines`` give what is kept; ``end`` marks the last lines that were heard."""

    events: Events
    shelf: Shelf
    drafts: dict[str, tuple[AccountKey, list[Line]]] = field(default_factory=dict)
    """By number, the lines that were said of an invoice which is not said to be done."""
    _pages: dict[str, int] = field(default_factory=dict)
    _runs: dict[str, tuple[tuple[str, int], list[_Mark]]] = field(default_factory=dict)

    def hear_invoice(self, fact: InvoiceIssued) -> KeptInvoice:
        """The invoice as it is kept: final."""
        kept = msgspec.convert(fact.invoice, KeptInvoice, from_attributes=True)  # all its fields but ``done``
        return replace(kept, done=True)

    def is_new(self, fact: InvoiceLinesIssued) -> bool:
        """Whether the page was not heard before."""
        return fact.page > self._pages.get(fact.number, 0)

    def hear_lines(self, fact: InvoiceLinesIssued) -> InvoicePage:
        """The page as it is kept. The months of its lines are marked together with those of the payer's same run, in
        the order in which the run found them.
        """
        self._pages[fact.number] = fact.page
        known = self.events.invoices.get(fact.number)
        run = (known.period, known.run) if known is not None else (UNKNOWN, 0)
        waiting = self._runs.get(fact.payer)
        if waiting is None or waiting[0] != run:
            self._mark(fact.payer)
            waiting = self._runs[fact.payer] = (run, [])
        waiting[1].extend(
            _Mark(line.subscription_id, line.contract_month, line.amount, line.credits, fact.number)
            for line in fact.lines
        )
        lines = tuple([as_document(line, Line) for line in fact.lines])
        if known is None:
            self._draft(fact, lines)
        return InvoicePage(number=fact.number, page=fact.page, period=run[0], lines=lines)

    def _draft(self, fact: InvoiceLinesIssued, lines: tuple[Line, ...]) -> None:
        id_ = self._share_of(fact.payer, lines[0].subscription_id)
        share = self.shelf.get(Share, id_)
        held = None if share is None else share.find_held(lines[0].subscription_id)
        assert share is not None, "it was found a moment ago"
        assert held is not None, "it was found a moment ago"
        key = AccountKey(share.payer, held.term, share.currency, share.test)
        self.drafts.setdefault(fact.number, (key, []))[1].extend(lines)

    def end(self) -> None:
        """Marks what waits."""
        for payer in tuple(self._runs):
            self._mark(payer)

    def _mark(self, payer: str) -> None:
        _, marks = self._runs.pop(payer, (None, []))
        by_share: dict[str, list[_Mark]] = {}
        for mark in marks:
            by_share.setdefault(self._share_of(payer, mark.subscription_id), []).append(mark)
        for id_, its in by_share.items():
            share = self.shelf.get(Share, id_)
            assert share is not None, "it was found a moment ago"
            self._issue(id_, share, its)

    def _share_of(self, payer: str, subscription_id: str) -> str:
        for id_ in (share_id(payer, subscription_id), first_share_id(payer, subscription_id.rpartition("/")[0])):
            share = self.shelf.get(Share, id_)
            if share is not None and share.find_held(subscription_id) is not None:
                return id_
        raise Contradiction(f"{payer} was invoiced for {subscription_id}, of which no fact says that it ever had it")

    def _issue(self, id_: str, share: Share, marks: list[_Mark]) -> None:
        places = {held.subscription_id: place for place, held in enumerate(share.subscriptions)}
        marks.sort(key=lambda mark: (places[mark.subscription_id], mark.credits is None, mark.month))
        issued = []
        for mark in marks:
            held = share.subscriptions[places[mark.subscription_id]]
            self._check(mark, AccountKey(share.payer, held.term, share.currency, share.test))
            issued.append((Difference(held, mark.month, mark.amount, mark.credits), mark.number))
        after = mark_issued(share, issued)
        self.shelf.put(Share, id_, after)
        for old, new in zip(share.subscriptions, after.subscriptions, strict=True):
            if old is not new:
                key = AccountKey(share.payer, new.term, share.currency, share.test)
                account = self.shelf.get(Account, key.id)
                assert account is not None, "a share comes into being with its account"
                old_part, new_part = old.part(share.payer), new.part(share.payer)
                self.shelf.put(Account, key.id, with_part(account, old_part, new_part, joins=0, own=False))

    def _check(self, mark: _Mark, key: AccountKey) -> None:
        known = self.events.invoices.get(mark.number)
        if known is not None and known.account_id != key.id:
            raise Contradiction(
                f"invoice {mark.number} of account {known.account_id} has a line of {mark.subscription_id}, which "
                f"would belong to {key.id}: was LEASELINE_DEFAULT_TERM another one when the subscription was created? "
                f"Set it as it was then"
            )
