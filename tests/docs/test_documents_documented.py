"""Every collection of every service stands in the architecture's table of documents, and no other."""

import re
from pathlib import Path
from typing import Final

import pytest

from services.billing.service import billing
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION
from services.engine.core.answer import ANSWERS
from services.engine.core.marks import MARKS
from services.engine.core.memory import PROCESSED
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders

TEXT: Final = (Path(__file__).resolve().parents[2] / "docs/architecture.md").read_text("utf-8")
OF_EVERY_SERVICE: Final = {CHECKPOINTS, MARKS, ANSWERS, INSTALLATION, PROCESSED}


def rows(service: str) -> list[str]:
    """The rows below a service's own heading in the table."""
    table = TEXT[TEXT.index("| collection | one for each |") :]
    table = table[: table.index("\n\n")]
    parts = re.split(r"^\| \*([a-z ]+)\* \|.*$", table, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[service].strip().splitlines()


def named(service: str) -> set[str]:
    return {name for row in rows(service) for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}


@pytest.mark.parametrize("service", [orders(), fulfillment(), billing()], ids=lambda service: str(service.name))
def test_the_table_has_every_collection_of_a_service(service: Service) -> None:
    assert named(service.name) == {collection.name for collection in service.collections} - OF_EVERY_SERVICE


def test_the_table_has_what_every_service_keeps() -> None:
    assert named("every service") == OF_EVERY_SERVICE


@pytest.mark.parametrize("service", ["every service", "orders", "fulfillment", "billing"])
def test_every_collection_says_its_bound(service: str) -> None:
    assert [row for row in rows(service) if not row.split("|")[4].strip()] == []
