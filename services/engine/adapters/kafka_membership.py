"""A member of the service's group: what aiokafka's consumer must do for the engine, with a time limit around each call.

Known of the libraries: a bare ``commit()`` commits what was never decided, so offsets are always explicit; a commit
that is refused makes the client forget its membership, so none is sent while that is being renewed.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from services.engine.adapters.kafka_rebalances import Listener
from services.engine.core.faults import Doubt, NotOurs
from services.engine.core.record import Place, Record

ANSWER = 10.0
"""Seconds after which a broker that has not answered counts as away."""
POLL = 250
"""Milliseconds that a poll waits for records at most."""

FACTS_ALONE = 8
"""Polls in a row that give facts alone, while there are any; with what is offered to the service, one."""
SOME = 200
"""Records of the poll that follows: what is asked is never kept waiting for good."""


class KafkaMembership:
    """The consumer port over the consumer that the framework polls, and ``listener`` that it tells of rebalances.

    While the group changes, the client's request to join waits at the broker, and everything behind it on the same
    connection. A commit sent then arrives under a membership that is over; its refusal has aiokafka throw the new one
    away as well, which the broker holds for a dead member until its session ends, while the next request to join waits
    for that: eight lanes that try again and again kept a worker out of its group for minutes.
    """

    def __init__(self, consumer: AIOKafkaConsumer, listener: Listener) -> None:
        self._consumer = consumer
        self._listener = listener
        self._one_by_one = asyncio.Lock()

    def assigned(self) -> frozenset[Place]:
        """The partitions that the group gave us; none while it changes."""
        return self._known() if self._listener.settled else frozenset()

    def _known(self) -> frozenset[Place]:
        return frozenset((tp.topic, tp.partition) for tp in self._consumer.assignment())

    def seek(self, place: Place, offset: int) -> None:
        """Reads on from here, if the partition is still ours."""
        with suppress(IllegalStateError):  # not ours any more: whoever has it seeks for themselves
            self._consumer.seek(TopicPartition(*place), offset)

    def pause(self, places: Sequence[Place]) -> None:
        """Holds records back."""
        mine = self._known()
        self._consumer.pause(*(TopicPartition(*place) for place in places if place in mine))

    def resume(self, places: Sequence[Place]) -> None:
        """Lets records come."""
        mine = self._known()
        self._consumer.resume(*(TopicPartition(*place) for place in places if place in mine))

    async def committed(self, places: Sequence[Place]) -> Mapping[Place, int | None]:
        """The group's committed offsets."""
        async with _answers("committed"):
            found = await asyncio.gather(*(self._consumer.committed(TopicPartition(*place)) for place in places))
        return dict(zip(places, found, strict=True))

    async def ends(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        """First and next offset of each log."""
        tps = [TopicPartition(*place) for place in places]
        async with _answers("ends"):
            begins = await self._consumer.beginning_offsets(tps)
            ends = await self._consumer.end_offsets(tps)
        return {(tp.topic, tp.partition): (begins[tp], ends[tp]) for tp in tps}

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Commits exactly these; refused without asking while the group changes."""
        async with _answers("commit"), self._one_by_one:
            await self._commit({TopicPartition(*place): at for place, at in offsets.items()})

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if not self._listener.settled:
            raise NotOurs("commit: the group is changing")
        times = self._listener.times
        try:
            await self._consumer.commit(offsets)
        except IllegalStateError as error:
            raise NotOurs(f"commit: {type(error).__name__}") from error
        except (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError) as error:
            self._listener.refused(times)
            raise NotOurs(f"commit: {type(error).__name__}") from error


@asynccontextmanager
async def _answers(what: str) -> AsyncIterator[None]:
    """A broker that fails or keeps silent in here leaves ``Doubt``."""
    try:
        async with asyncio.timeout(ANSWER):
            yield
    except (KafkaError, TimeoutError) as error:
        raise Doubt(f"{what}: {type(error).__name__}") from error


def facts_first(consumer: AIOKafkaConsumer, offers: Collection[str] = ()) -> None:
    """Has the consumer's polls wait for records, however short a wait they are asked for, and give what services said
    before what is asked of them.

    The framework sleeps after each empty poll as long as the poll may wait, blind to what comes in meanwhile: a short
    wait costs an idle service its CPU, a long one every lone message its time.

    A scan whose order is known is decided at once; one that is read before its order is parked, and decided with it:
    twice the work. So facts that are at hand are polled alone; after ``FACTS_ALONE`` such polls in a row some of
    the rest is (``docs/decisions/0053``). So it is with ``offers``, the topics of a catalog: an order that is read
    before its variants waits for them, three times the work. But a long list of them keeps nobody waiting: some of the
    rest follows each poll of it. No rule depends on either.
    """
    poll = consumer.getmany
    alone = 0

    async def getmany(
        *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Record]]:
        nonlocal alone
        found: dict[TopicPartition, list[Record]]
        asked = partitions or consumer.assignment()
        ahead = [place for place in asked if place.topic.endswith(".events") or place.topic in offers]
        others = [place for place in asked if not (place.topic.endswith(".events") or place.topic in offers)]
        if ahead and others:
            its_turn = alone < FACTS_ALONE
            first, most = (ahead, max_records) if its_turn else (others, min(SOME, max_records or SOME))
            found = await poll(*first, timeout_ms=0, max_records=most)
            if found:
                alone = _after(found, alone, offers) if its_turn else 0
                return found
        alone = 0
        found = await poll(*partitions, timeout_ms=max(timeout_ms, POLL), max_records=max_records)
        return found

    consumer.getmany = getmany


def _after(found: Iterable[TopicPartition], alone: int, offers: Collection[str]) -> int:
    """How many polls in a row count as given to what comes first, after one that found something of these."""
    return FACTS_ALONE if any(place.topic in offers for place in found) else alone + 1
