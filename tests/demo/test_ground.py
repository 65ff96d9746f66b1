"""On servers of one's own the demonstration touches nothing that is there."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from demo import ground, run
from demo.ground import installed
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses
from installation.errors import InstallationError
from operations.terminal.screen import Screen
from tests.deploy.records import create_topic, publish

Installed = tuple[Path, Addresses]


async def _never(*_: object) -> None:
    pytest.fail("the demonstration went on")


@pytest.fixture
def own(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Addresses]:
    """Servers that the environment names."""
    addresses = installed[1]
    for variable, address in addresses.as_environment().items():
        monkeypatch.setenv(variable, address)
    monkeypatch.setattr(run, "create_topics", _never)
    yield addresses
    with MongoClient[dict[str, object]](addresses.mongo) as client:
        client.drop_database("leaseline_orders")


def test_servers_without_an_installation_are_free_even_where_topics_were_made(own: Addresses) -> None:
    asyncio.run(create_topic(own.kafka, "orders.requests"))

    assert asyncio.run(installed(own, "leaseline")) == ()


def test_an_installation_of_ones_own_is_left_alone_and_the_message_says_what_to_do(
    own: Addresses, tmp_path: Path
) -> None:
    with MongoClient[dict[str, object]](own.mongo) as client:
        client["leaseline_orders"]["orders"].insert_one({"_id": "REAL-1"})

    with pytest.raises(InstallationError, match=f"leaseline_orders.*{KAFKA_VARIABLE} and {MONGO_VARIABLE} unset"):
        run.run(Screen(file=io.StringIO()), again=False, data=tmp_path)


def test_records_on_the_topics_are_an_installation_too(own: Addresses, tmp_path: Path) -> None:
    asyncio.run(create_topic(own.kafka, "catalog.requests"))
    asyncio.run(publish(own.kafka, "catalog.requests", b"somebody's"))

    with pytest.raises(InstallationError, match=r"there is one: catalog\.requests\."):
        run.run(Screen(file=io.StringIO()), again=False, data=tmp_path)


def test_feeding_again_where_nothing_is_says_so_on_servers_of_ones_own_too(
    own: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_addresses: Addresses, _databases: str) -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(ground, "installed", nothing)

    with pytest.raises(InstallationError, match="nothing to feed again"):
        run.run(Screen(file=io.StringIO()), again=True, data=tmp_path)
    assert own.kafka
