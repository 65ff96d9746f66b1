"""One request from a file: read as the services read it, published where it belongs, and what is said to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.registry import MESSAGES
from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from contracts.values.refusals import WHAT_TO_DO
from contracts.wire.encoding import CONTENT_TYPE
from contracts.wire.envelope import Senseless, opened
from contracts.wire.message import Kind
from contracts.wire.topic import SERVICES
from installation.errors import InstallationError, kafka_answers
from operations.jobs.hearing import listen_from_now

EVENTS: Final = tuple(topic.name for topic in TOPICS if topic.name.endswith(".events") and topic.owner in SERVICES)
STILL: Final = 0.7
"""Seconds without another answer after which a request is taken to be answered whole."""


class Request(Immutable):
    """A request as it will be published; ``ignored`` names fields that nobody knows."""

    topic: str
    key: bytes
    value: bytes
    source: str
    id: str
    ignored: tuple[str, ...]


def request_in(value: bytes) -> Request:
    """Reads a file's content. Raises ``InstallationError`` with everything that would be refused in it."""
    found = opened(value, (), MESSAGES)
    if isinstance(found, Senseless):
        raise InstallationError(f"This is no message ({found.reason}): {found.detail or 'see contracts/examples'}.")
    if found.body is None:
        lines = (
            f"  {each.field or 'data'}: {each.code}{each.detail and f' ({each.detail})'}. {WHAT_TO_DO[each.code]}"
            for each in found.refusals
        )
        raise InstallationError("\n".join(("Nothing was sent. It would be refused:", *lines)))
    if found.model.kind is not Kind.REQUEST:
        raise InstallationError(
            f"{found.model.type_name()} is said by the services themselves: only requests are sent."
        )
    topic = next(topic.name for topic in TOPICS if found.model in topic.messages)
    key = next(iter(found.body.subjects()), "")
    return Request(topic, key.encode(), value, found.source, found.id, found.ignored)


async def send(kafka: str, request: Request, wait: float | None) -> Sequence[Mapping[str, Any]]:
    """Publishes it; returns what is said to it within ``wait`` seconds. None: does not wait.

    Raises ``InstallationError`` if Kafka does not answer, or nobody does within that time.
    """
    async with _listening(kafka, listens=wait is not None) as consumer:
        producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
        try:
            with kafka_answers(kafka):
                await producer.start()
                await producer.send_and_wait(request.topic, request.value, request.key, headers=[CONTENT_TYPE])
        finally:
            await producer.stop()
        return () if consumer is None or wait is None else await _answers(consumer, request, wait)


async def _answers(consumer: AIOKafkaConsumer, request: Request, wait: float) -> Sequence[Mapping[str, Any]]:
    clock, found = asyncio.get_running_loop().time, list[Mapping[str, Any]]()
    ends = clock() + wait
    while clock() < ends:
        records = (await consumer.getmany(timeout_ms=200)).values()
        for said in (_document(record.value) for each in records for record in each):
            if (said.get("causationsource"), said.get("causationid")) == (request.source, request.id):
                found.append(said)
                ends = clock() + STILL
    if not found:
        raise InstallationError(
            f"It was sent to {request.topic}, and nobody answered within {wait:g} s: do the services run? "
            "`leaseline up` starts them; sent again with the same id and content it is done once."
        )
    return found


def _document(value: bytes | None) -> Mapping[str, Any]:
    try:
        said = json.loads(value or b"")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


async def _places(kafka: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        described = await admin.describe_topics(list(EVENTS))
    finally:
        await admin.close()
    found = [TopicPartition(each["topic"], part["partition"]) for each in described for part in each["partitions"]]
    if not found:
        raise InstallationError(f"There are no topics on Kafka at {kafka}: run `leaseline topics create`.")
    return found


@asynccontextmanager
async def _listening(kafka: str, *, listens: bool) -> AsyncIterator[AIOKafkaConsumer | None]:
    """A consumer at the present ends of the events: answers come behind them."""
    if not listens:
        yield None
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", fetch_max_wait_ms=50)
    try:
        with kafka_answers(kafka):
            await consumer.start()
            places = await _places(kafka)
            await listen_from_now(consumer, places)
        yield consumer
    finally:
        await consumer.stop()
