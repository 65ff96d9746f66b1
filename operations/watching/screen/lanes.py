"""How far each service has read each lane, and how old the next record is that waits there."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from installation import SERVICES
from installation.addresses import Addresses
from installation.lag import read_by
from operations.watching.log import Log
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import checkpoints
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.record import Place


class LaneLag(Immutable):
    """Records that a lane has not decided, over all services. ``behind_since``: since when it is not at its end."""

    lane: int
    behind: int
    behind_since: datetime | None = None

    def age(self, now: datetime) -> float:
        """Seconds since it was last seen at its end; 0 at its end."""
        return 0.0 if self.behind_since is None else max(0.0, (now - self.behind_since).total_seconds())


def lags(
    saved: Mapping[str, Sequence[Checkpoint]],
    ends: Mapping[Place, int],
    begins: Mapping[Place, int],
    before: Mapping[int, LaneLag],
    now: datetime,
) -> tuple[LaneLag, ...]:
    """By lane. What was behind before goes on being so since then."""
    behind: dict[int, int] = {partition: 0 for _, partition in ends}
    for service, found in saved.items():
        at = {(topic, each.lane): offset for each in found for topic, offset in each.offsets.items()}
        for topic in read_by(service):
            for lane in behind:
                place = (topic, lane)
                if place in ends:
                    behind[lane] += max(0, ends[place] - at.get(place, begins[place]))
    made = []
    for lane, count in sorted(behind.items()):
        was = before.get(lane)
        since = None if not count else (was.behind_since if was is not None and was.behind_since else now)
        made.append(LaneLag(lane, count, since))
    return tuple(made)


class Lanes:
    """Asks again and again."""

    def __init__(self, log: Log, at: Addresses, databases: str) -> None:
        self._log, self._at, self._databases = log, at, databases
        self._before: dict[int, LaneLag] = {}

    def now(self, now: datetime) -> tuple[LaneLag, ...]:
        """How it stands. Raises what a server that is away raises."""
        places = self._log.places({topic.name for topic in TOPICS if not topic.name.endswith("dead-letters")})
        ends, begins = self._log.ends(places), self._log.begins(places)
        found = lags(asyncio.run(self._saved()), ends, begins, self._before, now)
        self._before = {each.lane: each for each in found}
        return found

    async def _saved(self) -> Mapping[str, Sequence[Checkpoint]]:
        async with connect(self._at.mongo, answer_within=3.0) as client:
            return {service: await checkpoints(client[f"{self._databases}_{service}"]) for service in SERVICES}
