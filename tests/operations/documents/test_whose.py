"""On paper and in the export: who issued an invoice, who pays, whose lines; and what is not to be paid."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pypdf import PdfReader

from contracts.messages.invoices import Issuer
from contracts.messages.payers import PayerSettingsSubmitted
from operations.documents.archive import opened
from operations.documents.export import export
from operations.documents.paper import paper
from operations.documents.printing import html, write_pdf
from services.billing.rules.statement import statement
from services.billing.service import billing
from tests.billing.subscriptions import TULIP, WINDMILL, created, invoices, run
from tests.operations.documents.issued import invoice, lines
from tests.scene import Scene

NOW = "Who is set today, Elsewhere"
HOUSE = Issuer(name="Leaseline Rentals BV", address="Dam 1, Amsterdam", vat_id="NL001234567B01")
TAXED = WINDMILL.model_copy(update={"vat_id": "NL998877665B01", "registration_number": "KvK 12345678"})
NOTHING = [*lines()[:1], lines()[0].model_copy(update={"amount": -lines()[0].amount, "credits": "INV-K7Q2MX-000001"})]


def test_an_invoice_is_printed_with_the_issuer_of_its_day() -> None:
    page = html(paper(invoice(issuer=HOUSE), lines()), NOW)
    assert "Leaseline Rentals BV, Dam 1, Amsterdam" in page
    assert "VAT id NL001234567B01" in page
    assert NOW not in page
    assert "as set today" not in page


def test_one_that_does_not_say_is_printed_with_who_is_set_now_and_marked() -> None:
    page = html(paper(invoice(), lines()), NOW)
    assert f"{NOW} <i>(as set today; the invoice itself does not say who issued it)</i>" in page


def test_the_tax_ids_of_payer_and_customers_are_printed_escaped(tmp_path: Path) -> None:
    theirs = [
        line.model_copy(update={"customer_vat_id": "PL<1>", "customer_registration_number": "KRS 7"})
        if line.customer_id == "lodz"
        else line
        for line in lines()
    ]
    made = paper(invoice(payer_vat_id="DE123456789", payer_registration_number="HRB 1"), theirs)
    page = html(made, NOW)
    assert "<div>VAT id DE123456789</div>" in page
    assert "<div>Registration number HRB 1</div>" in page
    assert page.count("VAT id PL&lt;1&gt;") == page.count("Registration number KRS 7") == 1
    write_pdf(made, NOW, tmp_path / "invoice.pdf")
    text = "".join(each.extract_text() for each in PdfReader(tmp_path / "invoice.pdf").pages)
    assert "DE123456789" in text


@pytest.mark.parametrize("name", [None, "", "\u200b", "\u3164\u00ad"])
def test_a_group_that_nobody_named_is_addressed_by_its_id_also_on_an_invoice_of_before(name: str | None) -> None:
    assert '<div class="name">DE</div>' in html(paper(invoice(payer_name=name), lines()), NOW)


def test_a_customer_of_before_whose_name_cannot_be_seen_is_called_by_its_id() -> None:
    unseen = [line.model_copy(update={"customer_name": "\u200b"}) for line in lines()]
    assert {member.name for member in paper(invoice(), unseen).members} == {"athens", "lodz", "sao"}


@pytest.mark.parametrize("assumed", [False, True])
def test_an_address_that_is_assumed_says_so(assumed: bool) -> None:
    page = html(paper(invoice(address_assumed=assumed), lines()), NOW)
    assert ("The group has no address of its own: this is its first member&#39;s." in page.replace("'", "&#39;")) is (
        assumed
    )


def test_where_nothing_is_to_be_paid_there_is_no_day() -> None:
    made = paper(invoice(NOTHING, due_date=None), NOTHING)
    page = html(made, NOW)
    assert made.invoice.total == 0
    assert "<td>nothing is to be paid</td>" in page
    assert "Charges and credits are equal; nothing is to be paid." in page
    assert "Payable" not in page


def test_an_invoice_of_nothing_stands_in_the_statement_in_the_month_of_its_issue() -> None:
    (row,) = statement([invoice(NOTHING, due_date=None)])
    assert (row.month, row.invoices, row.charges, row.credited, row.net) == ("2018-07", 1, 9120, 9120, 0)


async def test_the_export_has_what_tax_depends_on_in_each_line(mongo: str, named_database: str) -> None:
    scene = Scene(billing(issuer=HOUSE))
    scene.hears(created("o1/1", customer=TAXED, group_name="Tulip"))
    scene.hears(PayerSettingsSubmitted(group_id="tulip", vat_id="NL1", registration_number="KvK 9", actor="Hedy"))
    assert len(invoices(run(scene, "2024-05"))) == 1
    scene.hears(created("o1/1", version=2, customer=TAXED, state="reversed"))
    scene.hears(created("o1/2", version=3, customer=TAXED, prices=((1, 5000),)))
    assert [each.total for each in invoices(run(scene, "2024-06"))] == [0]
    with MongoClient[dict[str, Any]](mongo) as client:
        scene.keep_in(client[f"{named_database}_billing"])
    async with opened(mongo, named_database) as archive:
        to, later = io.StringIO(), io.StringIO()
        await export(archive, "2024-05", "csv", to)
        await export(archive, "2024-06", "csv", later)
        assert {each.payer async for each in archive.invoices()} == {TULIP}
    (row,) = csv.DictReader(io.StringIO(to.getvalue()))
    names = (
        "issuer", "issuer_vat_id", "payer_name", "payer_country", "payer_vat_id", "payer_registration_number",
        "address_assumed", "customer_name", "customer_country", "customer_vat_id", "customer_registration_number",
    )  # fmt: skip
    assert [row[name] for name in names] == [
        "Leaseline Rentals BV", "NL001234567B01", "Tulip", "NL", "NL1", "KvK 9",
        "yes", "Windmill BV", "NL", "NL998877665B01", "KvK 12345678",
    ]  # fmt: skip
    assert {row["due_date"] for row in csv.DictReader(io.StringIO(later.getvalue()))} == {""}
