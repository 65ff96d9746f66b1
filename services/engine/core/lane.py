"""A lane in hand: its checkpoint as last saved, and the position in each of its partitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.positions import Position
from services.engine.core.record import Place, Record


@dataclass(slots=True)
class Lane:
    """Acquired under ``checkpoint.epoch``. Nothing else of the process may hold the same lane."""

    checkpoint: Checkpoint
    positions: dict[str, Position]

    def places(self) -> Sequence[Place]:
        """Its partitions."""
        return [(topic, self.checkpoint.lane) for topic in self.positions]

    def saved(self, checkpoint: Checkpoint, records: Mapping[str, Record]) -> None:
        """Moves on to what was saved; ``records`` are the last ones read of each topic."""
        self.checkpoint = checkpoint
        for topic in records:
            self.positions[topic].passed(checkpoint.offsets[topic], checkpoint.bookmarks.get(topic))


def begun(checkpoint: Checkpoint, begins: Mapping[Place, int]) -> Lane:
    """The lane at its checkpoint; topics that it never read begin with their logs."""
    positions = {
        topic: Position(checkpoint.offsets.get(topic, begin), checkpoint.bookmarks.get(topic))
        for (topic, _), begin in begins.items()
    }
    return Lane(checkpoint, positions)
