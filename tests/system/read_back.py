"""What stands in the topics afterwards, read from their beginnings."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord

from operations.verify.reading import opened_log

WHO = {
    "orders.events": "orders",
    "fulfillment.events": "fulfillment",
    "subscriptions.events": "fulfillment",
    "billing.events": "billing",
}
"""Which service says its facts and answers where."""


async def records(kafka: str, topics: Iterable[str]) -> Sequence[ConsumerRecord]:
    """All records that the topics hold now; those of a partition in their order."""
    wanted = set(topics)
    async with opened_log(kafka) as log:
        places = [place for place in log.places if place[0] in wanted]
        found: list[ConsumerRecord] = []
        async for some in log.read(await log.begins(places), await log.ends(places)):
            found += some
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """An event: ``cause`` is the source and id of what led to it, ``at`` the broker's time in ms."""

    service: str
    type: str
    id: str
    cause: tuple[str, str]
    data: dict[str, Any]
    at: int
    value: bytes
    place: tuple[str, int]


async def said(kafka: str, topics: Iterable[str] = tuple(WHO)) -> Sequence[Said]:
    """Every event in the log, duplicates too."""
    found: list[Said] = []
    for topic in topics:
        for record in await records(kafka, [topic]):
            head: dict[str, Any] = json.loads(record.value)
            cause = (head.get("causationsource", ""), head.get("causationid", ""))
            place = (record.topic, record.partition)
            type_ = head["type"].split(".")[-2]
            found.append(
                Said(WHO[topic], type_, head["id"], cause, head["data"], record.timestamp, record.value, place)
            )
    return found


def duplicates(events: Iterable[Said]) -> Sequence[Said]:
    """Those that stand in their partition a second time or more. Equal ids mean equal bytes."""
    first: dict[tuple[tuple[str, int], str], Said] = {}
    again: list[Said] = []
    for event in events:
        known = first.setdefault((event.place, event.id), event)
        if known is not event:
            assert known.value == event.value, f"{event.id} was said with other bytes"
            again.append(event)
    return again


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``origin`` is where the record stood: topic, partition, offset."""

    reason: str
    origin: tuple[str, int, int]
    value: bytes | None


async def dead_letters(kafka: str, service: str) -> Sequence[DeadLetter]:
    """All dead letters of a service, duplicates on the wire too."""
    found: list[DeadLetter] = []
    for record in await records(kafka, [f"{service}.dead-letters"]):
        about = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
        origin = (about["leaseline-topic"], int(about["leaseline-partition"]), int(about["leaseline-offset"]))
        found.append(DeadLetter(about["leaseline-reason"], origin, record.value))
    return found
