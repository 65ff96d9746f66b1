"""Documents on their way into the database, many at a time."""

from typing import Final

from services.billing.rebuilding.lane import Kept
from services.billing.service import COLLECTIONS
from services.engine.adapters.mongo_rebuilding import Database, put_documents
from services.engine.core.document import Stored, stored_form
from services.engine.core.marks import COLLECTION

AT_ONCE: Final = 1_000
NAMES: Final = {each.kind: each.name for each in (*COLLECTIONS, COLLECTION)}


class Putting:
    """``count`` is how many there were."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        self._database = database
        self._waiting: dict[str, list[tuple[str, Stored]]] = {}

    async def put(self, kept: Kept) -> None:
        """One more."""
        kind, id_, document = kept
        waiting = self._waiting.setdefault(NAMES[kind], [])
        waiting.append((id_, stored_form(document)))
        self.count += 1
        if len(waiting) == AT_ONCE:
            await self._write(NAMES[kind])

    async def end(self) -> None:
        """All of them are there then."""
        for name in tuple(self._waiting):
            await self._write(name)

    async def _write(self, name: str) -> None:
        waiting = self._waiting.pop(name)
        if waiting:
            await put_documents(self._database, name, waiting)
