"""Whether a record of the internal topic may have the origin that it claims (rule 9).

A mark is set at the origin's offset, and drops everything up to it that comes later. An origin that lies beyond the end
of its topic, or in a topic that the service does not read, would set a mark that swallows what is still to come.
"""

from collections.abc import Mapping, Sequence

from services.engine.core.entry import Spot, spot
from services.engine.core.lane import Lane
from services.engine.core.message import Origin
from services.engine.core.reading import FALSE_ORIGIN, Reader, Reject
from services.engine.core.record import Place, Record
from services.engine.runtime.ports import Consumer


class Origins:
    """Judges claims. ``held`` are the lanes in hand: how far they were read is how far their logs reach at least."""

    def __init__(self, topics: Sequence[str], reader: Reader, consumer: Consumer, held: Mapping[int, Lane]) -> None:
        self._topics = frozenset(topics) - {reader.internal}
        self._reader = reader
        self._consumer = consumer
        self._held = held
        self._ends: dict[Place, int] = {}

    async def false(self, records: Sequence[Record], lanes: Mapping[int, Lane]) -> Mapping[Spot, Reject]:
        """The records whose origin cannot be theirs. Asks the broker once, for all logs that are not known to reach so
        far; most batches ask nothing. Raises ``Doubt`` when nobody answers.
        """
        found: dict[Spot, Reject] = {}
        beyond: list[tuple[Record, Origin]] = []
        for record in records:
            origin = self._reader.claimed(record)
            if origin is None:
                continue
            incarnation = lanes[record.partition].checkpoint.incarnations.get(origin.topic, 0)
            wrong = self._wrong(origin, incarnation)
            if wrong is not None:
                found[spot(record)] = Reject(FALSE_ORIGIN, wrong)
            elif origin.incarnation == incarnation and origin.offset >= self._known(origin):
                beyond.append((record, origin))
        if beyond:
            places = list({(origin.topic, origin.partition): None for _, origin in beyond})
            self._ends |= {place: end for place, (_, end) in (await self._consumer.ends(places)).items()}
            for record, origin in beyond:
                end = self._ends[origin.topic, origin.partition]
                if origin.offset >= end:
                    found[spot(record)] = Reject(
                        FALSE_ORIGIN, f"{origin.address} lies beyond the end of its log, {end}"
                    )
        return found

    def _wrong(self, origin: Origin, incarnation: int) -> str | None:
        if origin.topic not in self._topics:
            return f"{self._reader.service} takes nothing from {origin.topic[:100]}"
        if origin.partition >= self._reader.lanes:
            return f"{origin.topic} has no partition {origin.partition}"
        if origin.incarnation > incarnation:
            return f"{origin.topic} was reset {incarnation} times, not {origin.incarnation}"
        return None

    def _known(self, origin: Origin) -> int:
        """The least that the log is known to reach to."""
        lane = self._held.get(origin.partition)
        read = lane.positions[origin.topic].expected if lane is not None and origin.topic in lane.positions else 0
        return max(read, self._ends.get((origin.topic, origin.partition), 0))
