"""A consumer group in memory: generations, assignment of whole lanes, committed offsets; and its members."""

import asyncio
from collections.abc import Mapping, Sequence

from services.engine.core.faults import Doubt, NotOurs
from services.engine.core.record import Place
from tests.engine.memory.fault_injector import FaultInjector
from tests.engine.memory.log import MemoryLog, MemoryRecord


class MemoryGroup:
    """The broker's side of a group. ``generation`` rises with every rebalance; commits of an older one are refused."""

    def __init__(self, log: MemoryLog, topics: Sequence[str], lanes: int) -> None:
        self.log = log
        self.topics = tuple(topics)
        self.lanes = lanes
        self.generation = 0
        self.split = False
        self.standing: set[int] = set()
        """Lanes whose records do not come for a while, whoever has them: lanes recover one by one after an outage."""
        self.committed: dict[Place, int] = {}
        self.members: list[MemoryMembership] = []
        self._assigned: dict[MemoryMembership, frozenset[Place]] = {}

    def grow(self, lanes: int) -> None:
        """The topics have more partitions: whoever is a member is given some of them."""
        if lanes != self.lanes:
            self.lanes = lanes
            self.rebalance()

    def join(self, member: "MemoryMembership") -> None:
        """A new member; everybody gets a new assignment."""
        self.members.append(member)
        self.rebalance()

    def leave(self, member: "MemoryMembership") -> None:
        """A member goes, or is given up by the broker."""
        if member in self.members:
            self.members.remove(member)
            self.rebalance()

    def rebalance(self, *, shift: int = 0, split: bool = False) -> None:
        """A new generation: whole lanes to each member, as the range assignor gives them. ``shift`` turns the order of
        the members; ``split`` turns it for each topic, as while a deployment adds one.
        """
        self.generation += 1
        self.split = split
        self._assigned = {}
        count = len(self.members)
        for order, topic in enumerate(self.topics):
            for lane in range(self.lanes if count else 0):
                member = self.members[(lane * count // self.lanes + shift + (order if split else 0)) % count]
                self._assigned[member] = self._assigned.get(member, frozenset()) | {(topic, lane)}
        for member in self.members:
            member.notify()

    def assigned_to(self, member: "MemoryMembership") -> frozenset[Place]:
        """What this generation gives to a member."""
        return self._assigned.get(member, frozenset())


class MemoryMembership:
    """The consumer port, and ``poll`` for the framework's loop. A member knows of a new generation only when it is
    told (``learn``); until then it works on, as a zombie does.
    """

    def __init__(self, group: MemoryGroup, fortune: FaultInjector) -> None:
        self._group = group
        self._fortune = fortune
        self.generation = -1
        self._positions: dict[Place, int] = {}
        self._paused: set[Place] = set()
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        group.log.appended.append(self.wake)

    def close(self) -> None:
        """The process is gone."""
        self._group.log.appended.remove(self.wake)

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    def notify(self) -> None:
        """The coordinator's answer to the next heartbeat: the group has moved on."""
        self._moved.set()

    async def moved(self) -> None:
        """Waits until the group has moved on."""
        await self._moved.wait()

    @property
    def outdated(self) -> bool:
        """Whether the group has moved on without this member's knowing."""
        return self.generation != self._group.generation

    def learn(self) -> None:
        """Takes the newest assignment; reading begins at the committed offsets, or the logs' beginnings."""
        self._moved.clear()
        self.generation = self._group.generation
        self._paused.clear()
        log, committed = self._group.log, self._group.committed
        self._positions = {
            place: committed.get(place, log.ends(place)[0]) for place in sorted(self._group.assigned_to(self))
        }
        self.wake()

    def poll(self, most: int, first: int = 0) -> list[MemoryRecord]:
        """Up to ``most`` records, beginning with the ``first`` of the assigned partitions."""
        found: list[MemoryRecord] = []
        standing = self._group.standing
        places = [place for place in self._positions if place not in self._paused and place[1] not in standing]
        for place in (*places[first:], *places[:first]):
            records = self._group.log.read(place, self._positions[place], most - len(found))
            if records:
                found += records
                self._positions[place] = records[-1].offset + 1
            if len(found) >= most:
                break
        return found

    async def woken(self, seconds: float) -> None:
        """Waits until there may be something new, no longer than this."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    def assigned(self) -> frozenset[Place]:
        """As far as we know."""
        return frozenset(self._positions)

    def seek(self, place: Place, offset: int) -> None:
        """Reads on from here, if the partition is still ours."""
        if place in self._positions:
            self._positions[place] = offset
            self.wake()

    def pause(self, places: Sequence[Place]) -> None:
        """Holds records back."""
        self._paused.update(place for place in places if place in self._positions)

    def resume(self, places: Sequence[Place]) -> None:
        """Lets records come."""
        self._paused.difference_update(places)
        self.wake()

    async def committed(self, places: Sequence[Place]) -> Mapping[Place, int | None]:
        """The group's committed offsets."""
        await self._answer("consumer.committed")
        return {place: self._group.committed.get(place) for place in places}

    async def ends(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        """First and next offset of each log."""
        await self._answer("consumer.ends")
        return {place: self._group.log.ends(place) for place in places}

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Commits exactly these, if the group still knows us."""
        await self._answer("consumer.commit.before")
        if self.outdated or not offsets.keys() <= self._group.assigned_to(self):
            raise NotOurs("commit: the group has moved on")
        self._group.committed.update(offsets)
        await self._answer("consumer.commit.after")

    async def _answer(self, fault: str) -> None:
        await self._fortune.pause()
        if self._fortune.strikes(fault):
            raise Doubt(f"{fault}: no answer")
