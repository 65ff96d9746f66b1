"""An invoice as people read it: its customers, each with one row for an order's item and period. No serial numbers:
they are in the export.
"""

import re
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.text import is_blank

TERMS: Final = {
    "at_once": "payable at once",
    "net_7": "payable within 7 days",
    "net_14": "payable within 14 days",
    "net_30": "payable within 30 days",
}


@dataclass(frozen=True, slots=True)
class Row:
    """``quantity`` devices of one item for the months that began in ``period``; ``amount`` in minor units.

    ``credits``: the invoice whose lines are taken back; ``amount`` is below 0 then.
    """

    order_id: str
    item_id: str
    sku: str
    product: str
    period: str
    quantity: int
    price: int
    credits: str | None

    @property
    def amount(self) -> int:
        """Quantity times price."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Member:
    """A customer on the invoice, with what its lines say last of its VAT id and registration number."""

    customer_id: str
    name: str
    rows: tuple[Row, ...]
    vat_id: str | None = None
    registration_number: str | None = None

    @property
    def subtotal(self) -> int:
        """What the customer's rows add up to, in minor units."""
        return sum(row.amount for row in self.rows)


@dataclass(frozen=True, slots=True)
class Paper:
    """The invoice with its customers, by name."""

    invoice: Invoice
    members: tuple[Member, ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return "Credit note" if self.invoice.kind == "credit_note" else "Invoice"

    @property
    def addressee(self) -> str:
        """Who pays, by name; by its id where there is no name, or none that can be seen."""
        name = self.invoice.payer_name or ""
        return self.invoice.payer.partition(":")[2] if is_blank(name) else name

    @property
    def term(self) -> str:
        """The payment term in words; one that was never heard of as it is called."""
        return TERMS.get(self.invoice.term, f"payable under {self.invoice.term}")


_Kind = tuple[str, str, str, str, str, str, int, str]
"""What lines have in common that are one row: customer, order, item, SKU, product, period, price, invoice credited."""


@dataclass(slots=True)
class _Gathered:
    """The lines of an invoice so far, as many as there will be rows: a large invoice is never all in memory."""

    whose: dict[str, InvoiceLine] = field(default_factory=dict)
    quantities: dict[_Kind, int] = field(default_factory=dict)

    def add(self, line: InvoiceLine) -> None:
        """One more line."""
        self.whose[line.customer_id] = line
        product = ", ".join(dict.fromkeys(name for name in (line.product_name, line.variant_name) if name))
        kind = (
            line.customer_id, line.order_id, line.item_id, line.sku, product, line.period, line.amount,
            line.credits or "",
        )  # fmt: skip
        self.quantities[kind] = self.quantities.get(kind, 0) + 1

    def paper(self, invoice: Invoice) -> Paper:
        """All lines are here. Raises ValueError if they do not add up to what the invoice says."""
        rows: dict[str, list[Row]] = {}
        for kind in sorted(self.quantities, key=_by_order_and_item):
            customer_id, order_id, item_id, sku, product, period, price, credited = kind
            row = Row(order_id, item_id, sku, product, period, self.quantities[kind], price, credited or None)
            rows.setdefault(customer_id, []).append(row)
        members = [_member(self.whose[customer_id], found) for customer_id, found in rows.items()]
        made = Paper(invoice, tuple(sorted(members, key=lambda member: (member.name.casefold(), member.customer_id))))
        total = sum(member.subtotal for member in made.members)
        if total != invoice.total:
            raise ValueError(f"the lines of {invoice.number} add up to {total}, the invoice says {invoice.total}")
        return made


def paper(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Paper:
    """The document of an invoice. Raises ValueError if its lines do not add up to what it says."""
    gathered = _Gathered()
    for line in lines:
        gathered.add(line)
    return gathered.paper(invoice)


async def paper_read(invoice: Invoice, lines: AsyncIterable[InvoiceLine]) -> Paper:
    """The same from lines that are still to be read."""
    gathered = _Gathered()
    async for line in lines:
        gathered.add(line)
    return gathered.paper(invoice)


def _member(line: InvoiceLine, rows: Iterable[Row]) -> Member:
    name = line.customer_id if is_blank(line.customer_name) else line.customer_name
    return Member(line.customer_id, name, tuple(rows), line.customer_vat_id, line.customer_registration_number)


def _by_order_and_item(kind: _Kind) -> tuple[str, str, _Kind]:
    return _numbers_by_value(kind[1]), _numbers_by_value(kind[2]), kind


def _numbers_by_value(id_: str) -> str:
    """Item 2 comes before item 10: as many digits for each number as an id has characters at most."""
    return re.sub("[0-9]+", lambda number: number[0].zfill(64), id_)


def month(period: str) -> str:
    """``2018-06`` as ``June 2018``."""
    return date.fromisoformat(f"{period}-01").strftime("%B %Y")
