"""Which requests a customer or a SKU has decided: apart from their settings, which every order reads."""

from services.engine.heard import Heard, remember
from services.engine.kept import Kept
from services.engine.message import Message


class DecidedRequests(Kept):
    """The last requests about a subject (``sku:<SKU>``, ``customer:<id>``), whether they took effect or not."""

    heard: tuple[Heard, ...] = ()

    def with_one(self, message: Message, outcome: str, keep: int) -> "DecidedRequests":
        """The memory with this one in it; the oldest beyond ``keep`` are forgotten."""
        return DecidedRequests(heard=remember(self.heard, message, outcome, keep)[-keep:])
