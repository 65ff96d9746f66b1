"""How wide the columns of an invoice are: no amount meets its neighbour, whatever its length."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from operations.documents.fonts import width
from operations.documents.money import amount, written
from operations.documents.paper import Paper

PAGE: Final = 493.0
"""Points between the margins of A4: 174 mm."""
SIZE: Final = 9.5
TOTAL_SIZE: Final = 12.0
PADDING: Final = 10.0
"""Points on both sides of a cell, and a little air."""
_USUAL: Final = {"order": 89.0, "device": 162.0, "period": 74.0, "quantity": 40.0, "price": 59.0, "amount": 69.0}
_LEAST: Final = {"order": 69.0, "device": 84.0, "period": 70.0}
"""Words can be wrapped; these columns give room to the numbers."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in points; ``size`` is the type of the numbers, ``total`` the width of the sums below the table."""

    order: float
    device: float
    period: float
    quantity: float
    price: float
    amount: float
    size: float
    total: float
    total_size: float


def columns(paper: Paper) -> Columns:
    """The usual widths; where numbers need more, words give way; where that is not enough, the type is smaller."""
    currency = paper.invoice.currency
    rows = [row for member in paper.members for row in member.rows]
    needed = {
        "quantity": _widest(f"{row.quantity:,}" for row in rows),
        "price": _widest(written(row.price, currency) for row in rows),
        "amount": _widest(
            [written(row.amount, currency) for row in rows]
            + [written(member.subtotal, currency) for member in paper.members]
        ),
    }
    room = PAGE - sum(_LEAST.values())
    numbers = {name: max(_USUAL[name], ems * SIZE + PADDING) for name, ems in needed.items()}
    size = SIZE
    if sum(numbers.values()) > room:
        size = min(SIZE, (room - len(needed) * PADDING) / sum(needed.values()))
        numbers = {name: ems * size + PADDING for name, ems in needed.items()}
    widths = _USUAL | numbers
    for name in ("device", "order", "period"):
        over = sum(widths.values()) - PAGE
        widths[name] = max(_LEAST[name], widths[name] - over) if over > 0 else widths[name]
    return Columns(**widths, size=size, **_sums(paper))


def _widest(texts: Iterable[str]) -> float:
    """The bold type is the wider one."""
    return max((width(text, bold=True) for text in texts), default=0.0)


def _sums(paper: Paper) -> dict[str, float]:
    invoice = paper.invoice
    sums = (invoice.charges, -invoice.credited, abs(invoice.total))
    number = _widest(amount(each, invoice.currency) for each in sums)
    label = width("In your favour", bold=True)
    size = min(TOTAL_SIZE, (PAGE - 2 * PADDING) / (label + number))
    return {"total": max(221.0, (label + number) * size + 2 * PADDING), "total_size": size}
