"""The world as the engine sees it: a consumer, a store, a producer, a clock. Each has a real and an in-memory form,
and both pass one contract suite (``tests/engine/contract``).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.plan import Plan
from services.engine.core.record import Outgoing, Place, Record
from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import Write


class Consumer(Protocol):
    """A member of the service's group. Records come to the engine by themselves; this is for everything else."""

    def assigned(self) -> frozenset[Place]:
        """The partitions that the group gave us, as far as we know; none while we know that it changes."""

    def seek(self, place: Place, offset: int) -> None:
        """The next record to come from there is this one. Does nothing for a partition that is not ours."""

    def pause(self, places: Sequence[Place]) -> None:
        """Nothing more comes from there until it is resumed."""

    def resume(self, places: Sequence[Place]) -> None:
        """Records may come again."""

    async def committed(self, places: Sequence[Place]) -> Mapping[Place, int | None]:
        """The group's committed offsets. Raises ``Doubt`` when nobody answers."""

    async def ends(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        """First and next offset of each log. Raises ``Doubt`` when nobody answers."""

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Commits exactly these. Raises ``NotOurs`` when refused, ``Doubt`` when nobody answers."""


class Transaction(Protocol):
    """One snapshot of the store, and what is written on it."""

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        """The documents that are there. Raises ``Doubt`` or ``Conflict``."""

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        """The documents of a page, by id. Raises ``Doubt`` or ``Conflict``."""

    async def save(self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint]) -> None:
        """Writes documents and checkpoints. A checkpoint is saved over (``epoch``, ``batch`` - 1) of its lane only.

        Raises ``Fenced``, ``Conflict``, ``Unstorable`` or ``Doubt``; in none of these cases anything is saved.
        """

    async def commit(self) -> None:
        """Makes it so, by a majority. Raises ``Conflict`` (not saved) or ``Doubt`` (unknown)."""


class Store(Protocol):
    """The service's own database."""

    async def read(self, lane: int) -> Checkpoint | None:
        """The lane's checkpoint by majority read, None before the first acquisition. Raises ``Doubt``."""

    async def end_session(self, session: bytes) -> None:
        """Ends what a former owner left open, so that its locks are gone. Raises ``Doubt``."""

    async def acquire(self, lane: int) -> Checkpoint:
        """Raises the lane's epoch by a majority write, and notes of how many lanes it is one; returns the document that
        this write made. Raises ``Doubt``; ``Stop`` if it is one of another number: then nothing is written.

        A lane that was never saved begins under the incarnations of the others.
        """

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction; leaving it without a commit undoes everything."""

    @property
    def session(self) -> bytes | None:
        """The session under which this store writes; another one after ``renew``."""

    async def renew(self) -> None:
        """Takes a new session; every lane must be acquired again."""


class Producer(Protocol):
    """Publishes what is stored."""

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Returns when every record is acknowledged. A partition's records go in order, each produce batch after the
        acknowledgement of the one before; it stops at the first failure. Raises ``NotSaid``.
        """

    async def replace(self) -> None:
        """A fresh producer; the old one can write nothing more."""


class Clock(Protocol):
    """Time and chance, as far as the engine's shell needs them: for waiting, never for deciding."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Waits."""

    def chance(self) -> float:
        """A random number from 0 to 1."""


class Figures(Protocol):
    """What is counted for those who watch. Nothing here may raise, or wait: it is no part of deciding."""

    def consumed(self, records: Sequence[Record]) -> None:
        """A batch was polled, and is about to be decided."""

    def decided(self, plan: Plan, seconds: float) -> None:
        """A batch was saved, said and committed, after so long."""

    def failed(self, why: str) -> None:
        """A batch was given back: ``conflict``, ``doubt``, ``error``."""

    def acquired(self, lane: int) -> None:
        """A lane was acquired."""

    def reassigned(self) -> None:
        """The group changed: no lane is in hand."""


class Spans(Protocol):
    """What is told of batches to whoever follows traces. As with figures: nothing here may raise, or wait."""

    def decided(self, plan: Plan, lanes: int, said: int, seconds: float) -> None:
        """A batch of so many lanes was saved, said and committed, after so long."""


class NoSpans:
    """Nobody follows."""

    def decided(self, plan: Plan, lanes: int, said: int, seconds: float) -> None:
        """Nothing."""


class NoFigures:
    """Nobody watches."""

    def consumed(self, records: Sequence[Record]) -> None:
        """Nothing."""

    def decided(self, plan: Plan, seconds: float) -> None:
        """Nothing."""

    def failed(self, why: str) -> None:
        """Nothing."""

    def acquired(self, lane: int) -> None:
        """Nothing."""

    def reassigned(self) -> None:
        """Nothing."""
