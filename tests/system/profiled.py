"""Everything that any process asked of the databases of an installation, as MongoDB itself notes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from pymongo import MongoClient

from installation import SERVICES
from services.http.callers.key_store import database_of
from tests.system.installation import Installation

ROOM: Final = 256 * 1024 * 1024


class Profiled:
    """The databases of an installation, with their profilers."""

    def __init__(self, client: MongoClient[dict[str, Any]], prefix: str) -> None:
        names = [*(f"{prefix}_{service}" for service in SERVICES), database_of(prefix)]
        self._databases = [client[name] for name in names]

    def begin(self) -> None:
        """Notes everything from now on."""
        for database in self._databases:
            database.create_collection("system.profile", capped=True, size=ROOM)
            database.command("profile", 2)

    def end(self) -> None:
        """Notes nothing any more."""
        for database in self._databases:
            database.command("profile", 0)

    def commands(self) -> Iterator[Mapping[str, Any]]:
        """Everything that was asked."""
        for database in self._databases:
            for row in database["system.profile"].find({"op": {"$nin": ["none"]}}):
                yield row.get("command", {})

    def documents(self) -> Iterator[Mapping[str, Any]]:
        """Everything that is kept."""
        for database in self._databases:
            for name in database.list_collection_names():
                if not name.startswith("system."):
                    yield from database[name].find()


@contextmanager
def profiled(installation: Installation) -> Iterator[Profiled]:
    """From here to the end of the block."""
    with MongoClient[dict[str, Any]](installation.addresses.mongo) as client:
        found = Profiled(client, installation.databases)
        found.begin()
        try:
            yield found
        finally:
            found.end()
