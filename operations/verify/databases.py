"""The databases, read one document after another. Each is as it was at one moment, the whole is not: hence the second
look.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from bson import CodecOptions, DatetimeConversion, decode
from bson.raw_bson import RawBSONDocument

from installation import SERVICES
from installation.errors import InstallationError, mongo_answers
from operations.verify.books import Books
from operations.verify.kept import COLLECTIONS, IGNORED, PAGES_FIELDS, AnyDocument, enter_checkpoint, enter_document
from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.adapters.mongo_client import Client, connect
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION
from services.engine.core.checkpoint import Checkpoint

AT_ONCE: Final = 250
"""Documents that are asked for at a time. They come as bytes, and only one of them is unpacked at a time."""
UNPACKED: Final[CodecOptions[dict[str, Any]]] = CodecOptions(
    tz_aware=True,
    unicode_decode_error_handler="replace",  # whatever somebody wrote there, it is read
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)
PACKED: Final[CodecOptions[RawBSONDocument]] = UNPACKED.with_options(document_class=RawBSONDocument)


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
            async for document in self._documents(service, collection, fields):
                enter_document(books, service, collection, document)
        for service in SERVICES:
            async for document in self._documents(service, CHECKPOINTS):
                enter_checkpoint(books, service, document)

    async def checkpoints(self, service: str) -> Sequence[Checkpoint]:
        """The checkpoints of a service's lanes that can be read."""
        found = []
        async for document in self._documents(service, CHECKPOINTS):
            with suppress(Exception):  # `enter_checkpoint` tells of one that cannot be read
                found.append(from_document(document))
        return found

    async def exist(self) -> bool:
        """Whether any of the services ever ran on these databases."""
        for service in SERVICES:
            database = self._client[f"{self._prefix}_{service}"].with_options(codec_options=UNPACKED)
            if await database[INSTALLATION].find_one({}, {"_id": 1}) is not None:
                return True
        return False

    async def _documents(
        self, service: str, collection: str, fields: dict[str, int] | None = None
    ) -> AsyncIterator[AnyDocument]:
        """All of a collection by id, whatever types its ids have: the server keeps the place in the index. A condition
        that an id be above the last one would find ids of that one's type only, and end before those behind it.
        """
        database = self._client[f"{self._prefix}_{service}"].with_options(codec_options=PACKED)
        async for document in database[collection].find({}, fields, batch_size=AT_ONCE).sort("_id", 1):
            found: dict[str, Any] = decode(document.raw, UNPACKED)
            yield found


@asynccontextmanager
async def opened_databases(uri: str, prefix: str) -> AsyncIterator[Databases]:
    """The databases whose names begin with ``prefix``. Raises ``InstallationError`` if MongoDB does not answer or no
    service ever ran there.
    """
    with mongo_answers():
        async with connect(uri) as client:
            databases = Databases(client, prefix)
            if not await databases.exist():
                raise InstallationError(
                    f"No service ever ran on databases {prefix}_*: check LEASELINE_MONGO and LEASELINE_DATABASES."
                )
            yield databases
