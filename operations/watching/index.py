"""How the index of the watch room stands, and how it is built anew."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.values.immutable import Immutable
from installation.addresses import Addresses
from installation.errors import InstallationError
from services.engine.adapters.kafka_whole_log import opened_whole_log
from services.engine.adapters.mongo_client import connect
from services.engine.core.faults import Doubt
from services.engine.core.record import Place
from services.watch.figures import WatchFigures
from services.watch.index import ROWS, Database, Index, State, ask_for_another, is_running, read_positions, read_state
from services.watch.indexing import NAMES, Indexing
from services.watch.rules.going_on import Position
from services.watch.rules.places import to_number
from services.watch.telling.tell import tell

LOOKS_EVERY: Final = 0.5
TAKEN_UP_WITHIN: Final = 30.0
"""Seconds in which a service that runs begins anew; else it is taken for one that does not."""


class Standing(Immutable):
    """How it stands now. ``unread`` is by topic; ``oldest`` and ``newest`` are the broker's times of rows."""

    state: State
    running: bool
    rows: int
    bytes_stored: int
    bytes_indexed: int
    unread: Mapping[str, int]
    oldest: datetime | None
    newest: datetime | None


async def standing(at: Addresses, databases: str) -> Standing:
    """Asks Kafka and the index. Raises ``InstallationError`` if Kafka does not answer."""
    async with connect(at.mongo) as client:
        database = client[f"{databases}_watch"]
        state = await read_state(database)
        positions = await read_positions(database, state.build)
        begins, ends = await _bounds(at.kafka)
        sizes = await database.command("collStats", ROWS)
        rows = database[ROWS]
        times = [await rows.find_one({}, {"a": 1}, sort=[("a", order)]) for order in (1, -1)]
    oldest, newest = (None if found is None else found["a"] for found in times)
    unread: dict[str, int] = dict.fromkeys(NAMES, 0)
    for place, end in ends.items():
        unread[place[0]] += max(0, end - max(begins[place], _read_to(positions, place)))
    return Standing(
        state,
        is_running(state, datetime.now(UTC)),
        int(sizes.get("count", 0)),
        int(sizes.get("storageSize", 0)),
        int(sizes.get("totalIndexSize", 0)),
        unread,
        oldest,
        newest,
    )


class Rebuilt(Immutable):
    """What a building came to."""

    records: int
    time: timedelta
    by_service: bool


async def rebuild(
    at: Addresses, databases: str, days: int, *, lose_older: bool, told: Callable[[int, int], None]
) -> Rebuilt:
    """Throws the index away and builds it anew: the service does it if it runs, else this process. ``told`` hears how
    many records of how many are read.

    Raises ``InstallationError`` if rows would be lost whose records Kafka no longer has, unless that is meant.
    """
    begun = time.monotonic()
    async with connect(at.mongo) as client:
        database = client[f"{databases}_watch"]
        begins, ends = await _bounds(at.kafka)
        state = await read_state(database)
        older = 0 if lose_older else await _older_rows(database, state, begins)
        if older:
            raise InstallationError(
                f"{older:,} rows of the index are of records that Kafka no longer keeps: they cannot be built anew. "
                "`leaseline watch rebuild --lose-older` throws them away, too."
            )
        build = await ask_for_another(database)
        total = sum(ends[place] - begins[place] for place in ends)
        by_service = is_running(state, datetime.now(UTC)) and await _taken_up(database, build)
        if by_service:
            await _until_read(database, build, begins, ends, told)
        else:
            await _read_here(database, at.kafka, days, total, told)
    told(total, total)
    return Rebuilt(total, timedelta(seconds=time.monotonic() - begun), by_service)


async def _older_rows(database: Database, state: State, begins: Mapping[Place, int]) -> int:
    numbers = {name: number for number, name in state.names.items()}
    count = 0
    for (topic, partition), begin in begins.items():
        if topic in numbers and begin > 0:
            stretch = {
                "$gte": to_number(numbers[topic], partition, 0),
                "$lt": to_number(numbers[topic], partition, begin),
            }
            count += await database[ROWS].count_documents({"_id": stretch})
    return count


async def _taken_up(database: Database, build: int) -> bool:
    until = time.monotonic() + TAKEN_UP_WITHIN
    while time.monotonic() < until:
        if (await read_state(database)).build >= build:
            return True
        await asyncio.sleep(LOOKS_EVERY)
    return False


async def _until_read(
    database: Database,
    build: int,
    begins: Mapping[Place, int],
    ends: Mapping[Place, int],
    told: Callable[[int, int], None],
) -> None:
    total = sum(ends[place] - begins[place] for place in ends)
    while True:
        state = await read_state(database)
        if state.build != build:
            raise InstallationError("Somebody else began to build the index anew meanwhile: this one is no more.")
        if not is_running(state, datetime.now(UTC), timedelta(seconds=60)):
            raise InstallationError(
                "The watch service stopped while it built the index: start it again (`leaseline up`), it goes on."
            )
        positions = await read_positions(database, build)
        read = sum(
            min(end, max(begins[place], _read_to(positions, place))) - begins[place] for place, end in ends.items()
        )
        told(read, total)
        if read >= total:
            return
        await asyncio.sleep(LOOKS_EVERY)


async def _read_here(database: Database, kafka: str, days: int, total: int, told: Callable[[int, int], None]) -> None:
    indexing = Indexing(
        Index(database, days),
        kafka,
        tell,
        WatchFigures(),
        progress=lambda read, behind: told(read, max(total, read + behind)),
        looks_every=LOOKS_EVERY,
    )
    await indexing.run(until_read=True)


async def _bounds(kafka: str) -> tuple[dict[Place, int], dict[Place, int]]:
    try:
        async with opened_whole_log(kafka, NAMES, "leaseline-cli") as log:
            return await log.bounds(await log.places())
    except Doubt as fault:
        raise InstallationError(f"{fault}: check LEASELINE_KAFKA.") from fault


def _read_to(positions: Mapping[Place, Position], place: Place) -> int:
    return positions[place].next if place in positions else 0
