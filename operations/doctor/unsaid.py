"""What was saved to be said, and stands in no log: a checkpoint keeps what its last batch had to say.

It is looked for where it must stand, from the time on at which the batch had read its last record.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from installation import SERVICES
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.looking import Look
from operations.terminal.counts import counted
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.record import Outgoing, Place

EARLIER_MS: Final = 60_000
"""Clocks of two brokers may differ by so much."""
MOST: Final = 5_000
"""Records of a partition that are looked through."""
READ_WITHIN: Final = 8.0

UNSAID = Symptom(
    "unsaid", Level.WARNING, "what a lane has decided and saved stands in no log, at two looks",
    "it is decided, and nobody has heard of it",
    "it is said as soon as a worker acquires the lane: start one (leaseline worker SERVICE); if one runs, look at its "
    "log for lane.not_acquired",
)  # fmt: skip
SYMPTOMS: Final = (UNSAID,)


async def all_said(ground: Ground) -> Sequence[Finding]:
    """Everything that was saved is said."""
    first, second = await ground.looks()
    found = []
    for service in SERVICES:
        same = standing(first, second, service)
        missing = await _missing(ground, second, same)
        if missing:
            records = counted(sum(missing.values()), "record")
            found.append(
                UNSAID.found(f"{service} has {records} to say, of lane {named([str(n) for n in sorted(missing)])}")
            )
    return found


def standing(first: Look, second: Look, service: str) -> Sequence[Checkpoint]:
    """The checkpoints with something to say that did not move between the looks."""
    was = first.checkpoints[service]
    return [
        each
        for lane, each in second.checkpoints[service].items()
        if each.outgoing and lane in was and (was[lane].epoch, was[lane].batch) == (each.epoch, each.batch)
    ]


async def _missing(ground: Ground, look: Look, checkpoints: Sequence[Checkpoint]) -> Mapping[int, int]:
    """How much of what each lane has to say is in no log; what cannot be known is taken for said."""
    since: dict[Place, int] = {}
    for checkpoint in checkpoints:
        read = max((mark.timestamp for mark in checkpoint.bookmarks.values()), default=0)
        for out in checkpoint.outgoing:
            place = (out.topic, out.lane)
            if place in look.logs:
                since[place] = min(since.get(place, read), read)
    there = await _there(ground, look, since)
    missing = {}
    for checkpoint in checkpoints:
        unsaid = [out for out in checkpoint.outgoing if is_missing(out, there.get((out.topic, out.lane)))]
        if unsaid:
            missing[checkpoint.lane] = len(unsaid)
    return missing


def is_missing(out: Outgoing, there: frozenset[tuple[bytes | None, bytes | None]] | None) -> bool:
    """Whether a record is not among those that stand ``there``; None: not all of them are known."""
    return there is not None and (out.key, out.value) not in there


async def _there(
    ground: Ground, look: Look, since: Mapping[Place, int]
) -> Mapping[Place, frozenset[tuple[bytes | None, bytes | None]]]:
    """Keys and values of what stands in these partitions since then; nothing of one that has too much, or has lost
    records of that time already.
    """
    if not since:
        return {}
    consumer = await ground.consumer()
    async with ground.reading:
        asked = {TopicPartition(*place): max(0, at - EARLIER_MS) for place, at in since.items()}
        found = await consumer.offsets_for_times(asked)
        starts = {
            (at.topic, at.partition): look.logs[at.topic, at.partition][1] if start is None else start.offset
            for at, start in found.items()
        }
        ends = {place: look.logs[place][1] for place in starts}
        known = {
            place: start
            for place, start in starts.items()
            if ends[place] - start <= MOST and not 0 < look.logs[place][0] == start
        }
        return await _read(consumer, known, ends)


async def _read(
    consumer: AIOKafkaConsumer, starts: Mapping[Place, int], ends: Mapping[Place, int]
) -> Mapping[Place, frozenset[tuple[bytes | None, bytes | None]]]:
    read: dict[Place, set[tuple[bytes | None, bytes | None]]] = {place: set() for place in starts}
    left = {TopicPartition(*place) for place, start in starts.items() if start < ends[place]}
    consumer.assign(list(left))
    for place in left:
        consumer.seek(place, starts[place.topic, place.partition])
    async with asyncio.timeout(READ_WITHIN):
        while left:
            for place, records in (await consumer.getmany(timeout_ms=100)).items():
                read[place.topic, place.partition] |= {(record.key, record.value) for record in records}
            for place in tuple(left):
                if await consumer.position(place) >= ends[place.topic, place.partition]:
                    consumer.pause(place)
                    left.discard(place)
    return {place: frozenset(found) for place, found in read.items()}
