"""Waiting until everything that was said has been decided: before that, what is on its way looks as if it were lost."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.topics import TOPICS
from installation import SERVICES
from operations.verify.databases import Databases
from operations.verify.reading import Log
from services.engine.core.record import Place

HOPS: Final = 8
"""Times that the ends are noted: a request leads to a fact, that one to another, and so on, never further than this."""
ENOUGH: Final = 10.0
"""Seconds without any progress after which a lane stands: a batch that is being decided takes less."""
PAUSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Standing:
    """The ends of all topics, and where each service stands in what it reads."""

    ends: Mapping[Place, int]
    positions: Mapping[tuple[str, Place], int]

    def behind(self) -> dict[tuple[str, Place], int]:
        """The positions that have not passed the ends."""
        return {(service, place): at for (service, place), at in self.positions.items() if at < self.ends[place]}


def read_by(service: str) -> frozenset[str]:
    """The topics that a service reads: those that carry something for it, and its internal one."""
    return frozenset(t.name for t in TOPICS for c in t.carries if service in c.readers) | {f"{service}.internal"}


async def standing(log: Log, databases: Databases, ends: Mapping[Place, int] | None = None) -> Standing:
    """How things stand; ``ends`` if those of an earlier moment are meant."""
    if ends is None:
        ends = await log.ends(log.places)
    begins = await log.begins(log.places)
    positions: dict[tuple[str, Place], int] = {}
    for service in SERVICES:
        topics = read_by(service)
        positions |= {(service, place): begins[place] for place in log.places if place[0] in topics}
        for checkpoint in await databases.checkpoints(service):
            for topic, following in checkpoint.offsets.items():
                if (service, (topic, checkpoint.lane)) in positions:
                    positions[service, (topic, checkpoint.lane)] = following
    return Standing(ends, positions)


@dataclass(frozen=True, slots=True)
class Behind:
    """How many records each service is behind, and a sentence for each lane in which nothing moved meanwhile."""

    counts: Mapping[str, int]
    stands: tuple[str, ...] = ()


async def settled(log: Log, databases: Databases, patience: float) -> Behind:
    """Waits until all checkpoints have passed the ends that the topics have now, and the ends of what followed from it.

    At most ``patience`` seconds: then it returns how many records each service is behind; no counts: none. A lane
    counts as standing when nothing of it was read for ``ENOUGH`` seconds or longer.
    """
    deadline = time.monotonic() + patience
    for _ in range(HOPS):
        now = await standing(log, databases)
        first, since = now, time.monotonic()
        behind = now.behind()
        while behind and not await _only_holes(log, now):
            if time.monotonic() > deadline:
                waited = time.monotonic() - since
                stands = await _standing_lanes(log, first, now, waited) if waited >= ENOUGH else ()
                return Behind(_by_service(now), stands)
            await asyncio.sleep(PAUSE)
            now = await standing(log, databases, now.ends)
            behind = now.behind()
        if await log.ends(log.places) == now.ends:
            break
    return Behind({})


async def _standing_lanes(log: Log, first: Standing, now: Standing, waited: float) -> tuple[str, ...]:
    unread: dict[tuple[str, int], int] = {}
    for (service, place), at in now.behind().items():
        if first.positions.get((service, place)) != at or await log.empty({place: at}, {place: now.ends[place]}):
            continue
        lane = (service, place[1])
        unread[lane] = unread.get(lane, 0) + now.ends[place] - at
    return tuple(
        f"lane {lane} of {service} stands: of {count:,} unread records none was decided in {waited:.0f} s. Does a "
        f"worker of {service} run, and what does its log say of lane {lane}?"
        for (service, lane), count in sorted(unread.items())
    )


async def _only_holes(log: Log, now: Standing) -> bool:
    begins: dict[Place, int] = {}
    for (_, place), at in now.behind().items():
        begins[place] = min(at, begins.get(place, at))
    return await log.empty(begins, {place: now.ends[place] for place in begins})


def _by_service(now: Standing) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (service, place), at in now.behind().items():
        counts[service] = counts.get(service, 0) + now.ends[place] - at
    return counts
