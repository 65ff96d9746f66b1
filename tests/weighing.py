"""A scene that weighs what a service loads and writes: bytes, as the database has them, not time."""

from dataclasses import dataclass
from typing import Any

from bson import BSON

from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import BatchUnitOfWork, Write
from tests.scene import Scene


@dataclass
class Weighing(Scene):
    """``loaded`` counts the bytes of the documents that were loaded, ``written`` those that the writes name.

    ``stored`` counts what the database holds of a document after each write of it: what its storage has to write anew
    where it cannot write a part.
    """

    loaded: int = 0
    written: int = 0
    stored: int = 0

    def _load(self, work: BatchUnitOfWork, keys: tuple[Key, ...], pages: tuple[tuple[str, Page[Any]], ...]) -> None:
        super()._load(work, keys, pages)
        self.loaded += sum(len(BSON.encode(self.documents[key])) for key in keys if key in self.documents)

    def _write(self, write: Write) -> None:
        super()._write(write)
        self.written += len(BSON.encode(write.fields or {}))
        kept = self.documents.get((write.collection, write.id))
        self.stored += 0 if kept is None else len(BSON.encode(kept))
