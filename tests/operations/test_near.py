"""A command that cannot do what was asked says so, with status 1, and names what was probably meant."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from contracts.messages.invoices import Invoice
from installation.errors import InstallationError
from operations import cli
from operations.documents.archive import opened
from operations.jobs.moving import theirs_of
from operations.terminal.near import near, no_such
from services.billing.service import billing
from tests.billing.subscriptions import TULIP, created, run
from tests.fulfillment.lives import arrived
from tests.fulfillment.orders_known import scene
from tests.scene import Scene


@pytest.fixture
def billed(mongo: str, named_database: str) -> str:
    """A group with an invoice, and one that waits for its first."""
    stage = Scene(billing())
    stage.hears(created("o1/1", version=1, group_name="Tulip"))
    run(stage, "2024-05")
    with MongoClient[dict[str, Any]](mongo) as client:
        stage.keep_in(client[f"{named_database}_billing"])
    return named_database


def refused(*words: str) -> str:
    with pytest.raises(InstallationError) as told:
        CliRunner().invoke(cli.app, list(words), catch_exceptions=False)
    return str(told.value)


@pytest.mark.usefixtures("billed")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("statement", "group:nope"), "There is no payer group:nope. A payer is known from its first subscription on."),
        (("statement", f"{TULIP}s"), f"There is no payer {TULIP}s. Did you mean {TULIP}?"),
        (("statement", TULIP.upper()), "is no payer: name it group:<id> or customer:<id>."),
        (("statement", "customer:x[/]"), "There is no payer customer:x[/]."),
        (("invoices", "list", "--payer", "US"), "US is no payer: name it group:<id> or customer:<id>."),
        (("invoices", "list", "--payer", "group:nope"), "There is no payer group:nope."),
        (("invoice", "NOPE", "--html", "x.html"), "There is no invoice NOPE. `leaseline invoices list` shows"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_is_not_there_is_no_empty_table(words: tuple[str, ...], told: str) -> None:
    assert told in refused(*words)


def test_a_mistyped_number_of_an_invoice_names_the_right_one(mongo: str, billed: str) -> None:
    async def issued() -> Sequence[Invoice]:
        async with opened(mongo, billed) as archive:
            return [each async for each in archive.invoices()]

    (one,) = asyncio.run(issued())
    assert f"Did you mean {one.number}?" in refused("invoice", f"{one.number}0", "--html", "x.html")
    assert f"Did you mean {one.number}?" in refused("invoice", one.number.lower(), "--html", "x.html")


@pytest.mark.usefixtures("billed")
def test_nothing_issued_yet_says_who_is_due_and_when() -> None:
    told = CliRunner().invoke(cli.app, ["invoices", "list", "--period", "2024-06"], catch_exceptions=False)
    assert told.exit_code == 0
    assert told.output == "No invoice for 2024-06 yet: 1 payer is due from 2024-07-01.\n"
    told = CliRunner().invoke(
        cli.app, ["invoices", "list", "--period", "2024-06", "--billing-day", "15"], catch_exceptions=False
    )
    assert "from 2024-07-15" in told.output
    told = CliRunner().invoke(cli.app, ["invoices", "list", "--period", "2024-09"], catch_exceptions=False)
    assert told.output == "No invoice for 2024-09 yet: 1 payer is due from 2024-10-01.\n"


@pytest.mark.usefixtures("billed")
def test_a_period_in_which_nothing_is_due_says_so() -> None:
    told = CliRunner().invoke(cli.app, ["invoices", "list", "--period", "2020-01"], catch_exceptions=False)
    assert told.output == "No invoice for 2020-01: nobody has anything that is to be invoiced.\n"


async def test_a_customer_that_nobody_heard_of_is_not_made_by_moving_it(mongo: str, named_database: str) -> None:
    with MongoClient[dict[str, Any]](mongo) as client:
        orders = client[f"{named_database}_orders"]
        orders["orders"].insert_one({"_id": "o-1", "customer": {"id": "acme"}, "payer": "customer:acme"})
        orders["orders"].insert_one({"_id": "o-2", "customer": {"id": "gone"}, "cancelled_at": 1})
        with pytest.raises(InstallationError, match=r"There is no customer acne\. Did you mean acme\?"):
            await theirs_of(mongo, named_database, "acne")
        assert (await theirs_of(mongo, named_database, "acme")).payers == {"o-1": "customer:acme"}
        assert (await theirs_of(mongo, named_database, "gone")).payers == {}
        assert orders.list_collection_names() == ["orders"]


def test_a_mistyped_serial_names_the_right_one(mongo: str, named_database: str) -> None:
    stage = scene()
    stage.hears(arrived("LAPTOP-0007"))
    with MongoClient[dict[str, Any]](mongo) as client:
        stage.keep_in(client[f"{named_database}_fulfillment"])
    assert refused("assets", "history", "LAPTOP-007") == (
        "There is no device LAPTOP-007. Did you mean LAPTOP-0007? No dock announced it and no scan of it was accepted."
    )


@pytest.mark.parametrize(
    ("found", "names", "meant"),
    [
        ("acne", ["acme", "zebra"], ("acme",)),
        ("ACME", ["acme"], ("acme",)),
        ("007", ["a-007-x", "b"], ("a-007-x",)),
        ("x", [], ()),
        ("", ["a"], ()),
    ],
)
def test_near_is_what_looks_alike_or_has_it_in_it(found: str, names: list[str], meant: tuple[str, ...]) -> None:
    assert near(found, names) == meant


def test_a_long_name_is_shortened_in_the_sentence() -> None:
    assert no_such("thing", "x" * 500, [], "Make it.") == f"There is no thing {'x' * 80}. Make it."
