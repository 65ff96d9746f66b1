"""Every line of a period's invoices for the accounting system: streamed, never all in memory.

Columns, in this order: ``number`` of the invoice, ``kind`` (invoice, credit_note), ``account``, ``payer``, ``term``,
``issue_date``, ``due_date`` (empty: nothing is to be paid), ``test``,
``customer``, ``order``, ``item``, ``sku``, ``serial``, ``subscription``,
``contract_month`` (from 1), ``service_from``, ``service_to`` (last day), ``period`` (the calendar month in which the
contract month begins), ``amount_minor`` (minor units; below 0 for a credit), ``amount`` (the same as a decimal number),
``currency``, ``credits`` (the number of the invoice whose line is credited, or empty). What tax depends on, as it was
when the invoice was issued, empty where it is not known: ``issuer``, ``issuer_vat_id``, ``payer_name``,
``payer_country``, ``payer_vat_id``, ``payer_registration_number``, ``address_assumed`` (yes: the group has no address
of its own, so the country is its first member's), ``customer_name``, ``customer_country``, ``customer_vat_id``,
``customer_registration_number``. Dates are civil, ``YYYY-MM-DD``, countries ISO 3166-1. New columns come at the end.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return (also in their wide
forms, and behind blanks). In CSV such a text has an apostrophe before it: a program that reads it takes one away.
``contract_month``, ``amount_minor`` and ``amount`` are numbers of ours and stay as they are; JSON lines have no
apostrophes. A carriage return within a text is written as a line end.
"""

import csv
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from io import StringIO
from typing import IO, Final, Literal

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.cells import escaped
from operations.documents.archive import Archive
from operations.documents.money import decimal

COLUMNS: Final = (
    "number",
    "kind",
    "account",
    "payer",
    "term",
    "issue_date",
    "due_date",
    "test",
    "customer",
    "order",
    "item",
    "sku",
    "serial",
    "subscription",
    "contract_month",
    "service_from",
    "service_to",
    "period",
    "amount_minor",
    "amount",
    "currency",
    "credits",
    "issuer",
    "issuer_vat_id",
    "payer_name",
    "payer_country",
    "payer_vat_id",
    "payer_registration_number",
    "address_assumed",
    "customer_name",
    "customer_country",
    "customer_vat_id",
    "customer_registration_number",
)
NUMBERS: Final = frozenset(["contract_month", "amount_minor", "amount"])
PIECE: Final = 32_000
"""Characters of a file that are held before they are passed on."""
Format = Literal["csv", "jsonl"]


async def export(archive: Archive, period: str, form: Format, to: IO[str]) -> int:
    """Writes the lines of all invoices of a period's runs; returns how many there were."""
    count = 0
    if form == "csv":
        writer = csv.DictWriter(to, COLUMNS, lineterminator="\n")
        writer.writeheader()
        async for row in _rows(archive, period):
            writer.writerow({name: _cell(name, value) for name, value in row.items()})
            count += 1
        return count
    async for row in _rows(archive, period):
        to.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


async def csv_of(invoice: Invoice, lines: AsyncIterable[InvoiceLine]) -> AsyncIterator[str]:
    """The lines of one invoice as CSV, with the header, piece by piece."""
    piece = StringIO()
    writer = csv.DictWriter(piece, COLUMNS, lineterminator="\n")
    writer.writeheader()
    async for line in lines:
        writer.writerow({name: _cell(name, value) for name, value in _row(invoice, line).items()})
        if piece.tell() > PIECE:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def _cell(name: str, value: object) -> str:
    text = str(value).replace("\r", "\n")  # which is quoted, and no end of a row
    return text if name in NUMBERS else escaped(text)


async def _rows(archive: Archive, period: str) -> AsyncIterator[Mapping[str, object]]:
    async for invoice in archive.invoices(period):
        async for line in archive.lines(invoice.number):
            yield _row(invoice, line)


def _row(invoice: Invoice, line: InvoiceLine) -> Mapping[str, object]:
    values = (
        invoice.number,
        invoice.kind,
        invoice.account_id,
        invoice.payer,
        invoice.term,
        invoice.issue_date.isoformat(),
        invoice.due_date.isoformat() if invoice.due_date else "",
        _yes(invoice.test),
        line.customer_id,
        line.order_id,
        line.item_id,
        line.sku,
        line.serial,
        line.subscription_id,
        line.contract_month,
        line.service_from.isoformat(),
        line.service_to.isoformat(),
        line.period,
        line.amount,
        decimal(line.amount, invoice.currency),
        invoice.currency,
        line.credits or "",
        *_whose(invoice, line),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _whose(invoice: Invoice, line: InvoiceLine) -> tuple[str, ...]:
    """What tax depends on: who sells, who pays, who uses it."""
    issuer, address = invoice.issuer, invoice.address
    return (
        issuer.name if issuer else "",
        (issuer.vat_id or "") if issuer else "",
        invoice.payer_name or "",
        address.country if address else "",
        invoice.payer_vat_id or "",
        invoice.payer_registration_number or "",
        _yes(invoice.address_assumed),
        line.customer_name,
        line.customer_country or "",
        line.customer_vat_id or "",
        line.customer_registration_number or "",
    )


def _yes(value: bool) -> str:  # noqa: FBT001 - a column's value
    return "yes" if value else "no"
