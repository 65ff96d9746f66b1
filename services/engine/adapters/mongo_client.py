"""The one client of MongoDB beside the engine's store: commands, queries and the HTTP side open theirs here."""

from typing import Any

from pymongo import AsyncMongoClient

from services.engine.adapters.mongo_address import weakness
from services.engine.core.faults import Stop

Client = AsyncMongoClient[dict[str, Any]]
"""A client whose documents are plain dictionaries."""


def connect(address: str, *, answer_within: float = 5.0, done_within: float | None = None) -> Client:
    """A client that reads from the primary what a majority has, and writes by a majority; moments come with UTC.

    Use it as ``async with connect(...) as client``: leaving closes it. Nothing is connected before the first question;
    that raises ``pymongo.errors.ServerSelectionTimeoutError`` if no primary is found within ``answer_within`` seconds.
    With ``done_within`` the server gives up a question after so many seconds (``maxTimeMS``), and the client, too.
    Raises ``Stop`` if the address asks for less than the primary and a majority (``docs/architecture.md`` rule 2).
    """
    if (weak := weakness(address)) is not None:
        raise Stop(weak)
    return AsyncMongoClient(
        address,
        tz_aware=True,
        readPreference="primary",
        readConcernLevel="majority",
        w="majority",
        serverSelectionTimeoutMS=round(answer_within * 1000),
        timeoutMS=None if done_within is None else round(done_within * 1000),
    )
