"""An invoice as a person reads it: one row for each order item and period, subtotals, the term in words."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from operations.documents.money import amount, decimal
from operations.documents.paper import Paper, month, paper
from operations.documents.printing import html, write_pdf
from tests.operations.documents.issued import NUMBER, invoice, lines

ISSUER = "Wheels & Desks Ltd, 1 Dock Road, Rotterdam"


def printed(of: Paper, to: Path) -> list[str]:
    """The text of each page of the PDF."""
    write_pdf(of, ISSUER, to)
    return [page.extract_text() for page in PdfReader(to).pages]


def amounts_at(of: Paper, to: Path, words: str) -> list[tuple[float, float]]:
    """How far from the left, and how large, these words are printed, wherever they are."""
    found: list[tuple[float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if words in text:
            found.append((round(tm[4] * cm[0] + cm[4]), round(size * tm[0] * cm[0], 1)))

    write_pdf(of, ISSUER, to)
    for page in PdfReader(to).pages:
        page.extract_text(visitor_text=visit)
    return found


def test_devices_of_one_item_and_period_are_one_row_and_customers_come_by_name() -> None:
    made = paper(invoice(), lines())
    assert [(m.name, m.subtotal) for m in made.members] == [
        ("São Paulo Bicicletas", 9120),
        ("Łódź Rowery", 18240),
        ("Ποδήλατα", 36480),
    ]
    charged, credited = sorted(made.members[0].rows, key=lambda row: row.credits is not None)
    assert (charged.quantity, charged.price, charged.amount, charged.period) == (2, 9120, 18240, "2018-06")
    assert (credited.quantity, credited.amount, credited.credits) == (1, -9120, "INV-K7Q2MX-000001")


def test_a_customers_rows_come_by_order_and_item_the_numbers_in_them_as_numbers() -> None:
    one = lines()[0]
    ids = [("SO10", "1"), ("SO9", "10"), ("SO9", "2"), ("SO9", "b-1"), ("SO9", "02"), ("SO-1", "1")]
    many = [one.model_copy(update={"order_id": order_id, "item_id": item_id}) for order_id, item_id in ids]
    (member,) = paper(invoice(many), many).members
    assert [(row.order_id, row.item_id) for row in member.rows] == [
        ("SO-1", "1"), ("SO9", "02"), ("SO9", "2"), ("SO9", "10"), ("SO9", "b-1"), ("SO10", "1"),
    ]  # fmt: skip


def test_an_invoice_whose_lines_do_not_add_up_is_not_printed() -> None:
    with pytest.raises(ValueError, match="add up to"):
        paper(invoice(), lines()[:-1])


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("at_once", "Payable at once"),
        ("net_7", "Payable within 7 days"),
        ("net_14", "Payable within 14 days"),
        ("net_30", "Payable within 30 days"),
    ],
)
def test_the_term_is_told_in_words_with_the_due_date(term: str, words: str) -> None:
    page = html(paper(invoice(term=term), lines()), ISSUER)
    assert f"{words}, by 15 July 2018." in page


def test_the_page_names_everything_and_escapes_what_is_not_ours() -> None:
    page = html(paper(invoice(payer_name="<Bikes> & Co"), lines()), ISSUER)
    for text in (
        NUMBER,
        "&lt;Bikes&gt; &amp; Co",
        "Obere Str. 57",
        "12209 Berlin",
        "Germany",
        "June 2018",
        "Łódź Rowery",
    ):
        assert text in page
    assert "credits INV-K7Q2MX-000001" in page
    assert "638.40 EUR" in page
    assert "SN-1-1" not in page


def test_a_credit_note_and_a_test_invoice_are_called_so() -> None:
    back = [line for line in lines() if line.credits]
    note = html(paper(invoice(back), back), ISSUER)
    assert "<h1>Credit note" in note
    assert "In your favour" in note
    assert "nothing is to be paid" in note
    assert "TEST: nothing is to be paid" in html(paper(invoice(test=True), lines()), ISSUER)


def test_the_pdf_says_the_same_in_every_script_with_the_number_of_each_page(tmp_path: Path) -> None:
    (text,) = printed(paper(invoice(), lines()), tmp_path / "i.pdf")
    for words in ("Łódź Rowery", "São Paulo Bicicletas", "Ποδήλατα", "638.40 EUR", "Page 1 of 1", NUMBER):
        assert words in text


def test_a_long_invoice_has_its_column_titles_on_every_page(tmp_path: Path) -> None:
    many = [
        line.model_copy(update={"order_id": f"SO{order}", "subscription_id": f"SO{order}/1"})
        for order in range(40)
        for line in lines()
    ]
    pages = printed(paper(invoice(many), many), tmp_path / "i.pdf")
    assert len(pages) > 2
    assert all("Service period" in page for page in pages[:-1])
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


@pytest.mark.parametrize("name", ["Verleih und " * 16 + "Co", "V" * 200])
def test_the_longest_names_are_wrapped_and_push_no_amount_off_the_page(tmp_path: Path, name: str) -> None:
    longest = [
        line.model_copy(update={"customer_name": name, "product_name": name, "order_id": "o" * 64, "sku": "s" * 64})
        for line in lines()
    ]
    (usual,) = amounts_at(paper(invoice(), lines()), tmp_path / "usual.pdf", "638.40 EUR")
    assert amounts_at(paper(invoice(longest, payer_name=name), longest), tmp_path / "long.pdf", "638.40 EUR") == [usual]


def test_no_page_ends_between_a_customers_name_and_its_first_row(tmp_path: Path) -> None:
    for others in range(12):
        many = [
            line.model_copy(update={"order_id": f"SO{order}", "customer_id": f"c{order}", "customer_name": "Member"})
            for order in range(30 + others)
            for line in lines()
            if not line.credits
        ]
        for text in printed(paper(invoice(many), many), tmp_path / "i.pdf"):
            last = [row for row in text.splitlines() if row.strip() and not row.startswith(("Page", "Invoice"))][-1]
            assert last.strip() != "Member"


@pytest.mark.parametrize(
    ("units", "currency", "shown", "plain"),
    [
        (123456, "EUR", "1,234.56 EUR", "1234.56"),
        (-5, "EUR", "-0.05 EUR", "-0.05"),
        (1234, "JPY", "1,234 JPY", "1234"),
        (1234567, "KWD", "1,234.567 KWD", "1234.567"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(units: int, currency: str, shown: str, plain: str) -> None:
    assert (amount(units, currency), decimal(units, currency)) == (shown, plain)


def test_a_month_is_told_by_its_name() -> None:
    assert month("2018-06") == "June 2018"
