"""A recording of the three services: the same input gives the same bytes on every topic and the same documents.

``python -m tests.together.recording FOLDER`` feeds the demonstration's records and the bench's into the real planning
of the three services, in memory, in batches that follow from the input alone. It writes every topic and every
collection as lines of JSON and prints a digest of each: run it before and after a change that must change nothing, and
compare the two folders. Positions, owners and marks are left out: they belong to the machine, not to the business.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from bench import workload
from contracts.topics import TOPICS
from demo.sample.outbound import Outbound
from demo.sample.waves import waves
from services.billing.service import billing
from services.engine.core.lanes import home
from services.engine.core.record import Outgoing
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.fulfillment.settings import Settings as FulfillmentSettings
from services.orders.service import orders
from services.orders.settings import Settings as OrdersSettings
from tests.engine.batch import Shelf
from tests.engine.memory.log import MemoryRecord

LANES: Final = 16
BATCH: Final = 500
BEGAN: Final = 1_540_000_000_000
"""Milliseconds: the broker's time of the first record, in October 2018; each record is a millisecond later."""
BENCH_ORDERS: Final = 2_000


@dataclass
class Recording:
    """Topics and services as they are fed."""

    topics: dict[tuple[str, int], list[MemoryRecord]] = field(default_factory=lambda: defaultdict(list))
    read: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    shelves: list[Shelf] = field(
        default_factory=lambda: [Shelf(LANES, each) for each in (_orders(), _fulfillment(), billing())]
    )
    now: int = BEGAN

    def append(self, records: Iterable[Outgoing]) -> None:
        """Publishes records, each with the next millisecond as the broker's time."""
        for record in records:
            place = self.topics[record.topic, record.lane]
            self.now += 1
            place.append(
                MemoryRecord(
                    record.topic, record.lane, len(place), self.now, record.key, record.value, tuple(record.headers)
                )
            )

    def settle(self) -> None:
        """Lets every service decide until nothing is left to read."""
        while sum(self._lane(shelf, lane) for shelf in self.shelves for lane in range(LANES)):
            pass  # each lane of each service had its turn; one of them found something to read

    def _lane(self, shelf: Shelf, lane: int) -> bool:
        name = shelf.service.name
        batch: list[MemoryRecord] = []
        for topic in sorted(shelf.service.topics(), key=lambda topic: not topic.endswith(".events")):
            at = self.read[name, topic, lane]
            batch += self.topics[topic, lane][at : at + BATCH - len(batch)]
        if not batch:
            return False
        plan = shelf.save(shelf.plan(batch))
        for record in batch[: plan.taken]:
            self.read[name, record.topic, lane] = record.offset + 1
        for checkpoint in plan.checkpoints:
            self.append(checkpoint.outgoing)
        return True


def _orders() -> Service:
    return orders(OrdersSettings())


def _fulfillment() -> Service:
    return fulfillment(FulfillmentSettings())


def recorded(batches: Iterable[Sequence[Outgoing]]) -> Recording:
    """What comes of the batches, each sent when all that came of the one before was decided."""
    recording = Recording()
    for batch in batches:
        recording.append(batch)
        recording.settle()
    return recording


def demonstration() -> Iterable[Sequence[Outgoing]]:
    """The waves of the demonstration."""
    for wave in waves():
        yield [Outgoing(r.topic, _lane_of(r), r.key, r.value, tuple(r.headers)) for r in wave.records]


def bench(count: int = BENCH_ORDERS) -> Iterable[Sequence[Outgoing]]:
    """The catalog, then so many orders with their scans."""
    yield [_sent(each) for each in workload.catalog()]
    fed: list[Outgoing] = []
    for order, scans, _ in workload.orders(count, "r"):
        fed += [_sent(order), *map(_sent, scans)]
    yield fed


def _sent(sent: workload.Sent) -> Outgoing:
    return Outgoing(sent.topic, home(sent.key.decode(), LANES), sent.key, sent.value)


def _lane_of(record: Outbound) -> int:
    """The partition that the client would choose: Java's by the key's hash, librdkafka's by another one."""
    if record.partition is not None:
        return record.partition
    if record.key is None:
        return crc32(record.value or b"") % LANES
    return home(record.key.decode("utf-8", "replace"), LANES) if record.via == "java" else crc32(record.key) % LANES


def lines(recording: Recording) -> dict[str, list[str]]:
    """By file name: every record of a topic by partition and offset, every document of a collection by id."""
    found: dict[str, list[str]] = {}
    for topic in sorted(each.name for each in TOPICS):
        records = [r for lane in range(LANES) for r in recording.topics.get((topic, lane), ())]
        found[topic] = [
            json.dumps([r.partition, r.offset, _text(r.key), _text(r.value), [[n, _text(c)] for n, c in r.headers]])
            for r in records
        ]
    for shelf in recording.shelves:
        names = {collection.name for collection in shelf.service.collections}
        for name in sorted(names):
            documents = sorted((id_, stored) for (kind, id_), stored in shelf.documents.items() if kind == name)
            found[f"{shelf.service.name}-{name}"] = [
                json.dumps([id_, stored], default=str, sort_keys=True) for id_, stored in documents
            ]
    return found


def _text(content: Any) -> str | None:
    return None if content is None else bytes(content).decode("utf-8", "backslashreplace")


def main(folder: Path) -> None:
    """Writes both recordings and prints their digests."""
    for name, batches in (("demo", demonstration()), ("bench", bench())):
        for file, content in lines(recorded(batches)).items():
            path = folder / name / f"{file}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(f"{line}\n" for line in content)
            path.write_text(text, "utf-8")
            sys.stdout.write(f"{name:5} {file:28} {len(content):7} lines  {sha256(text.encode()).hexdigest()[:16]}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
