"""The tables of what was billed: the runs, the sums by currency, the invoices of the largest groups."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from contracts.invoices import Invoice
from deploy.demo.log import Folded
from deploy.documents.money import amount

LARGEST = 3


def show(folded: Folded, console: Console) -> None:
    """Prints all of them."""
    console.print(_runs(folded))
    console.print(_sums(folded))
    console.print(_invoices(largest_groups(folded)))


def largest_groups(folded: Folded) -> tuple[Invoice, ...]:
    """The real invoices of the groups with most lines, group by group, in the order in which they were issued."""
    of: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in folded.invoices.values():
        if invoice.payer.startswith("group:") and not invoice.test:
            of[invoice.payer].append(invoice)
    largest = sorted(of, key=lambda payer: (-sum(invoice.lines for invoice in of[payer]), payer))[:LARGEST]
    return tuple(i for payer in largest for i in sorted(of[payer], key=lambda i: (i.issue_date, i.account_id)))


def _runs(folded: Folded) -> Table:
    table = Table(title="Billing runs", title_justify="left")
    for name in ("period", "as of"):
        table.add_column(name)
    for name in ("run", "payers", "not due", "repeats", "invoices", "notes", "lines"):
        table.add_column(name, justify="right")
    for _, run in sorted(folded.runs.items()):
        counts = run.counts
        numbers = (
            run.run, counts.payers, counts.not_due, counts.repeated, counts.invoices, counts.credit_notes, counts.lines,
        )  # fmt: skip
        table.add_row(run.period, str(run.as_of), *(f"{number:,}" if number else "" for number in numbers))
    return table


def _sums(folded: Folded) -> Table:
    real = [invoice for invoice in folded.invoices.values() if not invoice.test]
    periods = sorted({invoice.period for invoice in real})
    table = Table(title="Invoiced less credited, by currency", title_justify="left")
    table.add_column("currency")
    for name in (*periods, "credited", "invoices", "lines"):
        table.add_column(name, justify="right")
    for currency in sorted({invoice.currency for invoice in real}):
        found = [invoice for invoice in real if invoice.currency == currency]
        sums: Counter[str] = Counter()
        for invoice in found:
            sums[invoice.period] += invoice.total
        credited = sum(invoice.credited for invoice in found)
        table.add_row(
            currency,
            *(amount(sums[period], currency) for period in periods),
            amount(credited, currency) if credited else "",
            f"{len(found):,}",
            f"{sum(invoice.lines for invoice in found):,}",
        )
    return table


def _invoices(invoices: Sequence[Invoice]) -> Table:
    table = Table(title=f"The invoices of the {LARGEST} largest groups", title_justify="left")
    for name in ("number", "group", "period", "term", "issued", "due"):
        table.add_column(name)
    for name in ("lines", "credits", "total"):
        table.add_column(name, justify="right")
    payer = None
    for invoice in invoices:
        if payer not in (None, invoice.payer):
            table.add_section()
        payer = invoice.payer
        table.add_row(
            invoice.number,
            invoice.payer_name or invoice.payer,
            invoice.period,
            invoice.term,
            str(invoice.issue_date),
            str(invoice.due_date or ""),
            f"{invoice.lines:,}",
            f"{invoice.credit_lines:,}" if invoice.credit_lines else "",
            amount(invoice.total, invoice.currency),
        )
    return table
