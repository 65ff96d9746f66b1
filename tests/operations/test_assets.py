"""The registry of devices at the command line: counted by SKU and state, and each with its history over all orders."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from installation.errors import InstallationError
from operations.cli import app
from tests.fulfillment.lives import arrived, cancel, correct, give_back, put_right, set_state
from tests.fulfillment.orders_known import item, placed, scan, scene
from tests.scene import NOON


@pytest.fixture
def kept(mongo: str, named_database: str) -> str:
    """A database in which a laptop was announced, rented, given back and rented again, and a label was mistyped."""
    stage = scene()
    stage.hears(arrived("L1"))
    stage.hears(arrived("L2"))
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan(" l1", "TYPO"))
    stage.hears(correct("L2", "o-1/2"))
    stage.hears(cancel())
    stage.hears(give_back(), time=NOON + timedelta(days=3))
    stage.hears(placed(order_id="t-1", test=True))
    stage.hears(scan("L1", order_id="t-1"))
    with MongoClient[dict[str, Any]](mongo) as client:
        stage.keep_in(client[f"{named_database}_fulfillment"])
    return named_database


def said(*words: str) -> list[str]:
    told = CliRunner().invoke(app, ["assets", *words], catch_exceptions=False, env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    return [" ".join(line.replace("│", " ").split()) for line in told.output.splitlines()]


@pytest.mark.usefixtures("kept")
def test_devices_are_counted_as_ever() -> None:
    assert "LAPTOP 1" in said()
    assert "LAPTOP 1" in said("--sku", "LAPTOP")
    with pytest.raises(InstallationError, match=r"There is no SKU LAPTOPS\. Did you mean LAPTOP"):
        said("--sku", "LAPTOPS")


@pytest.mark.usefixtures("kept")
def test_a_device_is_shown_with_its_history_over_all_orders_whatever_its_label_looks_like() -> None:
    told = said("history", " l 1")

    assert told[:3] == [
        "state in use; left out of counts: a test order had it last",
        "variant LAPTOP",
        f"announced {NOON:%Y-%m-%d %H:%M:%S} UTC",
    ]
    rows = [line for line in told if "-1/" in line]
    assert [row.split(" UTC ")[1] for row in rows] == [
        "o-1/1 in use l1",
        "o-1/1 ended",
        "o-1/1 returned",
        "t-1/1 in use L1",
    ]
    assert rows[2].startswith(f"{NOON + timedelta(days=3):%Y-%m-%d %H:%M:%S} UTC")


@pytest.mark.usefixtures("kept")
def test_a_label_that_was_only_ever_mistyped_has_a_history_and_no_variant() -> None:
    told = said("history", "typo")

    assert told[:3] == [
        "state available",
        "variant open: nothing is known of it but scans that were undone",
        "announced no dock announced it",
    ]
    assert [row.split(" UTC ")[1] for row in told if "-1/" in row] == ["o-1/2 in use TYPO", "o-1/2 available"]


@pytest.mark.usefixtures("kept")
def test_an_announced_device_was_in_no_order_yet(mongo: str, kept: str) -> None:
    with MongoClient[dict[str, object]](mongo) as client:
        client[f"{kept}_fulfillment"]["assets"].update_one({"_id": "L2"}, {"$set": {"history": []}})

    assert said("history", "L2")[-1] == "It was in no order yet."


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("serial", "told"),
    [("l9", "There is no device L9"), ("L\u200b1", "is no serial"), ("L" * 65, "is no serial")],
    ids=["unknown", "invisible", "long"],
)
def test_a_serial_that_is_unknown_or_none_is_told_in_a_sentence(serial: str, told: str) -> None:
    with pytest.raises(InstallationError, match=told):
        said("history", serial)


def test_the_databases_are_named_before_or_behind_the_command(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEASELINE_DATABASES")

    assert said("--databases", kept, "history", "L1") == said("history", "L1", "--databases", kept)
    with pytest.raises(InstallationError, match="There is no device L1"):
        said("history", "L1")


def test_what_persons_said_of_a_device_stands_in_its_history_and_counts(mongo: str, named_database: str) -> None:
    stage = scene()
    stage.hears(arrived("L1", "BIKE"))
    stage.hears(arrived("L2"))
    stage.hears(put_right("L1", "LAPTOP"))
    stage.hears(set_state("L1", "in_repair", "the [lid]"), time=NOON + timedelta(days=1))
    stage.hears(placed(item(quantity=1)))
    stage.hears(scan("L2"))
    stage.hears(cancel())
    stage.hears(give_back(condition="damaged"))
    with MongoClient[dict[str, Any]](mongo) as client:
        stage.keep_in(client[f"{named_database}_fulfillment"])

    assert "LAPTOP 1 1" in said()
    told = said("history", "l1")
    assert told[0] == "state in repair (withheld: in repair; by its contracts available)"
    assert [row.split(" UTC ")[1] for row in told if "Grace" in row] == [
        "SKU LAPTOP Grace: the wrong delivery note",
        "in repair Grace: the [lid]",
    ]
    assert said("history", "l2")[0] == "state unavailable (withheld: damaged; by its contracts returned)"
