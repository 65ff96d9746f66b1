"""The file for the accounting system: no cell of it is run by a spreadsheet, and no number is touched."""

import csv
import io
import json
from collections.abc import AsyncIterator

import pytest

from contracts.messages.invoices import Invoice, InvoiceLine
from operations.documents.archive import Archive
from operations.documents.export import export
from tests.operations.documents.issued import invoice, lines


class Shelf(Archive):
    """Holds one invoice."""

    def __init__(self, kept: Invoice, its: list[InvoiceLine]) -> None:
        self._kept, self._its = kept, its

    async def invoices(self, period: str | None = None, payer: str | None = None) -> AsyncIterator[Invoice]:  # noqa: ARG002
        yield self._kept

    async def lines(self, number: str) -> AsyncIterator[InvoiceLine]:  # noqa: ARG002
        for line in self._its:
            yield line


RUN = ("=1+1", "@SUM(A1:A9)", "+1", "-1", "\t=1", "\r=1", "  =cmd|'/C calc'!A0", "\uff1d1+1", "\n=1")


@pytest.mark.parametrize("text", RUN)
async def test_a_cell_that_a_spreadsheet_would_run_has_an_apostrophe_before_it(text: str) -> None:
    line = lines()[0].model_copy(update={"serial": text, "customer_name": text, "order_id": text, "sku": text})
    to = io.StringIO()
    await export(Shelf(invoice(payer_name=text), [line]), "2018-06", "csv", to)
    (row,) = csv.DictReader(io.StringIO(to.getvalue(), newline=""))
    for column in ("serial", "customer_name", "order", "sku", "payer_name"):
        assert row[column].replace("\r", "\n") == "'" + text.replace("\r", "\n"), column


@pytest.mark.parametrize("text", ["SN-1", "Müller & Co = fine", "a@b", "'quoted", "", "株式会社"])
async def test_what_no_spreadsheet_runs_stays(text: str) -> None:
    line = lines()[0].model_copy(update={"serial": text})
    to = io.StringIO()
    await export(Shelf(invoice(), [line]), "2018-06", "csv", to)
    (row,) = csv.DictReader(io.StringIO(to.getvalue()))
    assert row["serial"] == text


async def test_numbers_below_zero_and_json_lines_are_untouched() -> None:
    line = lines()[0].model_copy(update={"serial": "=1+1", "amount": -9120})
    table, objects = io.StringIO(), io.StringIO()
    await export(Shelf(invoice(), [line]), "2018-06", "csv", table)
    await export(Shelf(invoice(), [line]), "2018-06", "jsonl", objects)
    (row,) = csv.DictReader(io.StringIO(table.getvalue()))
    assert (row["amount_minor"], row["amount"]) == ("-9120", "-91.20")
    assert json.loads(objects.getvalue())["serial"] == "=1+1"
