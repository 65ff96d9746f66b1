"""Records on a topic of the doctor's own: what Kafka makes of them, by the settings that an installation's topics have.

A topic is made for each set of settings that the topics of the installation really have, so that a setting which does
not hold, and one that is wrong, are seen in the same way: by what comes back. It is removed again, whatever happens.
"""

import asyncio
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError, for_code

from contracts.values.immutable import Immutable
from installation.topics import declared
from operations.doctor.finding import Unexaminable
from services.engine.adapters.kafka_durability import COPIES, Topic
from services.engine.core.document import replace

PREFIX: Final = "leaseline-doctor-"
"""How the names of these topics begin: the right to make, write, read and delete them is enough."""
LARGE: Final = 600_000
"""Bytes that must pass: a service says so much at a time."""
ROOM: Final = 2 * LARGE
LONG_AGO: Final = 1_000
"""Milliseconds since 1970: the time that a scanner with an empty battery says."""
HEADERS: Final = (("b", b"1"), ("a", b"2"), ("b", b"3"), ("empty", b""), ("bytes", b"\xff\x00"))
NUMBERED: Final = 20
"""Small records that must come back in their order."""
BROKERS: Final = 1
"""The type of a timestamp that is the broker's."""
SAID_WITHIN_MS: Final = 4_000
MOST: Final = 3
"""Sets of settings that are tried: there should be one."""
READ_WITHIN: Final = 8.0


class Probe(Immutable):
    """What became of the records on a topic with the settings of ``topics``.

    ``refused`` names what Kafka said to the small ones, ``large_refused`` to the large one; blank: it took them.
    ``stamped``: milliseconds that the old record came back with. ``skew``: seconds that the broker's clock is before
    this machine's, known to ``unsure`` seconds; None if the topic keeps the clients' time. ``left``: why the topic is
    still there.
    """

    topics: tuple[str, ...]
    settings: Mapping[str, str]
    refused: str = ""
    large_refused: str = ""
    stamped: int | None = None
    skew: float | None = None
    unsure: float = 0.0
    headers_kept: bool = True
    in_order: bool = True
    left: str = ""


async def probes(
    servers: str, admin: AIOKafkaAdminClient, topics: Sequence[Topic], brokers: int, now: Callable[[], float]
) -> Sequence[Probe]:
    """One for each set of settings, side by side. Raises ``Unexaminable`` if such a topic cannot be had."""
    alike: dict[tuple[int, tuple[tuple[str, str], ...]], list[str]] = {}
    for topic in topics:
        alike.setdefault((topic.copies, _settings(topic)), []).append(topic.name)
    if not alike:
        copies = min(COPIES, brokers)
        alike[copies, tuple(declared(copies).items())] = []
    tried = list(alike.items())[:MOST]
    return await asyncio.gather(
        *[_probe(servers, admin, copies, dict(settings), names, now) for (copies, settings), names in tried]
    )


def _settings(topic: Topic) -> tuple[tuple[str, str], ...]:
    """Those that `leaseline topics create` sets, as they are."""
    return tuple((name, topic.settings[name]) for name in declared(topic.copies) if name in topic.settings)


async def _probe(
    servers: str,
    admin: AIOKafkaAdminClient,
    copies: int,
    settings: Mapping[str, str],
    names: Sequence[str],
    now: Callable[[], float],
) -> Probe:
    name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
    left = ""
    try:
        await _make(admin, NewTopic(name, 1, copies, topic_configs=dict(settings)))
        found = await _tried(servers, name, Probe(tuple(names), settings), now)
    finally:
        try:
            await _remove(admin, name)
        except KafkaError as error:
            left = f"{name} ({type(error).__name__})"
    return replace(found, left=left)


async def _make(admin: AIOKafkaAdminClient, topic: NewTopic) -> None:
    try:
        made = await admin.create_topics([topic])
        for _, code, *_ in made.topic_errors:
            if code:
                raise for_code(code)(topic.name)
    except KafkaError as error:
        raise Unexaminable(
            f"Kafka would not make a topic to try it on ({type(error).__name__})",
            f"give this user Create, Write, Read, Describe and Delete on topics that begin with {PREFIX}",
        ) from error


async def _remove(admin: AIOKafkaAdminClient, name: str) -> None:
    gone = await admin.delete_topics([name])
    for _, code in gone.topic_error_codes:
        if code not in (0, UnknownTopicOrPartitionError.errno):
            raise for_code(code)(name)


async def _tried(servers: str, topic: str, probe: Probe, now: Callable[[], float]) -> Probe:
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        client_id="leaseline-doctor",
        acks="all",
        request_timeout_ms=SAID_WITHIN_MS,
        max_batch_size=ROOM,
        max_request_size=ROOM,
    )
    await producer.start()
    try:
        said = await _said(producer, topic, probe, now)
    finally:
        with suppress(TimeoutError):  # what was never acknowledged would be waited for
            async with asyncio.timeout(1.0):
                await producer.stop()
    return said[0] if said[0].refused else compared(*said, await _read(servers, topic))


async def _said(
    producer: AIOKafkaProducer, topic: str, probe: Probe, now: Callable[[], float]
) -> tuple[Probe, float, float]:
    """What was refused of it, and between which two moments of this machine the first of ``NUMBERED`` was taken."""
    before = after = now()
    try:
        await producer.send_and_wait(topic, b"old", key=b"k", partition=0, timestamp_ms=LONG_AGO, headers=list(HEADERS))
        before = now()
        await producer.send_and_wait(topic, b"0", key=b"k", partition=0)
        after = now()
        await asyncio.gather(
            *[await producer.send(topic, str(n).encode(), key=b"k", partition=0) for n in range(1, NUMBERED)]
        )
    except TopicAuthorizationFailedError:
        raise  # a missing right says nothing of records
    except (KafkaError, TimeoutError) as error:
        return replace(probe, refused=type(error).__name__), before, after
    try:
        await producer.send_and_wait(topic, os.urandom(LARGE), key=b"k", partition=0)
    except (KafkaError, TimeoutError) as error:
        return replace(probe, large_refused=type(error).__name__), before, after
    return probe, before, after


async def _read(servers: str, topic: str) -> Sequence[ConsumerRecord]:
    """All that stands there."""
    place = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id="leaseline-doctor",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=ROOM,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(READ_WITHIN):
            while await consumer.position(place) < end:
                found += (await consumer.getmany(timeout_ms=100)).get(place, ())
        return found
    finally:
        await consumer.stop()


def compared(probe: Probe, before: float, after: float, records: Sequence[ConsumerRecord]) -> Probe:
    """What came back, beside what was said; the first numbered one was taken between these moments."""
    old, first, *_ = records
    numbered = [record.value for record in records[1 : NUMBERED + 1]]
    large = [len(record.value) for record in records[NUMBERED + 1 :]]
    lost = not probe.large_refused and large != [LARGE]
    return replace(
        probe,
        stamped=old.timestamp,
        skew=first.timestamp / 1000 - (before + after) / 2 if first.timestamp_type == BROKERS else None,
        unsure=(after - before) / 2,
        headers_kept=tuple(old.headers) == HEADERS,
        in_order=numbered == [str(n).encode() for n in range(NUMBERED)],
        large_refused="it did not come back whole" if lost else probe.large_refused,
    )
