"""The databases, read in pages by id. A page is as it was at one moment, the whole is not: hence the second look."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from typing import Any, Final

from pymongo.read_concern import ReadConcern

from installation import SERVICES
from installation.errors import InstallationError, mongo_answers
from operations.verify.books import Books
from operations.verify.kept import COLLECTIONS, IGNORED, PAGES_FIELDS, enter_checkpoint, enter_document
from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.adapters.mongo_store import CHECKPOINTS, INSTALLATION, Client
from services.engine.core.checkpoint import Checkpoint

PAGE: Final = 250
"""Documents that are asked for at a time."""


class Databases:
    """The three databases of an installation; ``opened_databases`` makes one."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    async def enter(self, books: Books) -> None:
        """Everything that the invariants need, as it is now. The books must hold nothing of it yet."""
        for service, collection, _ in COLLECTIONS:
            few = collection == "invoice_pages"
            fields = dict.fromkeys(PAGES_FIELDS, 1) if few else dict.fromkeys(IGNORED, 0)
            async for page in self._pages(service, collection, fields):
                for document in page:
                    enter_document(books, service, collection, document)
        for service in SERVICES:
            async for page in self._pages(service, CHECKPOINTS):
                for document in page:
                    enter_checkpoint(books, service, document)

    async def checkpoints(self, service: str) -> Sequence[Checkpoint]:
        """The checkpoints of a service's lanes that can be read."""
        documents = [document async for page in self._pages(service, CHECKPOINTS) for document in page]
        found = []
        for document in documents:
            with suppress(Exception):  # `enter_checkpoint` tells of one that cannot be read
                found.append(from_document(document))
        return found

    async def exist(self) -> bool:
        """Whether any of the services ever ran on these databases."""
        for service in SERVICES:
            async for page in self._pages(service, INSTALLATION):
                return bool(page)
        return False

    async def _pages(
        self, service: str, collection: str, fields: dict[str, int] | None = None
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        database = self._client.get_database(f"{self._prefix}_{service}", read_concern=ReadConcern("majority"))
        asked: dict[str, Any] = {}
        while True:
            cursor = database[collection].find(asked, fields, batch_size=PAGE + 1).sort("_id", 1).limit(PAGE)
            page = await cursor.to_list(None)
            if page:
                yield page
            if len(page) < PAGE:
                return
            asked = {"_id": {"$gt": page[-1]["_id"]}}


@asynccontextmanager
async def opened_databases(uri: str, prefix: str) -> AsyncIterator[Databases]:
    """The databases whose names begin with ``prefix``. Raises ``InstallationError`` if MongoDB does not answer or no
    service ever ran there.
    """
    client: Client = Client(
        uri,
        tz_aware=True,
        serverSelectionTimeoutMS=5_000,
        unicode_decode_error_handler="replace",  # whatever somebody wrote there, its page is read
        datetime_conversion="DATETIME_AUTO",
    )
    databases = Databases(client, prefix)
    with closing(client), mongo_answers():
        if not await databases.exist():
            raise InstallationError(
                f"No service ever ran on databases {prefix}_*: check LEASELINE_MONGO and LEASELINE_DATABASES."
            )
        yield databases
