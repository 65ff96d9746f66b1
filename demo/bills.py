"""The tables of what was billed: the runs, the sums by currency, the invoices of the largest groups."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from contracts.messages.invoices import Invoice
from demo.log import Folded
from operations.documents.money import amount
from operations.terminal.screen import Screen
from operations.terminal.sheet import Sheet, columns

LARGEST = 3


def show(folded: Folded, screen: Screen) -> None:
    """Prints all of them."""
    screen.show(_runs(folded))
    screen.show(_sums(folded))
    screen.show(_invoices(largest_groups(folded)))


def largest_groups(folded: Folded) -> tuple[Invoice, ...]:
    """The real invoices of the groups with most lines, group by group, in the order in which they were issued."""
    of: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in folded.invoices.values():
        if invoice.payer.startswith("group:") and not invoice.test:
            of[invoice.payer].append(invoice)
    largest = sorted(of, key=lambda payer: (-sum(invoice.lines for invoice in of[payer]), payer))[:LARGEST]
    return tuple(i for payer in largest for i in sorted(of[payer], key=lambda i: (i.issue_date, i.account_id)))


def _runs(folded: Folded) -> Sheet:
    counted = ("run", "payers", "not due", "repeats", "invoices", "notes", "lines")
    sheet = Sheet(columns("period", "as of", numbers=counted), title="Billing runs")
    for _, run in sorted(folded.runs.items()):
        counts = run.counts
        numbers = (
            run.run, counts.payers, counts.not_due, counts.repeated, counts.invoices, counts.credit_notes, counts.lines,
        )  # fmt: skip
        sheet.add(run.period, str(run.as_of), *(number or None for number in numbers))
    return sheet


def _sums(folded: Folded) -> Sheet:
    real = [invoice for invoice in folded.invoices.values() if not invoice.test]
    periods = sorted({invoice.period for invoice in real})
    numbers = (*periods, "credited", "invoices")
    sheet = Sheet(columns("currency", numbers=numbers), title="Invoiced less credited, by currency")
    for currency in sorted({invoice.currency for invoice in real}):
        found = [invoice for invoice in real if invoice.currency == currency]
        sums: Counter[str] = Counter()
        for invoice in found:
            sums[invoice.period] += invoice.total
        credited = sum(invoice.credited for invoice in found)
        sheet.add(
            currency,
            *(amount(sums[period], currency) for period in periods),
            amount(credited, currency) if credited else None,
            len(found),
        )
    return sheet


def _invoices(invoices: Sequence[Invoice]) -> Sheet:
    names, numbers = ("number", "group", "period", "due"), ("lines", "total")
    sheet = Sheet(columns(*names, numbers=numbers), title=f"The invoices of the {LARGEST} largest groups")
    payer = None
    for invoice in invoices:
        if payer not in (None, invoice.payer):
            sheet.section()
        payer = invoice.payer
        sheet.add(
            invoice.number,
            invoice.payer_name or invoice.payer,
            invoice.period,
            str(invoice.due_date or ""),
            invoice.lines,
            amount(invoice.total, invoice.currency),
        )
    return sheet
