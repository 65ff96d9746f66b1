"""What the databases of an installation say of its lanes: the number, the way to another one, how far each was read."""

from collections.abc import Mapping, Sequence

from installation import SERVICES
from installation.errors import InstallationError
from services.engine.adapters import mongo_growing as stored
from services.engine.adapters.mongo_client import Client
from services.engine.adapters.mongo_growing import Database
from services.engine.adapters.mongo_lanes import checkpoints, fixed_lanes
from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.growing import MOVING, Growing, added_lane


class Notes:
    """Those of one installation, over all its services."""

    def __init__(self, client: Client, databases: str) -> None:
        self._client = client
        self.databases = databases

    def of(self, service: str) -> Database:
        """The database of a service."""
        return self._client[f"{self.databases}_{service}"]

    async def lanes(self) -> int | None:
        """The number that all services have; None before the first start of any. Raises ``InstallationError`` if they
        have several.
        """
        found = await self.fixed()
        if len(set(found.values())) > 1:
            each = ", ".join(f"{service} {number}" for service, number in found.items())
            raise InstallationError(f"The services of {self.databases} have different numbers of lanes: {each}.")
        return next(iter(found.values()), None)

    async def fixed(self) -> Mapping[str, int]:
        """The number of each service that was ever started."""
        fixed = {service: await fixed_lanes(self.of(service)) for service in SERVICES}
        return {service: number for service, number in fixed.items() if number is not None}

    async def growing(self) -> Growing | None:
        """Where the installation is on its way to. One service that moves says that all were fenced off."""
        notes = [found for service in SERVICES if (found := await stored.growing(self.of(service))) is not None]
        return next((note for note in notes if note.step == MOVING), notes[0] if notes else None)

    async def left(self) -> Sequence[str]:
        """The services whose note stands: the others are through, and may run by now."""
        return [service for service in SERVICES if await stored.growing(self.of(service)) is not None]

    async def write(self, growing: Growing, services: Sequence[str]) -> None:
        """Notes it in the databases of these services."""
        for service in services:
            await stored.note_growing(self.of(service), growing)

    async def remove(self) -> None:
        """The notes are gone, one after the other."""
        for service in SERVICES:
            await stored.remove_note(self.of(service))

    async def fence(self, growing: Growing) -> None:
        """Nobody who counts the former lanes saves or acquires any of them from now on."""
        for service in SERVICES:
            await stored.fence(self.of(service), range(growing.before), growing.after)

    async def take_fence_back(self, growing: Growing) -> None:
        """They do again."""
        for service in SERVICES:
            await stored.take_fence_back(self.of(service), growing)

    async def count(self, growing: Growing) -> None:
        """The new number is the stored one, in all databases."""
        for service in SERVICES:
            await stored.fix_lanes(self.of(service), growing.after)

    async def checkpoints(self, service: str) -> Mapping[int, Checkpoint]:
        """The checkpoints of its lanes, as far as anybody ever had them."""
        return {checkpoint.lane: checkpoint for checkpoint in await checkpoints(self.of(service))}

    async def add_lanes(self, service: str, growing: Growing, barriers: Mapping[int, Sequence[Barrier]]) -> None:
        """The checkpoints of the new lanes, each after its mother's."""
        there = await self.checkpoints(service)
        reset = next((each.incarnations for each in there.values() if each.incarnations), {})  # one for all lanes
        for lane in range(growing.before, growing.after):
            new = added_lane(lane, there[lane % growing.before], reset, growing, barriers[lane])
            await stored.begin_lane(self.of(service), new)
