"""No amount meets its neighbour, whatever its length."""

from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from operations.documents.columns import PAGE, columns
from operations.documents.fonts import width
from operations.documents.money import amount, written
from operations.documents.paper import Paper, paper
from operations.documents.printing import write_pdf
from tests.operations.documents.issued import invoice, lines

PRICES = (1, 9120, 10**9, 10**12, 10**15, 2**62 // 5)


def priced(price: int, currency: str) -> Paper:
    its = [line.model_copy(update={"amount": price if line.amount > 0 else -price}) for line in lines()]
    return paper(invoice(its, currency=currency), its)


class Pen:
    """Follows what a page draws: where it stands, how large, how bold."""

    def __init__(self) -> None:
        self.size = self.x = self.y = self.at = self.begun = 0.0
        self.bold = self.lost = False
        self.words = ""
        self.found: list[tuple[float, float, float, str]] = []

    def goes(self, x: float, y: float) -> None:
        self.lifts()
        self.x = self.at = self.begun = x
        self.y, self.lost = y, False

    def draws(self, words: str) -> None:
        self.words += words
        self.at += width(words, bold=self.bold) * self.size

    def skips(self, thousandths: float) -> None:
        if abs(thousandths) > 300:  # further than any two letters are moved together
            self.lifts()
        self.at -= thousandths / 1000 * self.size
        self.begun = self.begun if self.words else self.at

    def lifts(self) -> None:
        if self.words.strip() and not self.lost:
            self.found.append((self.begun, self.at, round(self.y), self.words.strip()))
        self.words, self.begun = "", self.at


def placed(file: Path) -> list[tuple[float, float, float, str]]:
    """Every Latin text as it is drawn: its left end, its right end, its line, in points from the page's top left."""
    reader, found, other = PdfReader(file), [], False
    for number, page in enumerate(reader.pages):
        pen, fonts = Pen(), page["/Resources"]["/Font"]  # type: ignore[index]  # pypdf's objects are untyped
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                pen.bold, other = (
                    "Semibold" in fonts[operands[0]]["/BaseFont"],
                    fonts[operands[0]]["/Subtype"] == "/Type0",
                )
                pen.lifts()
            elif operator == b"Tm":
                pen.lifts()
                pen.size = float(operands[0])
                pen.goes(float(operands[4]), number * 1000 + float(operands[5]))
            elif operator == b"Td":
                pen.goes(pen.x + float(operands[0]) * pen.size, pen.y - float(operands[1]) * pen.size)
            elif operator == b"ET":
                pen.lifts()
            elif operator in (b"Tj", b"TJ"):
                for part in operands[0] if operator == b"TJ" else operands:
                    if other:
                        pen.lost = True  # letters of no Latin alphabet: how wide they are is not known here
                    elif hasattr(part, "original_bytes"):
                        pen.draws(part.original_bytes.decode("cp1252", "replace"))
                    else:
                        pen.skips(float(part))
        found += pen.found
    return found


@pytest.mark.parametrize("currency", ["VND", "EUR", "KWD", "XXX"])
@pytest.mark.parametrize("price", PRICES)
def test_the_numbers_of_a_row_stand_side_by_side_and_are_whole(price: int, currency: str, tmp_path: Path) -> None:
    made = priced(price, currency)
    write_pdf(made, "Us", tmp_path / "i.pdf")
    texts = placed(tmp_path / "i.pdf")

    for number in (price, 2 * price):
        assert any(words == written(number, currency) for *_, words in texts), (number, texts)
    assert any(words == amount(made.invoice.total, currency) for *_, words in texts)
    lined: dict[float, list[tuple[float, float, str]]] = {}
    for left, right, line, words in texts:
        lined.setdefault(line, []).append((left, right, words))
    for row in lined.values():
        row.sort()
        for (_, end, one), (begin, _, other) in pairwise(row):
            assert end <= begin + 0.5, (one, other)
        assert row[-1][1] <= 595 - 45, row[-1]


def test_usual_amounts_leave_the_columns_as_they_were() -> None:
    usual = columns(priced(9120, "EUR"))
    assert (usual.size, usual.total, usual.total_size) == (9.5, 221.0, 12.0)
    assert (usual.order, usual.device, usual.price, usual.amount) == (89.0, 162.0, 59.0, 69.0)


@pytest.mark.parametrize("price", PRICES)
def test_the_columns_fill_the_page_and_no_more(price: int) -> None:
    found = columns(priced(price, "VND"))
    widths = (found.order, found.device, found.period, found.quantity, found.price, found.amount)
    assert sum(widths) <= PAGE + 0.1
