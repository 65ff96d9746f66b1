"""How far each lane has read: the age of its oldest unread record, its checkpoint and the log, Kafka's offset."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from aiokafka import ConsumerRecord, TopicPartition

from installation import SERVICES
from installation.lag import read_by
from installation.topics import RETENTION
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.looking import Look
from operations.terminal.counts import counted
from services.engine.core.record import Place

READ_WITHIN: Final = 6.0
FROM_TO: Final = "the log holds"
Unread = Mapping[tuple[str, Place], float]
"""The age in seconds of the oldest unread record, by service and partition."""

STANDS = Symptom(
    "unread.stands", Level.WRONG, "the oldest unread record of a lane is older than `--unread-seconds`, and the lane "
    "decided nothing between two looks",
    "what is asked there gets no answer",
    "does a worker run, and what does its log say of the lane? leaseline worker SERVICE starts one more",
)  # fmt: skip
BEHIND = Symptom(
    "unread.behind", Level.WARNING, "the oldest unread record of a lane is older than `--unread-seconds`, and the lane "
    "goes on",
    "answers are late",
    "wait, if it was a burst; else more workers, up to the number of lanes: leaseline worker SERVICE",
)  # fmt: skip
NEARLY_GONE = Symptom(
    "unread.nearly_deleted", Level.WRONG, "the oldest unread record is older than half of what its topic keeps",
    "it will be deleted unread", "have it read; meanwhile keep records longer: retention.ms of the topic",
)  # fmt: skip
DELETED = Symptom(
    "checkpoint.deleted", Level.WRONG, "a checkpoint stands before the beginning of its log",
    "records were deleted unread; the service stops there",
    "if that is accepted: stop the service, leaseline topics reset TOPIC, start it",
)  # fmt: skip
BEYOND = Symptom(
    "checkpoint.beyond", Level.WRONG, "a checkpoint stands behind the end of its log",
    "the topic was made again, or Kafka lost what it acknowledged; the service stops there",
    "if it was meant: stop the service, leaseline topics reset TOPIC, start it",
)  # fmt: skip
AHEAD = Symptom(
    "checkpoint.before_commit", Level.WRONG, "a group has committed more than the checkpoint has saved",
    "the databases are of an earlier time than Kafka, or somebody else commits in this group: what is decided again "
    "may be said otherwise under the same versions",
    "stop the service; restore databases and topics together (docs/operations.md section 8)",
)  # fmt: skip
LAGGING = Symptom(
    "checkpoint.commit_behind", Level.NOTE, "a group has committed less than the checkpoint has saved, at two looks",
    "nothing is lost, positions are in MongoDB; but tools that watch the group's offsets see a lag that is none",
    "look for commit.failed in the worker's log",
)  # fmt: skip
OF_AGE: Final = (STANDS, BEHIND, NEARLY_GONE)
OF_CHECKPOINTS: Final = (DELETED, BEYOND, AHEAD, LAGGING)


async def young(ground: Ground) -> Sequence[Finding]:
    """Nothing unread is old."""
    first, second = await ground.looks()
    unread = await ages(ground, second)
    found, _ = await ground.topics()
    kept = {topic.name: int(topic.settings.get(RETENTION, "-1")) / 1000 for topic in found}
    return judged(first, second, unread, ground.limits.unread, kept)


def judged(first: Look, second: Look, unread: Unread, limit: float, kept: Mapping[str, float]) -> list[Finding]:
    """What is told of these ages. ``kept``: seconds that each topic keeps records; below 0: for ever."""
    found = []
    for service in SERVICES:
        mine = {place: age for (of, place), age in unread.items() if of == service}
        old = {place: age for place, age in mine.items() if age > limit}
        moved = {lane for lane in _lanes(old) if _moved(first, second, service, lane)}
        for symptom, lanes in ((STANDS, _lanes(old) - moved), (BEHIND, moved)):
            if lanes:
                oldest = max(age for (_, lane), age in old.items() if lane in lanes)
                which = named([str(lane) for lane in sorted(lanes)])
                what = f"{counted(len(lanes), 'lane')} of {service} ({which}): the oldest unread is {told(oldest)} old"
                found.append(symptom.found(what))
        gone = [f"{topic}/{lane}" for (topic, lane), age in mine.items() if 0 <= kept.get(topic, -1) < 2 * age]
        if gone:
            found.append(NEARLY_GONE.found(f"{service} has not read {named(sorted(gone))}"))
    return found


def _lanes(places: Iterable[Place]) -> set[int]:
    return {lane for _, lane in places}


def _moved(first: Look, second: Look, service: str, lane: int) -> bool:
    was, now = first.checkpoints[service].get(lane), second.checkpoints[service].get(lane)
    return was is not None and now is not None and was.offsets != now.offsets


def told(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3.5 hours``, ``20 days``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 2 * 86_400 else f"{seconds / 86_400:.0f} days"


async def ages(ground: Ground, look: Look) -> Unread:
    """The age of the oldest record that was not read at this look, of each partition that is not read to its end."""
    behind = {
        (service, (topic, lane)): look.position(service, (topic, lane))
        for service in SERVICES
        for topic in read_by(service)
        for (name, lane) in look.logs
        if name == topic and look.position(service, (topic, lane)) < look.logs[topic, lane][1]
    }
    records = await first_records(ground, {place: max(at, look.logs[place][0]) for (_, place), at in behind.items()})
    return {key: ground.since(records[key[1]].timestamp) for key in behind if key[1] in records}


async def first_records(ground: Ground, begins: Mapping[Place, int]) -> Mapping[Place, ConsumerRecord]:
    """The first record of each partition from there on; none where there are but holes: markers, aborted records."""
    if not begins:
        return {}
    consumer = await ground.consumer()
    found: dict[Place, ConsumerRecord] = {}
    async with ground.reading:
        consumer.assign([TopicPartition(*place) for place in begins])
        for place, at in begins.items():
            consumer.seek(TopicPartition(*place), at)
        ends = await consumer.end_offsets([TopicPartition(*place) for place in begins])
        left = set(begins)
        async with asyncio.timeout(READ_WITHIN):
            while left:
                for place, records in (await consumer.getmany(timeout_ms=100)).items():
                    found.setdefault((place.topic, place.partition), records[0])
                for each in [TopicPartition(*place) for place in left]:
                    if (each.topic, each.partition) in found or await consumer.position(each) >= ends[each]:
                        consumer.pause(each)
                        left.discard((each.topic, each.partition))
    return found


async def within_log(ground: Ground) -> Sequence[Finding]:
    """Each checkpoint lies within its log, and before no committed offset."""
    return compared(*await ground.looks())


def compared(first: Look, second: Look) -> list[Finding]:
    """What is wrong with checkpoints, beside logs and committed offsets."""
    found = []
    for service in SERVICES:
        deleted, beyond, ahead, lagging = [], [], [], []
        for place, at in _positions(second, service).items():
            begin, end = second.logs[place]
            shown = f"{place[0]}/{place[1]} at {at}"
            if at < begin:
                deleted.append(f"{shown}, the log begins at {begin}")
            elif at > end:
                beyond.append(f"{shown}, the log ends at {end}")
            elif (committed := second.committed[service].get(place)) is not None:
                if committed > at:
                    ahead.append(f"{shown}, committed {committed}")
                elif committed < at and _stood(first, second, service, place):
                    lagging.append(f"{shown}, committed {committed}")
        for symptom, those in ((DELETED, deleted), (BEYOND, beyond), (AHEAD, ahead), (LAGGING, lagging)):
            if those:
                found.append(symptom.found(f"{service} stands in {named(those)}"))
    return found


def _stood(first: Look, second: Look, service: str, place: Place) -> bool:
    """Whether nothing was saved and nothing committed between the looks."""
    was, now = ((_positions(look, service).get(place), look.committed[service].get(place)) for look in (first, second))
    return was == now


def _positions(look: Look, service: str) -> Mapping[Place, int]:
    return {
        (topic, lane): at
        for lane, checkpoint in look.checkpoints[service].items()
        for topic, at in checkpoint.offsets.items()
        if (topic, lane) in look.logs
    }
