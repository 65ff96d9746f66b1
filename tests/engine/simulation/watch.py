"""A store that looks at what the engine saves, and complains about what only shows much later, or as slowness."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from services.engine import planning
from services.engine.checkpoint import Checkpoint
from services.engine.desk import Write
from services.engine.memory.database import MemoryDatabase
from services.engine.memory.store import MemoryStore, MemoryTransaction
from tests.engine.simulation.faults import Faults


class WatchedTransaction(MemoryTransaction):
    """Looks at the checkpoints before they are saved."""

    async def save(self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint]) -> None:
        """As before, with complaints."""
        store = self._store
        assert isinstance(store, WatchedStore)
        everything = (outgoing for checkpoint in checkpoints for outgoing in checkpoint.outgoing)
        said = sum(outgoing.size for outgoing in everything if not outgoing.topic.endswith(".dead-letters"))
        if said > planning.MOST_SAID + store.one_message:
            store.faults.complaints.append(f"a batch of {said} bytes to be said was not cut")
        for checkpoint in checkpoints:
            if checkpoint.session != self._open.session:
                store.faults.complaints.append(f"lane {checkpoint.lane} names a session that does not hold its locks")
        await super().save(writes, checkpoints)


class WatchedStore(MemoryStore):
    """Its complaints are the checker's. ``left_behind`` is the generation of a member whose group has moved on.

    ``one_message``: bytes that a single message of the services says at most; by default the tiny ones.
    """

    transactions = WatchedTransaction
    one_message: ClassVar[int] = 4_000

    def __init__(self, database: MemoryDatabase, faults: Faults) -> None:
        super().__init__(database, faults)
        self.faults = faults
        self.left_behind: Callable[[], int | None] = lambda: None
        self._duels: set[tuple[int, int]] = set()

    async def acquire(self, lane: int) -> Checkpoint:
        """Once may a member be overtaken by its group just before this; a second time it was not asked."""
        generation = self.left_behind()
        if generation is not None:
            if (generation, lane) in self._duels:
                self.faults.complaints.append(f"lane {lane} is fought for by a member that the group has given up")
            self._duels.add((generation, lane))
        return await super().acquire(lane)
