"""The number of lanes of an installation: what its databases hold decides, not what a command is told."""

from installation import LANES, SERVICES
from installation.errors import InstallationError, mongo_answers
from installation.notes import Notes
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import fixed_lanes
from services.engine.core.growing import MOVING


async def stored_lanes(mongo: str, databases: str) -> int | None:
    """The number that was fixed at the first start of any of the services; None before it.

    Raises ``InstallationError`` if MongoDB does not answer: a guess might add partitions that nobody can take back.
    """
    with mongo_answers():
        async with connect(mongo) as client:
            for service in SERVICES:
                found = await fixed_lanes(client[f"{databases}_{service}"])
                if found is not None:
                    return found
    return None


async def lanes_to_start_with(mongo: str, databases: str) -> int | None:
    """The number that a service is to be started with now; None while lanes are moved to another number."""
    async with connect(mongo) as client:
        notes = Notes(client, databases)
        growing = await notes.growing()
        if growing is not None and growing.step == MOVING:
            return None
        stored = await notes.lanes()
        return LANES if stored is None else stored


async def _not_moving(mongo: str, databases: str) -> None:
    """Raises ``InstallationError`` while lanes are moved to another number."""
    with mongo_answers():
        async with connect(mongo) as client:
            growing = await Notes(client, databases).growing()
    if growing is not None and growing.step == MOVING:
        raise InstallationError(f"Not now: {growing.why_stopped}.")


async def agreed_lanes(mongo: str, databases: str, asked: int | None) -> int:
    """The stored number; before the first start what is asked, else the default.

    Raises ``InstallationError`` if another number is asked than the stored one, or while lanes are moved to another
    number: nothing was changed then.
    """
    await _not_moving(mongo, databases)
    stored = await stored_lanes(mongo, databases)
    if stored is None:
        return LANES if asked is None else asked
    if asked is not None and asked != stored:
        raise InstallationError(
            f"This installation ({databases}) has {stored} lanes, {asked} were asked for: the number was fixed at the "
            f"first start and decides from then on. Nothing was changed. Leave LEASELINE_LANES out, or set "
            f"LEASELINE_LANES={stored}. More are had with: leaseline lanes grow --to NUMBER"
        )
    return stored
