"""Whether everything is heard that services said: no position behind the end of its log, nothing left to be said."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from installation import SERVICES
from installation.kept import COLLECTIONS
from installation.lag import read_by
from installation.notes import Notes
from services.engine.adapters.mongo_growing import under_way
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.growing import Heard, heard, is_request
from services.engine.core.record import Place

Saved = Mapping[str, Mapping[int, Checkpoint]]


class Quiet:
    """Looks at the services of an installation of so many lanes."""

    def __init__(self, notes: Notes, kafka: str, lanes: int) -> None:
        self._lanes = lanes
        self._notes = notes
        self._consumer = AIOKafkaConsumer(bootstrap_servers=kafka)

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def left(self) -> Sequence[str]:
        """What is left to be heard or said, a sentence each; nothing: there was a moment in which nothing was.

        The logs' ends are taken between two looks at the checkpoints: where no batch came between, what the first one
        found was still so when the ends were taken.
        """
        before = await self._saved()
        ends = await self._ends()
        after = await self._saved()
        return [*self._unheard(before, ends), *_saving(before, after), *await self._open()]

    async def _saved(self) -> Saved:
        return {service: await self._notes.checkpoints(service) for service in SERVICES}

    async def _ends(self) -> Mapping[Place, tuple[int, int]]:
        topics = dict.fromkeys(topic for service in SERVICES for topic in read_by(service) if not is_request(topic))
        places = [TopicPartition(topic, lane) for topic in topics for lane in range(self._lanes)]
        begins = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        return {(place.topic, place.partition): (begins[place], ends[place]) for place in places}

    def _unheard(self, saved: Saved, ends: Mapping[Place, tuple[int, int]]) -> Sequence[str]:
        found = []
        for service, checkpoints in saved.items():
            topics = [topic for topic in read_by(service) if not is_request(topic)]
            for lane in range(self._lanes):
                here = {topic: ends[topic, lane] for topic in topics}
                stands = heard(checkpoints.get(lane, Checkpoint(lane)), topics, here)
                if not stands.all:
                    found.append(_told(service, stands))
        return found

    async def _open(self) -> Sequence[str]:
        return [
            f"{service} to end {name}, which is under way in all lanes"
            for service, collections in COLLECTIONS.items()
            for name in await under_way(self._notes.of(service), collections)
        ]


def _told(service: str, stands: Heard) -> str:
    unread = [f"{count} records of {topic}" for topic, count in stands.unread.items()]
    unsaid = [f"to say {stands.unsaid} records, or that they are said"] if stands.unsaid else []
    return f"{service}, lane {stands.lane}, " + " and ".join([*(f"to read {each}" for each in unread), *unsaid])


def _saving(before: Saved, after: Saved) -> Sequence[str]:
    moved = {
        service
        for service, checkpoints in after.items()
        for lane, now in checkpoints.items()
        if (was := before[service].get(lane)) is None or (was.epoch, was.batch) != (now.epoch, now.batch)
    }
    return [f"{service}, which saved something just now" for service in SERVICES if service in moved]
