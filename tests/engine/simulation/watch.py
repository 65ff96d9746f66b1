"""A store and a producer that look at what the engine does with them.

They complain about what only shows much later, or as slowness, and count what nobody injects by name: it comes of
other faults, and is only seen here.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.core import planning
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing, Place
from services.engine.core.unit_of_work import Write
from tests.engine.memory.database import MemoryDatabase, decoded
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.producer import MemoryProducer
from tests.engine.memory.store import CHECKPOINTS, MemoryStore, MemoryTransaction
from tests.engine.simulation.faults import Faults


class Defect(Exception):
    """A failure that belongs to no message, and that no port names: a defect of the shell."""


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
            store.faults.struck["batch.redelivered_in_others"] += self._cut_otherwise(store, checkpoint)
        if store.faults.strikes("store.defect"):
            raise Defect
        await super().save(writes, checkpoints)

    def _cut_otherwise(self, store: "WatchedStore", checkpoint: Checkpoint) -> bool:
        """Whether the batch begins among records that another owner of the lane had in a batch, and ends elsewhere."""
        stored = self._database.get((CHECKPOINTS, checkpoint.lane), self._open.snapshot)
        begins = {} if stored is None else from_document(decoded(stored)).offsets
        found = False
        for topic, end in checkpoint.offsets.items():
            begin, place = begins.get(topic, 0), (store.database, checkpoint.lane, topic)
            if begin == end:
                continue
            epoch, _, ended = store.faults.tried.get(place, (checkpoint.epoch, begin, begin))
            found = found or (epoch != checkpoint.epoch and begin < ended != end)
            store.faults.tried[place] = (checkpoint.epoch, begin, end)
        return found


class WatchedProducer(MemoryProducer):
    """Counts the first batches of a fresh producer that were lost while a second one was to follow: a client that does
    not wait for acknowledgements would have written the second one first.
    """

    def __init__(self, log: MemoryLog, faults: Faults) -> None:
        super().__init__(log, faults)
        self._faults = faults

    async def in_order(self, ours: int, place: Place, records: Sequence[Outgoing]) -> None:
        """As before, counted."""
        fresh, end = place not in self._sequences, self._log.ends(place)[1]
        try:
            await super().in_order(ours, place, records)
        except NotSaid:
            behind = self._log.read(place, end, 1_000_000)
            lost = not any((record.key, record.value) == (records[0].key, records[0].value) for record in behind)
            if fresh and lost and ours == self._id and len(records) > self._in_batch:
                self._faults.struck["producer.first_lost"] += 1
            raise


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
