"""Invoices read back from the database as billing keeps them: a table, a file, a statement, a document."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from contracts.messages.customers import Group
from contracts.messages.invoices import Invoice
from contracts.wire.message import Body
from installation.errors import InstallationError
from operations.cli import app, customers
from operations.documents.archive import opened
from operations.documents.export import COLUMNS, export
from operations.jobs.moving import Move, Moved
from services.billing.documents.invoice import InvoicePage, Line, page_id
from services.billing.service import billing
from services.engine.core.contract import as_document
from services.engine.core.document import stored_form
from services.orders.queries import CustomerOrders
from tests.billing.subscriptions import TULIP, created, run
from tests.scene import Scene


@pytest.fixture
def billed(mongo: str, named_database: str) -> str:
    """A database in which billing issued two invoices to a group, by its real decisions; the prefix of its name."""
    scene = Scene(billing())
    for number in range(1, 4):
        scene.hears(created(f"o1/{number}", version=number, group_name="Tulip"))
    run(scene, "2024-05")
    scene.hears(created("o1/3", version=9, state="reversed"))
    run(scene, "2024-06")
    with MongoClient[dict[str, Any]](mongo) as client:
        scene.keep_in(client[f"{named_database}_billing"])
    return named_database


async def issued(mongo: str, databases: str) -> Sequence[Invoice]:
    """All invoices, by number."""
    async with opened(mongo, databases) as archive:
        return [each async for each in archive.invoices()]


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


async def test_every_line_of_a_period_is_exported_with_its_documented_columns(mongo: str, billed: str) -> None:
    async with opened(mongo, billed) as archive:
        to = io.StringIO()
        assert await export(archive, "2024-06", "csv", to) == 3
        rows = list(csv.DictReader(io.StringIO(to.getvalue())))
        lines = io.StringIO()
        await export(archive, "2024-06", "jsonl", lines)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["subscription"], row["contract_month"], row["amount"], row["credits"][-6:]) for row in rows] == [
        ("o1/1", "2", "50.00", ""),
        ("o1/2", "2", "50.00", ""),
        ("o1/3", "1", "-50.00", "000001"),
    ]
    assert (rows[0]["payer"], rows[0]["serial"], rows[0]["due_date"]) == (TULIP, "SN-1", "2024-07-15")
    assert [json.loads(line)["amount_minor"] for line in lines.getvalue().splitlines()] == [5000, 5000, -5000]


def test_the_command_line_lists_exports_states_and_prints(mongo: str, billed: str, tmp_path: Path) -> None:
    first, second = asyncio.run(issued(mongo, billed))
    assert first.number in said("invoices", "list", "--period", "2024-05")
    assert second.number not in said("invoices", "list", "--period", "2024-05")
    to = tmp_path / "lines.csv"
    said("invoices", "export", "--period", "2024-05", "--out", str(to))
    assert len(to.read_text().splitlines()) == 4
    stated = said("statement", TULIP)
    assert "2024-06" in stated
    assert "-50.00 EUR" in stated
    said("invoice", second.number, "--pdf", str(tmp_path / "i.pdf"), "--html", str(tmp_path / "i.html"))
    assert (tmp_path / "i.pdf").read_bytes().startswith(b"%PDF")
    assert second.number in (tmp_path / "i.html").read_text()


async def test_what_is_not_there_is_told_with_what_to_do(mongo: str, billed: str) -> None:
    async with opened(mongo, billed) as archive:
        with pytest.raises(InstallationError, match="leaseline invoices list"):
            await archive.invoice("INV-NOBODY-000001")
    with pytest.raises(InstallationError, match="LEASELINE_DATABASES"):
        async with opened(mongo, f"{billed}x"):
            pass


@pytest.mark.usefixtures("billed")
def test_a_wrong_payer_or_number_is_told_on_the_command_line() -> None:
    for wrong in (["statement", "tulip"], ["invoice", "INV-1"]):
        with pytest.raises(InstallationError):
            CliRunner().invoke(app, wrong, catch_exceptions=False)


async def test_an_invoice_that_is_being_prepared_is_not_shown(mongo: str, billed: str) -> None:
    with MongoClient[dict[str, object]](mongo) as client:
        client[f"{billed}_billing"]["invoices"].update_many({"period": "2024-06"}, {"$set": {"done": False}})
    assert [invoice.period for invoice in await issued(mongo, billed)] == ["2024-05"]


async def test_the_lines_of_many_pages_come_in_their_order(mongo: str, billed: str) -> None:
    first, _ = await issued(mongo, billed)
    async with opened(mongo, billed) as archive:
        line, *_ = [each async for each in archive.lines(first.number)]
        with MongoClient[dict[str, object]](mongo) as client:
            for page in range(2, 12):
                more = InvoicePage(
                    number=first.number,
                    page=page,
                    period="2024-05",
                    lines=(as_document(line.model_copy(update={"contract_month": page}), Line),),
                )
                document = {"_id": page_id(first.number, page), **stored_form(more)}
                client[f"{billed}_billing"]["invoice_pages"].insert_one(document)
        assert [each.contract_month async for each in archive.lines(first.number)][3:] == list(range(2, 12))


def test_a_move_asks_only_about_what_is_not_in_the_group_yet_or_is_being_changed() -> None:
    move = Move("acme", Group(id="north"), "Grace", "sold", run="1")
    theirs = CustomerOrders(default_group="south", payers={"o-1": "group:south", "o-2": "group:north", "o-3": None})
    requests = move.requests(theirs)
    assert [id_ for id_, _ in requests] == ["acme>north@1", "acme>north/o-1@1", "acme>north/o-3@1"]
    assert [body.subjects()[0] for _, body in requests] == ["customer:acme", "o-1", "o-3"]
    assert move.requests(CustomerOrders(default_group="north", payers={"o-2": "group:north"})) == ()


def test_the_command_counts_what_was_in_the_group_already_and_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def theirs(*_: str) -> CustomerOrders:
        return CustomerOrders(
            default_group="north", payers={"o-1": "group:north", "o-2": "group:south", "o-3": "group:north"}
        )

    async def answered(_: str, requests: Sequence[tuple[str, Body]], __: object) -> Moved:
        return Moved(asked=len(requests), answers={id_: "moved" for id_, _ in requests})

    monkeypatch.setattr(customers, "theirs_of", theirs)
    monkeypatch.setattr(customers, "move", answered)
    monkeypatch.setenv("LEASELINE_MONGO", "mongodb://127.0.0.1:9")
    monkeypatch.setenv("LEASELINE_KAFKA", "127.0.0.1:9")
    told = said("customers", "move", "acme", "--group", "north", "--actor", "Grace", "--reason", "sold")
    rows = [tuple(re.findall(r"[\w ]*\w", row)) for row in told.splitlines() if "moved" in row]
    assert [(name.strip(), count.strip()) for name, count in rows] == [("moved", "1"), ("moved before", "2")]


def test_a_customer_that_moves_back_is_asked_about_anew_not_as_a_repeat_of_the_first_move() -> None:
    theirs = CustomerOrders(default_group="south", payers={"o-1": "group:south"})
    first, second = (Move("acme", Group(id="north"), "Grace", "sold").requests(theirs) for _ in range(2))
    assert {id_ for id_, _ in first}.isdisjoint({id_ for id_, _ in second})


def test_a_move_counts_the_first_answer_to_each_request_and_nothing_else() -> None:
    moved = Moved(asked=3)

    def hear(type_: str, id_: str, source: str = "leaseline/customers-move", **data: object) -> None:
        event = {"type": f"leaseline.orders.{type_}.v1", "causationsource": source, "causationid": id_, "data": data}
        moved.hear(event)

    hear("OrderChangeProposed", "a")
    hear("OrderAmended", "a")
    hear("OrderAmended", "b", source="somebody")
    hear("RequestRepeated", "b", outcome="waiting")
    hear("OrderAmended", "b")
    hear("RequestRefused", "c", refusals=[{"code": "order_cancelled"}])
    hear("RequestRefused", "c", refusals=[{"code": "order_cancelled"}])
    assert moved.answers == {"a": "moved", "b": "moved", "c": "refused"}
    assert moved.refused == {"order_cancelled": 1}
