"""Whether billing may be made anew here: topics that have their beginnings, nobody at work, an empty database.

Each refusal says what is in the way and what to do; nothing was changed then.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient

from installation.errors import InstallationError
from installation.notes import Notes
from operations.verify.reading import Log
from services.billing.rebuilding.lane import TOPICS
from services.engine.adapters.mongo_client import Client
from services.engine.adapters.mongo_lanes import INSTALLATION
from services.engine.adapters.mongo_rebuilding import REBUILDING, Database
from services.engine.core.record import Place

SERVICE: Final = "billing"


async def count_lanes(log: Log, notes: Notes) -> int:
    """As many as the topics have partitions. Raises ``InstallationError`` if they, or the other services, disagree."""
    partitions = {topic: sum(place[0] == topic for place in log.places) for topic in TOPICS}
    counted = set(partitions.values())
    known = await notes.lanes()
    if len(counted) != 1 or known not in (None, *counted):
        each = ", ".join(f"{topic} {count}" for topic, count in partitions.items())
        raise InstallationError(
            f"The topics have different numbers of partitions ({each}), or others than the {known} lanes of the other "
            f"services: end `leaseline lanes grow` first, or run `leaseline topics create`."
        )
    if (growing := await notes.growing()) is not None:
        raise InstallationError(f"Not now: {growing.why_stopped}.")
    return counted.pop()


async def check_empty(database: Database) -> None:
    """Raises ``InstallationError`` if there is any document that a rebuilding of before did not leave."""
    if await database[INSTALLATION].find_one({"_id": REBUILDING}) is not None:
        return
    for name in sorted(await database.list_collection_names()):
        if await database[name].find_one({}, {"_id": 1}) is not None:
            raise InstallationError(
                f"The database {database.name} is not empty (it has documents in {name}): nothing was changed. To make "
                f"billing anew, stop its workers and its HTTP side, keep a dump of it, drop it, and run this again; or "
                f"name other databases (--databases) to compare."
            )


async def check_at_rest(kafka: str, group: str) -> None:
    """Raises ``InstallationError`` if workers of the group run."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        (answer,) = await admin.describe_consumer_groups([group])
    finally:
        await admin.close()
    members = sum(len(each[5]) for each in answer.groups)
    if members:
        raise InstallationError(
            f"{members} workers of billing run ({group}): stop them first. One that was killed counts for as long as "
            f"LEASELINE_SESSION_SECONDS says."
        )


async def committed(kafka: str, group: str) -> Mapping[Place, int]:
    """How far the group had read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {(place.topic, place.partition): each.offset for place, each in offsets.items() if each.offset >= 0}


async def check_whole(log: Log, places: Sequence[Place]) -> None:
    """Raises ``InstallationError`` if a topic has lost its beginning, and says from when on it begins."""
    begins, ends = await log.begins(places), await log.ends(places)
    cut = {place: begin for place, begin in begins.items() if begin > 0}
    if not cut:
        return
    first = dict.fromkeys(cut) | await _first_times(log, cut, ends)
    told = []
    for (topic, partition), begin in sorted(cut.items())[:5]:
        at = first[topic, partition]
        moment = None if at is None else datetime.fromtimestamp(at / 1000, UTC)
        since = "and holds nothing" if moment is None else f"of {moment:%Y-%m-%d %H:%M} UTC"
        told.append(f"{topic} partition {partition} begins with offset {begin} {since}")
    more = f", and {len(cut) - 5} more" if len(cut) > 5 else ""
    raise InstallationError(
        f"The beginning is gone: {'; '.join(told)}{more}. Billing cannot be made anew from what is left: restore the "
        f"databases (docs/operations.md, section 8). For the next time keep these topics for ever (retention.ms=-1): "
        f"{', '.join(TOPICS)}."
    )


async def _first_times(log: Log, cut: Mapping[Place, int], ends: Mapping[Place, int]) -> dict[Place, int | None]:
    found: dict[Place, int | None] = {}
    for place, begin in cut.items():
        async for records in log.read({place: begin}, {place: min(begin + 1, ends[place])}):
            for record in records:
                found.setdefault(place, record.timestamp)
    return found


def database_of(client: Client, databases: str) -> Database:
    """Billing's."""
    return client[f"{databases}_{SERVICE}"]
