"""One mongod as a replica set of one member: transactions need a replica set."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.local import ports, runtime

if TYPE_CHECKING:
    from services.engine.adapters.mongo_client import Client

REPLICA_SET: Final = "rs0"

EVICTION: Final = (
    "eviction_dirty_target=20,eviction_dirty_trigger=40,eviction_updates_target=15,eviction_updates_trigger=30"
)
"""Background eviction was a third of mongod's CPU with the defaults."""

NOT_YET_INITIALIZED: Final = 94


class Mongod:
    """How to prepare, start and ask one mongod on a data folder."""

    name = "MongoDB"

    def __init__(self, folder: Path, port: int, *, cache_gb: float, test_commands: bool) -> None:
        """`test_commands` allows `failCommand`, by which tests make commands fail."""
        self.port = port
        self._folder = folder
        self._cache_gb = cache_gb
        self._test_commands = test_commands

    @property
    def address(self) -> str:
        """The URI for clients."""
        return f"mongodb://{self._member}/?replicaSet={REPLICA_SET}"

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments."""
        parameters = {
            "minSnapshotHistoryWindowInSeconds": "0",
            "diagnosticDataCollectionEnabled": "false",
            "shutdownTimeoutMillisForSignaledShutdown": "100",
            "enableTestCommands": "1" if self._test_commands else "0",
        }
        return (
            str(runtime.mongod()),
            *(
                "--replSet",
                REPLICA_SET,
                "--bind_ip",
                ports.LOOPBACK,
                "--port",
                str(self.port),
                "--nounixsocket",
            ),
            *("--dbpath", str(self._folder), "--wiredTigerCacheSizeGB", str(self._cache_gb)),
            *("--wiredTigerEngineConfigString", EVICTION, "--oplogSize", "512"),
            *(part for key, value in parameters.items() for part in ("--setParameter", f"{key}={value}")),
        )

    async def prepare(self, log: Path) -> None:  # noqa: ARG002 - Kafka's tool writes there
        """Makes the data folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    async def until_it_answers(self) -> None:
        """Returns once the member is primary and takes writes; asks for ever until then."""
        from pymongo.errors import PyMongoError  # noqa: PLC0415 - loaded while mongod starts

        from services.engine.adapters.mongo_client import connect  # noqa: PLC0415

        async with connect(f"mongodb://{self._member}/?directConnection=true", answer_within=0.2) as client:
            while True:
                try:
                    hello = await client.admin.command("hello")
                    if hello.get("isWritablePrimary"):
                        return
                    if "setName" not in hello:
                        await self._introduce(client)
                except PyMongoError:
                    pass  # not there yet; how long to go on asking is the caller's business
                await asyncio.sleep(0.05)

    async def _introduce(self, client: "Client") -> None:
        """Tells the member its own address: for the first time, or since its port is another one now."""
        from pymongo.errors import OperationFailure  # noqa: PLC0415

        members = [{"_id": 0, "host": self._member}]
        try:
            stored = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        else:
            changed = stored | {"version": stored["version"] + 1, "members": members}
            await client.admin.command("replSetReconfig", changed, force=True)

    @property
    def _member(self) -> str:
        return f"{ports.LOOPBACK}:{self.port}"
