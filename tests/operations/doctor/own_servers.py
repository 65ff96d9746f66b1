"""Servers that these tests may set up wrongly: a Kafka that heeds rights, and MongoDBs of every kind."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from deploy.local.kafka import Kafka
from deploy.local.mongod import Mongod
from deploy.local.parent import die_with_parent
from deploy.local.ports import Holding

PATIENCE = 60.0
PASSWORD = "s3cret-Pa55"
KEY = "bGVhc2VsaW5lLWxlYXNlbGluZQ"


class HeedingKafka(Kafka):
    """Everybody may do everything, until an ACL says otherwise."""

    async def prepare(self, log: Path) -> None:
        await super().prepare(log)
        with self._properties.open("a") as more:
            more.write("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n")
            more.write("allow.everyone.if.no.acl.found=true\n")


class OtherMongod(Mongod):
    """One with other options than those that an installation is given."""

    def __init__(self, folder: Path, port: int, *options: str, alone: bool = False) -> None:
        super().__init__(folder, port, cache_gb=0.25, test_commands=True)
        self._options = options
        self._alone = alone

    @property
    def command(self) -> tuple[str, ...]:
        usual = super().command
        return (*(usual[:1] + usual[3:] if self._alone else usual), *self._options)


@contextmanager
def running(server: Kafka | Mongod, folder: Path, *, introduced: bool = True) -> Iterator[None]:
    """The server, until the block is left; not ``introduced``: as soon as it listens."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("wb") as log:
        asyncio.run(server.prepare(folder / "log"))
        process = subprocess.Popen(server.command, stdout=log, stderr=log, preexec_fn=die_with_parent())  # noqa: PLW1509 - a prctl call, which takes no lock
        try:
            asyncio.run(asyncio.wait_for(server.until_it_answers() if introduced else _listens(server), PATIENCE))
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


async def _listens(server: Kafka | Mongod) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


@contextmanager
def kafka(folder: Path) -> Iterator[str]:
    """Its address."""
    with Holding() as ports:
        server = HeedingKafka(folder / "kafka", ports.free(), ports.free())
        with running(server, folder):
            yield server.address


@contextmanager
def guarded_mongod(folder: Path) -> Iterator[str]:
    """The address of a replica set of one member that asks for passwords, as its administrator."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    with Holding() as ports:
        server = OtherMongod(folder / "mongo", ports.free(), "--keyFile", str(key))
        with running(server, folder, introduced=False):
            host = f"127.0.0.1:{server.port}"
            with MongoClient[dict[str, Any]](f"mongodb://{host}/?directConnection=true") as client:
                client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": host}]})
            asyncio.run(asyncio.wait_for(server.until_it_answers(), PATIENCE))
            with MongoClient[dict[str, Any]](server.address) as client:
                client.admin.command("createUser", "doctor", pwd=PASSWORD, roles=["root"])
            yield as_user(server.address, "doctor")


@contextmanager
def lone_mongod(folder: Path) -> Iterator[str]:
    """The address of one that is no replica set."""
    with Holding() as ports:
        server = OtherMongod(folder / "mongo", ports.free(), alone=True)
        with running(server, folder, introduced=False):
            yield f"mongodb://127.0.0.1:{server.port}/?directConnection=true"


@contextmanager
def set_with_arbiter(folder: Path) -> Iterator[str]:
    """The address of a replica set of one member with data and an arbiter, without the journal for majorities."""
    with Holding() as ports:
        data, arbiter = (OtherMongod(folder / name, ports.free()) for name in ("data", "arbiter"))
        hosts = [f"127.0.0.1:{data.port}", f"127.0.0.1:{arbiter.port}"]
        config = {
            "_id": "rs0",
            "writeConcernMajorityJournalDefault": False,
            "settings": {"electionTimeoutMillis": 500, "heartbeatIntervalMillis": 100},
            "members": [{"_id": 0, "host": hosts[0]}, {"_id": 1, "host": hosts[1], "arbiterOnly": True}],
        }
        with running(arbiter, folder / "a", introduced=False), running(data, folder / "d", introduced=False):
            with MongoClient[dict[str, Any]](f"mongodb://{hosts[0]}/?directConnection=true") as client:
                client.admin.command("replSetInitiate", config)
            asyncio.run(asyncio.wait_for(data.until_it_answers(), PATIENCE))
            yield data.address


def as_user(address: str, name: str) -> str:
    """The address with this user's name and password."""
    return address.replace("mongodb://", f"mongodb://{name}:{PASSWORD}@").replace("/?", "/?authSource=admin&")
