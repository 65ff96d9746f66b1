"""Documents in a currency, a term, a country that was taken off its list: written as ever, for ever."""

import csv
import io
from collections.abc import AsyncIterator
from typing import cast

import pycountry
import pytest

from contracts.messages.invoices import Invoice, InvoiceLine
from contracts.values.money import CURRENCY_EXPONENTS, KNOWN_EXPONENTS
from operations.documents.archive import Archive
from operations.documents.export import export
from operations.documents.money import amount, decimal, written
from operations.documents.paper import TERMS, paper
from operations.documents.printing import html
from services.billing.rules.statement import statement
from tests.operations.documents.issued import invoice, lines


class Document:
    """One invoice in the place of an archive."""

    async def invoices(self, _period: str) -> AsyncIterator[Invoice]:
        yield invoice(currency="CZK")

    async def lines(self, _number: str) -> AsyncIterator[InvoiceLine]:
        for line in lines():
            yield line


@pytest.fixture
def withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CURRENCY_EXPONENTS, "CZK")
    monkeypatch.delitem(TERMS, "net_14")
    monkeypatch.setattr(pycountry.countries, "get", lambda **_: None)


@pytest.mark.usefixtures("withdrawn")
async def test_the_invoice_the_statement_and_the_export_are_written() -> None:
    page = html(paper(invoice(currency="CZK"), lines()), "Issuer")
    assert "638.40 CZK" in page
    assert "payable under net_14" in page.lower()
    (row,) = statement([invoice(currency="CZK")])
    assert amount(row.net, row.currency) == "638.40 CZK"
    to = io.StringIO()
    assert await export(cast("Archive", Document()), "2018-06", "csv", to) == 9
    assert {row["amount"] for row in csv.DictReader(io.StringIO(to.getvalue()))} == {"91.20", "-91.20"}


def test_an_amount_in_a_currency_that_nobody_ever_heard_of_gets_no_wrong_point() -> None:
    assert "QQQ" not in KNOWN_EXPONENTS
    assert amount(1234567, "QQQ") == "1,234,567 minor units QQQ"
    assert written(-5, "QQQ") == "-5 minor units"
    assert decimal(1234567, "QQQ") == "1234567"
