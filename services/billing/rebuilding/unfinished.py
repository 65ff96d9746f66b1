"""What payers know of their invoices, and what is under way: runs whose lanes are not all done, payers between pages.

A payer between two pages begins again with its first share. What was said of this run is marked in its shares, so it
finds the rest; numbers that nobody ever heard of are given once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.messages.invoices import LaneInvoiced
from contracts.wire.encoding import CONTENT_TYPE, encoded
from services.billing.documents.account import Account
from services.billing.documents.invoice import InvoicePage, KeptInvoice, page_id
from services.billing.documents.number import ShortCode
from services.billing.documents.payer import Invoicing, Payer
from services.billing.documents.run import Counts, LaneRun, run_id
from services.billing.rebuilding.events import Events
from services.billing.rebuilding.internal import Due, Internal, Paging, Part
from services.billing.rebuilding.issued import Issued
from services.billing.rebuilding.shelf import Shelf
from services.billing.rules.due import why_not_invoiced
from services.billing.rules.invoice import Heading, begin_invoice, with_lines
from services.billing.settings import Defaults
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.message import EPOCH
from services.engine.core.record import Outgoing


@dataclass
class Unfinished:
    """``end`` once all topics were heard; then ``part`` tells of the lane's part in each run."""

    events: Events
    internal: Internal
    issued: Issued
    shelf: Shelf
    defaults: Defaults
    _drafts: dict[str, list[str]] = field(default_factory=dict)
    _counts: dict[Part, Counts] = field(default_factory=dict)
    _pending: dict[Part, int] = field(default_factory=dict)

    def end(self) -> tuple[Outgoing, ...]:
        """What is still to be said: that a lane is done, where all its payers are and nobody heard it."""
        self._number()
        for number in self.issued.drafts:
            self._drafts.setdefault(self.events.payer_of[number], []).append(number)
        issued = self._issued()
        parts = list(self._open())
        for part, payer, due in parts:  # who is between two pages is busy for all other runs
            numbers = self._drafts.get(payer, ())
            if (due.page or numbers) and not due.taken and (numbers or not issued.get((part, payer))):
                self._go_on(part, payer, due, numbers)
        for part, payer, due in parts:
            self._end_part(part, payer, due, issued.get((part, payer)))
        return tuple(self._unsaid())

    def part(self, part: Part, paging: Paging) -> LaneRun:
        """The lane's part in a run."""
        counts = self.internal.finished.parts.get(part)
        if counts is not None:
            return LaneRun(as_of=paging.as_of, after=paging.after, paged=True, counts=counts)
        return LaneRun(
            as_of=paging.as_of,
            after=paging.after,
            paged=paging.paged,
            pending=self._pending.get(part, 0),
            counts=self._counts.get(part, Counts()),
        )

    def _number(self) -> None:
        """Numbers run on behind the last one that was said of each payer, real and test."""
        taken: dict[str, tuple[str, int, int]] = {}
        payers = {number: invoice.payer for number, invoice in self.events.invoices.items()}
        for number, payer in (self.events.payer_of | payers).items():
            mark, code, running = number.rsplit("-", 2)
            _, real, test = taken.get(payer, (code, 0, 0))
            real, test = (real, max(test, int(running))) if mark == "T" else (max(real, int(running)), test)
            taken[payer] = (code, real, test)
        periods: dict[str, str] = {}
        for invoice in self.events.invoices.values():
            periods[invoice.payer] = max(invoice.period, periods.get(invoice.payer, ""))
        for id_, payer_ in tuple(self.shelf.all(Payer).items()):
            last = max(periods.get(id_, ""), self.internal.last_period(id_) or "")
            now = replace(
                payer_,
                version=max(payer_.version, self.events.repairs.get(id_, 0)),
                last_period=last or None,
                last_issued=self.events.last_issued.get(id_),
            )
            if id_ in taken:
                code, real, test = taken[id_]
                now = replace(now, short_code=code, numbers=real, test_numbers=test)
                self.shelf.put(ShortCode, code, ShortCode(payer=id_))
            self.shelf.put(Payer, id_, now)

    def _open(self) -> Iterator[tuple[Part, str, Due]]:
        for part, here in self.internal.due.items():
            if part not in self.internal.finished.parts:
                for payer, due in here.items():
                    if self.shelf.get(Payer, payer) is not None:
                        yield part, payer, due

    def _issued(self) -> dict[tuple[Part, str], Counts]:
        """By part and payer, what was issued in a run that is under way."""
        found: dict[tuple[Part, str], Counts] = {}
        lanes = {(period, run): lane for period, run, lane in self.internal.due}
        for invoice in self.events.invoices.values():
            lane = lanes.get((invoice.period, invoice.run))
            if lane is None:
                continue
            key = ((invoice.period, invoice.run, lane), invoice.payer)
            real = Counts(
                invoices=int(not invoice.credit_note), credit_notes=int(invoice.credit_note), lines=invoice.lines
            )
            found[key] = found.get(key, Counts()) + (Counts(test_invoices=1) if invoice.test else real)
        return found

    def _go_on(self, part: Part, payer_id: str, due: Due, numbers: list[str] | tuple[()]) -> None:
        period, run, _ = part
        payer = self.shelf.get(Payer, payer_id)
        assert payer is not None, "only such are looked at"
        drafts = {}
        for number in numbers:
            draft = self._draft(number, payer, Heading(period, run, due.as_of, self.defaults.issuer))
            drafts[draft.account_id] = number
        present = Invoicing(period=period, run=run, as_of=due.as_of, page=due.page, drafts=drafts)
        self.shelf.put(Payer, payer_id, replace(payer, invoicing=present))

    def _draft(self, number: str, payer: Payer, heading: Heading) -> KeptInvoice:
        """An invoice of which pages were said, and not yet the end."""
        key, lines = self.issued.drafts.pop(number)
        account = self.shelf.get(Account, key.id)
        assert account is not None, "it has lines, so it has subscriptions"
        draft, pages = with_lines(begin_invoice(number, key, account.term_source, payer, heading), key, lines)
        self.shelf.put(KeptInvoice, number, draft)
        for page in pages:
            self.shelf.put(InvoicePage, page_id(number, page.page), page)
        return draft

    def _end_part(self, part: Part, payer_id: str, due: Due, issued: Counts | None) -> None:
        period, run, _ = part
        payer = self.shelf.get(Payer, payer_id)
        assert payer is not None, "only such are looked at"
        present = payer.invoicing
        busy = present is not None and ((present.period, present.run) == (period, run) or due.page == 0)
        counts = Counts(payers=int(due.counted))
        if not busy and (due.taken or issued is not None):
            counts += self._why(part, payer_id, payer, due) if issued is None else issued
        else:
            self._pending[part] = self._pending.get(part, 0) + int(due.counted)
            self.shelf.put(Payer, payer_id, payer.await_run(run_id(period, run)))
        self._counts[part] = self._counts.get(part, Counts()) + counts

    def _why(self, part: Part, payer_id: str, payer: Payer, due: Due) -> Counts:
        """As what a payer counts that got no invoice: nothing, if it was looked at."""
        period, run, _ = part
        if self.internal.looked_at(payer_id, period, run):
            return Counts()
        day = payer.billing_day or self.defaults.billing_day
        why = why_not_invoiced(payer.last_period, period, due.as_of, day, payer.last_issued)
        return Counts() if why is None else Counts(**{why: 1})

    def _unsaid(self) -> Iterator[Outgoing]:
        lanes = self.shelf.lanes
        for part, paging in self.internal.paging.items():
            now = self.part(part, paging)
            if now.done and part not in self.internal.finished.parts:
                period, run, lane = part
                body = LaneInvoiced(period=period, run=run, lane=lane, counts=now.counts.to_contract())
                (subject,) = body.subjects()
                id_ = f"LaneInvoiced:rebuilt/{period}/{run}/{lane}"
                value = encoded(body, id=id_, source="leaseline/billing", time=EPOCH, subject=subject)
                yield Outgoing(body.topic, home(subject, lanes), subject.encode(), value, (CONTENT_TYPE,))
