"""Requests that nobody has read yet, forwarded to their new homes while nobody runs.

What a lane would forward when it comes to it is forwarded at once, so that it stands before everything that a new lane
will read or forward. The lane does it again when it comes to it, under the same origin: that is dropped, as ever
(rule 9). What is at home where it stands stays there, and so does what nobody can read.
"""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from installation.errors import InstallationError
from installation.kept import KNOWN
from installation.notes import Notes
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.kafka_unpacking import unpack_every_name
from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.faults import NotSaid
from services.engine.core.growing import Growing, is_request
from services.engine.core.reading import Forwarded, Reader
from services.engine.core.record import Outgoing

PAGE: Final = 500
"""Records that are read and forwarded at a time."""
SILENCE: Final = 20.0
"""Seconds without any progress after which somebody must look."""


class Forwarding:
    """Forwards for the services of one installation."""

    def __init__(self, notes: Notes, kafka: str, growing: Growing) -> None:
        unpack_every_name()
        self._notes = notes
        self._growing = growing
        self._producer = KafkaProducer(kafka, "leaseline-grow")
        self._ends = AIOKafkaConsumer(bootstrap_servers=kafka)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka, enable_auto_commit=False, isolation_level="read_committed", fetch_max_wait_ms=50
        )

    async def __aenter__(self) -> Self:
        await self._ends.start()
        await self._consumer.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._producer.close()
        await self._consumer.stop()
        await self._ends.stop()

    async def forward(self, service: str) -> tuple[int, Mapping[int, Sequence[Barrier]]]:
        """How many records were forwarded, and what each new lane must wait for before it reads requests: what its
        mother has not read yet, and what was forwarded to it.

        Raises ``InstallationError`` if a log cannot be read to its end.
        """
        known = KNOWN[service]
        reader = Reader(service, known.known(), self._growing.after)
        checkpoints = await self._notes.checkpoints(service)
        barriers: dict[int, list[Barrier]] = {lane: [] for lane in range(self._growing.before, self._growing.after)}
        count = 0
        for topic in filter(is_request, known.topics()):
            for mother in range(self._growing.before):
                checkpoint = checkpoints[mother]
                sent, last = await self._forward(topic, checkpoint, reader)
                count += sent
                if last is not None:
                    barrier = Barrier(topic, mother, checkpoint.incarnations.get(topic, 0), last + 1)
                    for lane in range(mother + self._growing.before, self._growing.after, self._growing.before):
                        barriers[lane].append(barrier)
        ends = await self._ends.end_offsets([TopicPartition(reader.internal, lane) for lane in barriers])
        for place, end in ends.items():
            incarnation = checkpoints[place.partition % self._growing.before].incarnations.get(reader.internal, 0)
            barriers[place.partition].append(Barrier(reader.internal, place.partition, incarnation, end))
        return count, barriers

    async def _forward(self, topic: str, checkpoint: Checkpoint, reader: Reader) -> tuple[int, int | None]:
        """Forwards what a lane has not read of a topic; how much, and the offset of the last record that is there."""
        place = TopicPartition(topic, checkpoint.lane)
        incarnation = checkpoint.incarnations.get(topic, 0)
        end = (await self._ends.end_offsets([place]))[place]
        begin = (await self._ends.beginning_offsets([place]))[place]
        self._consumer.assign([place])
        self._consumer.seek(place, max(begin, checkpoint.offsets.get(topic, begin)))
        at, since = await self._consumer.position(place), time.monotonic()
        sent, last = 0, None
        while at < end:
            records = (await self._consumer.getmany(timeout_ms=200, max_records=PAGE)).get(place, ())
            out: list[Outgoing] = []
            for record in records:
                last = record.offset
                read, _origin, _forwarded = reader.read(record, incarnation)
                if isinstance(read, Forwarded):
                    out += read.records
            await self._say(out)
            sent += len(out)
            if (now := await self._consumer.position(place)) != at:  # behind markers of transactions, too
                at, since = now, time.monotonic()
            elif time.monotonic() - since > SILENCE:
                raise InstallationError(
                    f"{topic} partition {place.partition} cannot be read beyond offset {at}, its log ends at {end}: a "
                    f"client has a transaction open, or Kafka does not answer. Run the command again."
                )
        return sent, last

    async def _say(self, records: Sequence[Outgoing]) -> None:
        try:
            await self._producer.publish(records)
        except NotSaid as fault:
            raise InstallationError(
                f"Kafka did not acknowledge what was forwarded ({fault}): run the command again."
            ) from fault
