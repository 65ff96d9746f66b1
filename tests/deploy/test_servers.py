"""The embedded servers, as those see them who need them."""

import asyncio
import platform
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient

from deploy.local import servers
from deploy.local.errors import DataInUse, NotOnThisPlatform, PortTaken, ServerFailed
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses
from tests.deploy.records import create_topic, first_record, publish
from tests.servers import Servers

AnyDocument = dict[str, object]


def port_of(address: str) -> int:
    return int(address.removeprefix("mongodb://").partition("/")[0].rpartition(":")[2])


def test_what_was_stored_and_published_is_there_after_a_restart_on_other_ports(
    tmp_path: Path, small_servers: Servers
) -> None:
    with small_servers(tmp_path) as before, MongoClient[AnyDocument](before.mongo) as client:
        client.shop.orders.insert_one({"_id": "order-1"})
        asyncio.run(create_topic(before.kafka, "orders.events"))
        asyncio.run(publish(before.kafka, "orders.events", b"placed"))
    with ExitStack() as stack:
        for address in (before.kafka, before.mongo):
            stack.enter_context(socket.socket()).bind(("127.0.0.1", port_of(address)))
        after = stack.enter_context(small_servers(tmp_path))
        assert {after.kafka, after.mongo}.isdisjoint({before.kafka, before.mongo})
        client = stack.enter_context(MongoClient[AnyDocument](after.mongo))
        assert client.shop.orders.find_one() == {"_id": "order-1"}
        assert asyncio.run(first_record(after.kafka, "orders.events")).value == b"placed"


def test_a_later_start_takes_the_same_ports(tmp_path: Path, small_servers: Servers) -> None:
    with small_servers(tmp_path) as before:
        pass
    with small_servers(tmp_path) as after:
        assert (after.kafka, after.mongo) == (before.kafka, before.mongo)


@pytest.mark.long  # a time says something only while nothing else runs
def test_a_later_start_takes_under_six_seconds(tmp_path: Path, small_servers: Servers) -> None:
    with small_servers(tmp_path):
        pass
    began = time.monotonic()
    with small_servers(tmp_path):
        assert time.monotonic() - began < 6


def test_a_fresh_start_empties_the_servers_data_and_spares_what_else_lies_there(
    tmp_path: Path, small_servers: Servers
) -> None:
    with small_servers(tmp_path) as addresses, MongoClient[AnyDocument](addresses.mongo) as client:
        client.shop.orders.insert_one({"_id": "order-1"})
    (tmp_path / "notes.txt").write_text("mine")
    with small_servers(tmp_path, fresh=True) as addresses, MongoClient[AnyDocument](addresses.mongo) as client:
        assert "shop" not in client.list_database_names()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(tmp_path: Path, small_servers: Servers) -> None:
    before = children()
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        with (
            pytest.raises(PortTaken, match=f"Port {port} .* asked for MongoDB"),
            small_servers(tmp_path, mongo_port=port),
        ):
            pass
    assert children() == before


def test_a_data_folder_in_use_is_refused_and_its_holder_named(
    installed: tuple[Path, Addresses], small_servers: Servers
) -> None:
    data, addresses = installed
    assert addresses.mongod_pid is not None
    supervisor = psutil.Process(addresses.mongod_pid).ppid()
    with pytest.raises(DataInUse, match=f"process {supervisor}"), small_servers(data, fresh=True):
        pass
    with MongoClient[AnyDocument](addresses.mongo) as client:
        assert client.admin.command("ping")["ok"] == 1  # the refusal came before anything was emptied


def test_a_failed_start_shows_the_end_of_the_servers_log_and_where_it_lies(
    tmp_path: Path, small_servers: Servers
) -> None:
    before = children()
    (tmp_path / "kafka" / "log").mkdir(parents=True)
    (tmp_path / "kafka" / "log" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=another\n")
    with pytest.raises(ServerFailed) as failure, small_servers(tmp_path):
        pass
    assert "Kafka ended at its start" in str(failure.value)
    assert str(tmp_path / "logs" / "kafka.log") in str(failure.value)
    assert "node id" in str(failure.value).partition("kafka.log")[2]
    assert children() == before


def test_a_server_that_ends_by_itself_is_reported_to_its_owner(tmp_path: Path, small_servers: Servers) -> None:
    with (  # noqa: PT012 - what ends the servers has to happen inside
        pytest.raises(ServerFailed, match="MongoDB ended by itself"),
        small_servers(tmp_path) as addresses,
    ):
        assert addresses.mongod_pid is not None
        assert addresses.kafka_pid is not None
        kafka = psutil.Process(addresses.kafka_pid)
        psutil.Process(addresses.mongod_pid).kill()
        kafka.wait(20)


def test_servers_that_the_environment_names_are_used_and_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_servers: Servers
) -> None:
    monkeypatch.setenv(KAFKA_VARIABLE, "kafka.example:9092")
    monkeypatch.setenv(MONGO_VARIABLE, "mongodb://mongo.example/?replicaSet=rs0")
    with small_servers(tmp_path) as addresses:
        assert addresses == Addresses("kafka.example:9092", "mongodb://mongo.example/?replicaSet=rs0")
    assert list(tmp_path.iterdir()) == []


def test_a_kafka_of_ones_own_goes_with_a_mongodb_started_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_servers: Servers
) -> None:
    monkeypatch.setenv(KAFKA_VARIABLE, "kafka.example:9092")
    with small_servers(tmp_path) as addresses, MongoClient[AnyDocument](addresses.mongo) as client:
        assert addresses.kafka == "kafka.example:9092"
        assert addresses.kafka_pid is None
        assert client.admin.command("ping")["ok"] == 1


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("linux", "aarch64"), ("win32", "AMD64")])
def test_elsewhere_the_message_says_what_to_do_instead(
    system: str, machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_servers: Servers
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(NotOnThisPlatform, match="LEASELINE_KAFKA=host:port LEASELINE_MONGO="), small_servers(tmp_path):
        pass


def test_the_servers_listen_on_loopback_alone(installed: tuple[Path, Addresses]) -> None:
    _, addresses = installed
    listening = {
        connection.laddr.ip.removeprefix("::ffff:")
        for pid in (addresses.kafka_pid, addresses.mongod_pid)
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.usefixtures("nobody_names_servers")
def test_a_folder_on_which_nothing_runs_has_no_servers_to_find_or_stop(tmp_path: Path) -> None:
    assert servers.found(tmp_path) is None
    assert servers.stop(tmp_path) is False


def children() -> set[int]:
    """The processes under this one that still run."""
    under = psutil.Process().children(recursive=True)
    return {each.pid for each in under if each.status() != psutil.STATUS_ZOMBIE}
