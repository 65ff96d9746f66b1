"""An invoice is a difference: what is due by the subscriptions' state, less what is issued.

Rules: ``docs/domain.md`` section 3. Cancellation, reversal, correction and change of payer need no rules of their own
here. A line carries neither payer nor term nor currency: it has those of the account whose invoice it is put into, so
nothing can be mixed.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from contracts.messages import invoices as contract
from contracts.values.calendar import ONE_DAY, month_begin, months_begun
from contracts.values.immutable import Immutable
from contracts.values.text import is_blank
from services.billing.documents.account import AccountKey
from services.billing.documents.held import Held
from services.billing.documents.invoice import InvoicePage, Issuer, KeptInvoice, Line
from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.rules.calendar import due_date, last_day, period_of
from services.billing.rules.term import TermSource
from services.engine.core.document import replace

LINES_ON_A_PAGE: Final = 500
BYTES_ON_A_PAGE: Final = 400_000
"""A page is said in one record, and 500 lines of the longest names that are allowed are more than a record holds."""
NEVER_TOO_LONG: Final = 24
"""So many lines fit whatever they say: a line's texts have some thousand characters at most, of six bytes at most."""


class Difference(Immutable):
    """A contract month whose due and issued differ: ``amount`` below 0 credits the line in the invoice ``credits``."""

    held: Held
    month: int
    amount: int
    credits: str | None = None


def find_differences(share: Share, held: Held, period: str) -> Iterator[Difference]:
    """What is to be invoiced of one subscription: months that began by the period's end and are due, and credits."""
    due = held.due(share.payer)
    for month, place in zip(held.issued, held.issued_by or (), strict=True):
        if month not in due:
            yield Difference(held, month, -held.price_of(month), (share.invoices or ())[place])
    begun = months_begun(held.start_date, last_day(period))
    for month, amount in due.items():  # in their order: those behind the first that has not begun have not, either
        if month > begun:
            break
        if month not in held.issued:
            yield Difference(held, month, amount)


def to_line(share: Share, found: Difference) -> Line:
    """A difference as a line."""
    held, names = found.held, share.names(found.held)
    begin = month_begin(held.start_date, found.month)
    return Line(
        subscription_id=held.subscription_id,
        order_id=share.order_id,
        item_id=held.item_id,
        customer_id=share.customer_id,
        customer_name=share.customer_name,
        sku=names.sku,
        product_name=names.product_name,
        variant_name=names.variant_name,
        serial=held.serial,
        contract_month=found.month,
        service_from=begin,
        service_to=month_begin(held.start_date, found.month + 1) - ONE_DAY,
        period=period_of(begin),
        amount=found.amount,
        credits=found.credits,
        customer_country=share.customer_country,
        customer_vat_id=share.customer_vat_id,
        customer_registration_number=share.customer_registration_number,
    )


def mark_issued(share: Share, issued: Sequence[tuple[Difference, str]]) -> Share:
    """The share with these differences issued, each with the number of its invoice."""
    numbers = list(share.invoices or ())
    for _, number in issued:
        if number not in numbers:
            numbers.append(number)
    by_subscription: dict[str, list[tuple[Difference, str]]] = {}
    for found, number in issued:
        by_subscription.setdefault(found.held.subscription_id, []).append((found, number))
    subscriptions = tuple(
        _mark_issued(held, by_subscription[held.subscription_id], numbers)
        if held.subscription_id in by_subscription
        else held
        for held in share.subscriptions
    )
    return replace(share, subscriptions=subscriptions, invoices=tuple(numbers))


def _mark_issued(held: Held, issued: Sequence[tuple[Difference, str]], numbers: Sequence[str]) -> Held:
    months = dict(zip(held.issued, held.issued_by or (), strict=True))
    for found, number in issued:
        if found.credits is None:
            months[found.month] = numbers.index(number)
        else:
            del months[found.month]
    ordered = sorted(months.items())
    return replace(
        held, issued=tuple(month for month, _ in ordered), issued_by=tuple(place for _, place in ordered) or None
    )


class Heading(Immutable):
    """What an invoice is about, apart from its lines."""

    period: str
    run: int
    issue_date: date
    issuer: contract.Issuer | None


def begin_invoice(number: str, key: AccountKey, source: TermSource, payer: Payer, heading: Heading) -> KeptInvoice:
    """An invoice without a line yet. Its due date is that of the account's term, whatever becomes of the payer's. A
    group without a name is called by its id.
    """
    vat_id, registration_number = payer.tax_ids(test=key.test)
    name = payer.shown_name(test=key.test) or ""
    return KeptInvoice(
        number=number,
        kind="invoice",
        account_id=key.id,
        payer=key.payer,
        payer_name=key.payer.partition(":")[2] if is_blank(name) else name,
        address=payer.billing_address(test=key.test),
        term=key.term,
        term_source=source,
        currency=key.currency,
        test=key.test,
        period=heading.period,
        run=heading.run,
        issue_date=heading.issue_date,
        due_date=due_date(heading.issue_date, key.term),
        lines=0,
        credit_lines=0,
        pages=0,
        charges=0,
        credited=0,
        total=0,
        issuer=None if heading.issuer is None else Issuer.from_contract(heading.issuer),
        payer_vat_id=vat_id,
        payer_registration_number=registration_number,
        address_assumed=payer.address_assumed,
    )


def end_invoice(invoice: KeptInvoice) -> KeptInvoice:
    """The invoice with its last line: it is final. One whose sum is 0 is not due, since nothing is to be paid."""
    return replace(invoice, done=True, due_date=invoice.due_date if invoice.total else None)


def with_lines(
    invoice: KeptInvoice, key: AccountKey, lines: Sequence[Line], last: InvoicePage | None = None
) -> tuple[KeptInvoice, tuple[InvoicePage, ...]]:
    """The invoice with more lines, and the pages that they stand on: its ``last`` one, if it has any, filled up first.

    All but the last of these pages are full.

    Raises ValueError if the lines are another account's: an invoice never mixes payers, terms, currencies, test and
    real, and an invoice that was issued takes no line.
    """
    if key.id != invoice.account_id or invoice.done:
        raise ValueError(f"a line of account {key.id} for invoice {invoice.number} of {invoice.account_id}")
    first = last.page if last is not None else invoice.pages + 1
    pages = tuple(
        InvoicePage(number=invoice.number, page=first + count, period=invoice.period, lines=tuple(each))
        for count, each in enumerate(_pages((*last.lines, *lines) if last is not None else lines))
    )
    charges = invoice.charges + sum(each.amount for each in lines if each.amount > 0)
    credited = invoice.credited - sum(each.amount for each in lines if each.amount < 0)
    return replace(
        invoice,
        lines=invoice.lines + len(lines),
        credit_lines=invoice.credit_lines + sum(each.credits is not None for each in lines),
        pages=max(invoice.pages, first + len(pages) - 1),
        charges=charges,
        credited=credited,
        total=charges - credited,
        kind="credit_note" if charges < credited else "invoice",
    ), pages


def _pages(lines: Sequence[Line]) -> Iterator[list[Line]]:
    if len(lines) <= NEVER_TOO_LONG:
        if lines:
            yield [*lines]
        return
    page: list[Line] = []
    size = 0
    for each in lines:
        more = len(each.to_contract().model_dump_json().encode())
        if page and (len(page) == LINES_ON_A_PAGE or size + more > BYTES_ON_A_PAGE):
            yield page
            page, size = [], 0
        page.append(each)
        size += more
    if page:
        yield page
