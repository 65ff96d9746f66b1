"""The lanes in hand: acquires what the group assigned, lets go what is in doubt, admits only records that come next.

Each lane for itself: one that cannot be acquired does not hold up the others. Never in the rebalance listener, which
only takes note: no heartbeats run while it works.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress

import structlog
from msgspec import field

from contracts.values.immutable import Immutable
from services.engine.core.failing import where
from services.engine.core.faults import Doubt, NotOurs, NotSaid, Stop
from services.engine.core.growing import is_request
from services.engine.core.lane import Lane
from services.engine.core.lanes import offers, whole_lanes
from services.engine.core.positions import AnotherLog
from services.engine.core.record import Place, Record
from services.engine.runtime.acquisition import acquire_lane, another_log, outside
from services.engine.runtime.barriers import Barriers
from services.engine.runtime.overlooked import Overlooked
from services.engine.runtime.partitions import unequal
from services.engine.runtime.ports import Clock, Consumer, Figures, NoFigures, NoSpans, Producer, Spans, Store

SPLIT_FOR = 60.0
"""Seconds that a lane may stay split between consumers, as it does while a deployment adds a topic."""
MOST_TRIES = 20
"""Times that acquiring a lane may fail for a reason that neither Kafka nor MongoDB gave."""


class Ports(Immutable):
    """The world of one worker."""

    consumer: Consumer
    store: Store
    producer: Producer
    clock: Clock
    figures: Figures = field(default_factory=NoFigures)
    spans: Spans = field(default_factory=NoSpans)


class LaneManager:
    """Holds the lanes of one worker.

    ``held`` changes its objects with every acquisition: a batch that was admitted under one of them must not go on
    under another. ``busy`` while a batch is being handled. ``holding`` while requests wait: the installation grows.
    """

    def __init__(self, service: str, topics: Sequence[str], lanes: int, ports: Ports) -> None:
        self.held: dict[int, Lane] = {}
        self.stopped: Stop | None = None
        self.generation = 0
        self.busy = False
        self.holding = False
        self._service = service
        self._topics = topics
        self._offers = offers(service, topics)
        self._lanes = lanes
        self._consumer, self._store = ports.consumer, ports.store
        self._producer, self._clock = ports.producer, ports.clock
        self._figures = ports.figures
        self._log = structlog.get_logger("engine")
        self._wake = asyncio.Event()
        self._tries: dict[int, int] = {}
        self._not_before: dict[int, float] = {}
        self._split_since: dict[int, float] = {}
        self._taking: dict[int, asyncio.Task[None]] = {}
        self._overlooked = Overlooked()
        self._barriers = Barriers(ports.store)

    def assignment_changed(self) -> None:
        """Every lane must be acquired again: somebody else may have had it in between."""
        self.generation += 1
        self.held.clear()
        self._not_before.clear()
        self._split_since.clear()
        self._figures.reassigned()
        self._wake.set()

    def stop(self, stop: Stop) -> None:
        """Nothing is decided any more; ``keep`` returns."""
        if self.stopped is None:
            self.stopped = stop
            self._log.error("service.stops", reason=str(stop))
        self.held.clear()
        self._wake.set()

    def hold(self, *, on: bool) -> None:
        """Requests wait from now on, or come again; everything else goes on."""
        if on == self.holding:
            return
        self.holding = on
        if on:
            self._log.info("requests.held")
        else:
            self._log.info("requests.released")
        for lane in self.held.values():
            self._read_requests(lane)

    def _waits(self, place: Place) -> bool:
        """Whether nothing of this partition may be read now."""
        return is_request(place[0]) and (self.holding or place[1] in self._barriers.closed)

    def _read_requests(self, lane: Lane) -> None:
        """Requests come from where the lane stands, or not at all, as is so now."""
        for place in lane.places():
            if self._waits(place):
                self._consumer.pause([place])
            elif is_request(place[0]):
                self._consumer.seek(place, lane.positions[place[0]].start)
                self._consumer.resume([place])

    async def keep(self) -> Stop:
        """Acquires what is assigned and not in hand, again and again; returns why the service must stop."""
        try:
            while self.stopped is None:
                self._wake.clear()
                self._read_overlooked()
                try:
                    await self._open_barriers()
                    wait = self._acquire_due()
                except Stop as stop:
                    self.stop(stop)
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
            return self.stopped
        finally:
            for taking in self._taking.values():
                taking.cancel()

    async def forget(
        self, lanes: Iterable[int], *, renew: bool = False, replace: bool = False, wait: float = 0.0
    ) -> None:
        """Doubt: the lanes are acquired again, after ``wait`` seconds, which finds out what is so.

        ``renew``: the session may hold locks; as every lane was acquired under it, all are forgotten. ``replace``: the
        producer is of no more use.
        """
        late = set(lanes)
        numbers = late | (set(self.held) if renew else set())
        now = self._clock.monotonic()
        for number in sorted(numbers):
            lane = self.held.pop(number, None)
            if lane is not None:
                self._consumer.pause(lane.places())
            self._not_before[number] = now + 0.05 * self._clock.chance() + (wait if number in late else 0.0)
        if renew:
            await self._store.renew()
        if replace:
            await self._producer.replace()
        self._wake.set()

    async def admitted(self, records: Sequence[Record]) -> tuple[list[Record], Mapping[int, Lane]]:
        """The records of lanes in hand that come next in their partitions, and these lanes; everything else is read
        again later. Facts stand before requests: a scan that was polled with its order need not wait for it. So does
        what is offered before what is asked (``offers``). Raises ``Stop``.
        """
        by_place: dict[Place, list[Record]] = {}
        for record in records:
            by_place.setdefault((record.topic, record.partition), []).append(record)
        found: list[Record] = []
        lanes: dict[int, Lane] = {}
        for place, group in sorted(by_place.items(), key=self._rank):
            lane = lanes.get(place[1]) or self.held.get(place[1])
            if lane is not None and self._waits(place):  # it was polled before the partition was paused
                lane.positions[place[0]].again()
            elif lane is not None:
                lanes[place[1]] = lane
                found += await self._next(place, group, lane)
        return found, lanes

    def _rank(self, polled: tuple[Place, Sequence[Record]]) -> int:
        """What comes first: facts, then what is offered, then what is asked."""
        topic = polled[0][0]
        return 0 if topic.endswith(".events") else 1 if topic in self._offers else 2

    async def _next(self, place: Place, found: Sequence[Record], lane: Lane) -> Sequence[Record]:
        position = lane.positions[place[0]]
        try:
            fresh, rewind = position.admit(found)
            if rewind is not None and not rewind.again:
                self._consumer.seek(place, rewind.offset)
            elif rewind is not None or not fresh:
                begin, end = (await self._consumer.ends([place]))[place]
                if not begin <= position.expected <= end:
                    raise outside(*place, position.expected, begin, end)
                if rewind is not None:
                    position.hole(begin)
        except AnotherLog:
            raise another_log(*place) from None
        return fresh

    def _read_overlooked(self) -> None:
        if self.busy:
            self._overlooked.forgive()
            return
        for place, offset in self._overlooked.due(self.held, self._clock.monotonic()):
            self._log.warning("batch.overlooked", topic=place[0], lane=place[1], offset=offset)
            self._consumer.seek(place, offset)

    async def _open_barriers(self) -> None:
        """A lane that was added reads requests once its mother has read those from before."""
        for lane in await self._barriers.passed(self.held):
            self._log.info("lane.opened", lane=lane.checkpoint.lane)
            self._read_requests(lane)

    def _acquire_due(self) -> float:
        """Begins with every lane whose time has come, each for itself; the seconds to wait. Raises ``Stop``."""
        for lane in [lane for lane, taking in self._taking.items() if taking.done()]:
            self._taking.pop(lane).result()
        assigned = self._consumer.assigned()
        topic, last = max(assigned, key=lambda place: place[1], default=("", -1))
        if last >= self._lanes:  # it was added while we run, and clients write there already
            raise unequal(topic, last + 1, self._lanes)
        whole, split = whole_lanes(assigned, self._topics)
        self._look_at_split(split, {place[0] for place in assigned})
        now = self._clock.monotonic()
        waits = [1.0]
        for lane in sorted(whole - self.held.keys() - self._taking.keys()):
            wait = self._not_before.get(lane, 0.0) - now
            if wait > 0.0:
                waits.append(wait)
            else:
                taking = self._taking[lane] = asyncio.create_task(self._acquire(lane))
                taking.add_done_callback(lambda _taken: self._wake.set())
        return max(0.01, min(waits))

    async def _acquire(self, number: int) -> None:
        generation = self.generation
        try:
            lane = await acquire_lane(number, self._topics, self._consumer, self._store, self._producer)
        except (Doubt, NotOurs, NotSaid) as fault:
            if isinstance(fault, NotSaid):
                await self._producer.replace()
            tries = self._later(number)
            self._log.warning("lane.not_acquired", lane=number, reason=str(fault)[:200], tries=tries)
            return
        except Stop:
            raise
        except Exception as error:
            tries, name, place = self._later(number), type(error).__name__, where(error)
            self._log.error("lane.not_acquired", lane=number, error=name, where=place, tries=tries)
            if tries >= MOST_TRIES:
                raise Stop(
                    f"lane {number} of {self._service} cannot be acquired: {tries} times, the last with {name} at "
                    f"{place}. Look at the log before this line, and at the lane's document among the checkpoints."
                ) from error
            return
        if generation != self.generation or self.stopped is not None:
            return
        if lane.checkpoint.session != self._store.session:  # renewed meanwhile: a successor would end the wrong one
            return
        self._tries.pop(number, None)
        self._barriers.close(lane)
        self.held[number] = lane
        for topic, position in lane.positions.items():
            self._consumer.seek((topic, number), position.start)
        self._consumer.resume([place for place in lane.places() if not self._waits(place)])
        self._figures.acquired(number)
        self._log.info("lane.acquired", lane=number, epoch=lane.checkpoint.epoch, again=len(lane.checkpoint.outgoing))

    def _later(self, number: int) -> int:
        """The lane is tried again after a while; returns how often it was tried."""
        tries = self._tries[number] = self._tries.get(number, 0) + 1
        wait = min(5.0, 0.05 * 2 ** min(tries, 10)) * (0.5 + self._clock.chance())
        self._not_before[number] = self._clock.monotonic() + wait
        return tries

    def _look_at_split(self, split: frozenset[int], topics: AbstractSet[str]) -> None:
        now = self._clock.monotonic()
        self._split_since = {lane: self._split_since.get(lane, now) for lane in split}
        for lane, since in self._split_since.items():
            if now - since > SPLIT_FOR:
                none = ", ".join(topic for topic in self._topics if topic not in topics) or "no topic"
                raise Stop(
                    f"lane {lane} of {self._service} stays split between consumers for {SPLIT_FOR:.0f} s ({none} is "
                    f"missing as a whole): some worker of the group reads other topics, or a topic was deleted. Stop "
                    f"all workers of {self._service}, then start one version; it says if a topic does not exist."
                )
