"""Records that were polled and never handed to the engine, with nothing behind them that would tell (rule 4).

The first offset of the next batch shows that the framework swallowed one; when no next batch comes, this does.
"""

from collections.abc import Mapping, Sequence

from services.engine.core.lane import Lane
from services.engine.core.record import Place

TOLD_WITHIN = 0.5
"""Seconds from the parser to the handler, when no batch is being handled."""


class Overlooked:
    """Watches the positions of the lanes in hand."""

    def __init__(self) -> None:
        self._since: dict[Place, float] = {}

    def forgive(self) -> None:
        """A batch is being handled: what was seen may be in it."""
        self._since.clear()

    def due(self, held: Mapping[int, Lane], now: float) -> Sequence[tuple[Place, int]]:
        """Where to read again, and from which offset. ``now`` is monotonic, in seconds."""
        behind = {
            (topic, number): position
            for number, lane in held.items()
            for topic, position in lane.positions.items()
            if position.behind
        }
        self._since = {place: self._since.get(place, now) for place in behind}
        found = [place for place, since in self._since.items() if now - since > TOLD_WITHIN]
        return [(place, behind[place].again()) for place in found]
