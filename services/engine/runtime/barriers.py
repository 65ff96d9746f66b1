"""Lanes that must not read requests yet: what was asked before they were added must be read first.

Clients write to a new partition as soon as they see it. What they said before stands in the partition of another lane,
its mother, or was forwarded to the new lane's internal topic while the installation grew (``docs/decisions/0086``).
"""

from collections.abc import Mapping, Sequence

from services.engine.core.faults import Doubt
from services.engine.core.lane import Lane
from services.engine.runtime.ports import Store


class Barriers:
    """``closed`` are the lanes in hand whose barriers are not known to be passed."""

    def __init__(self, store: Store) -> None:
        self.closed: set[int] = set()
        self._store = store

    def close(self, lane: Lane) -> None:
        """The lane was just acquired: whether its barriers are passed is found out by ``passed``."""
        if lane.checkpoint.barriers:
            self.closed.add(lane.checkpoint.lane)
        else:
            self.closed.discard(lane.checkpoint.lane)

    async def passed(self, held: Mapping[int, Lane]) -> Sequence[Lane]:
        """The lanes in hand that may read requests from now on. A store that does not answer is asked again later."""
        opened: list[Lane] = []
        for number in sorted(self.closed):
            lane = held.get(number)
            if lane is not None and await self._all_passed(lane) and held.get(number) is lane:
                self.closed.discard(number)
                opened.append(lane)
        return opened

    async def _all_passed(self, lane: Lane) -> bool:
        barriers = lane.checkpoint.barriers
        try:
            for number in sorted({barrier.lane for barrier in barriers}):
                found = await self._store.read(number)
                mine = [barrier for barrier in barriers if barrier.lane == number]
                if found is None or not all(found.passed(barrier) for barrier in mine):
                    return False
        except Doubt:
            return False
        return True
