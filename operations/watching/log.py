"""The topics as they are read to watch them: no group, nothing committed, no trace of it in any service."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from contracts.values.immutable import Immutable
from installation.errors import InstallationError
from services.engine.core.record import Place

ANSWER: Final = 15.0
"""Seconds that Kafka has to answer."""
_MOST: Final = 5_000
"""Records taken at once."""


class Consumed(Immutable):
    """A record as it was read."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Away(InstallationError):
    """Kafka stopped answering while it was read."""


class Batch(Immutable):
    """What came: records, partitions that were read to their present end, and what is wrong with a topic."""

    records: Sequence[Consumed]
    ended: Sequence[Place]
    wrong: Sequence[str]
    full: bool


class Log:
    """One reader of an installation's topics. Raises ``InstallationError`` if Kafka does not answer."""

    def __init__(self, servers: str) -> None:
        self.servers = servers
        settings: dict[str, str | int | float | bool] = {
            "bootstrap.servers": servers,
            "client.id": "leaseline-watch",
            "log_level": 0,
        }
        self._admin = AdminClient(settings)
        self._consumer = Consumer(
            {
                **settings,
                "group.id": "leaseline-watch",  # librdkafka wants one; nobody joins it, and nothing is committed
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",  # what was deleted meanwhile is passed over
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 50,
                "fetch.max.bytes": 8 * 1024 * 1024,
                "queued.max.messages.kbytes": 32 * 1024,
                "queued.min.messages": 20_000,
                "error_cb": self._erred,
            }
        )
        self.away_since: float | None = None
        self.interrupted = False
        self._left: list[TopicPartition] = []
        self._asked = 0.0

    def close(self) -> None:
        """Ends it."""
        self._consumer.close()

    def places(self, topics: Iterable[str]) -> tuple[Place, ...]:
        """The partitions of those of the topics that are there."""
        wanted = frozenset(topics)
        try:
            found = self._consumer.list_topics(timeout=ANSWER).topics
        except KafkaException as error:
            raise InstallationError(self._silent(error)) from error
        return tuple(
            (name, partition)
            for name, topic in found.items()
            if name in wanted and topic.error is None
            for partition in topic.partitions
        )

    def begins(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where each partition begins."""
        return self._offsets(dict.fromkeys(places, OffsetSpec.earliest()))

    def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where the next record of each will stand."""
        return self._offsets(dict.fromkeys(places, OffsetSpec.latest()))

    def since(self, places: Sequence[Place], moment: datetime, ends: Mapping[Place, int]) -> dict[Place, int]:
        """Where the first record stands that is not older than the moment; the end if there is none."""
        if not places:
            return {}
        at = max(0, int(moment.timestamp() * 1000))
        try:
            found = self._consumer.offsets_for_times([TopicPartition(*place, at) for place in places], timeout=ANSWER)
        except KafkaException as error:
            raise InstallationError(self._silent(error)) from error
        return {
            (each.topic, each.partition): ends[each.topic, each.partition]
            if each.offset in (OFFSET_END, -1001)
            else each.offset
            for each in found
        }

    def read(self, begins: Mapping[Place, int]) -> None:
        """Reads from there on."""
        self._consumer.resume(self._left)  # what was left stays so for the library, even if it is assigned anew
        self._left = []
        self._consumer.assign([TopicPartition(*place, offset) for place, offset in begins.items()])

    def read_also(self, places: Iterable[Place]) -> None:
        """Reads these from their beginning, too: they are new."""
        self._consumer.incremental_assign([TopicPartition(*place, 0) for place in places])

    def leave(self, place: Place) -> None:
        """Reads no more of this partition."""
        part = TopicPartition(*place)
        self._consumer.pause([part])
        self._left.append(part)

    def next(self, patience: float) -> Batch:
        """What comes within so many seconds. Raises ``KafkaException`` for what nothing can be read after, and
        ``KeyboardInterrupt`` once it is ``interrupted``: out of the library's own callbacks it would be a defect.
        """
        records: list[Consumed] = []
        ended: list[Place] = []
        wrong: list[str] = []
        messages = self._consumer.consume(_MOST, patience)
        if self.interrupted:
            raise KeyboardInterrupt
        for message in messages:
            error = message.error()
            if error is None:
                records.append(_consumed(message))
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's name for it
                ended.append((message.topic() or "", message.partition() or 0))
            elif message.topic():
                wrong.append(f"{message.topic()} cannot be read: {error.str()}")
        if records:
            self.away_since = None
        return Batch(records, ended, wrong, len(messages) == _MOST)

    def answers(self) -> bool:
        """Whether Kafka answers, once it did not; asked every few seconds."""
        if self.away_since is None:
            return True
        if time.monotonic() - self._asked < 3.0:
            return False
        self._asked = time.monotonic()
        try:
            self._consumer.list_topics(timeout=2.0)
        except KafkaException:
            return False
        self.away_since = None
        return True

    def _offsets(self, asked: Mapping[Place, OffsetSpec]) -> dict[Place, int]:
        if not asked:
            return {}
        parts = {TopicPartition(*place): spec for place, spec in asked.items()}
        try:
            found = self._admin.list_offsets(parts, request_timeout=ANSWER)
            return {(part.topic, part.partition): future.result().offset for part, future in found.items()}
        except KafkaException as error:
            raise InstallationError(self._silent(error)) from error

    def _erred(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN and self.away_since is None:  # noqa: SLF001 - as above
            self.away_since = time.monotonic()

    def _silent(self, error: KafkaException) -> str:
        return f"Kafka at {self.servers} does not answer ({error.args[0].name()}): is it running? See LEASELINE_KAFKA."


def _consumed(message: Message) -> Consumed:
    return Consumed(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
        _bytes(message.key()),
        _bytes(message.value()),
        tuple((name, _bytes(content)) for name, content in message.headers() or ()),
    )


def _bytes(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content
