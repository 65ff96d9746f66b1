"""Many letters, one after the other: previewed, then sent or left, at a rate; stopped at any time, and gone on with."""

import asyncio
from collections.abc import Callable, Sequence

from contracts.values.immutable import Immutable
from operations.mending.opening import Mending
from services.engine.core.document import replace
from services.mending.acts import By
from services.mending.behind import Newer, newer_than
from services.mending.found import Shelved
from services.mending.holding_up import holds_up
from services.mending.query import Query
from services.mending.replaying import Preview, Told


class Progress(Immutable):
    """How far it is: ``done`` of ``of``."""

    what: str
    done: int
    of: int


Tell = Callable[[Progress], None]


async def previews(
    mending: Mending, letters: Sequence[Shelved], told: Told, tell: Tell, edit: bytes | None = None
) -> Sequence[Preview]:
    """What each would be now, in the order in which they came. Nothing is sent."""
    newer = await _newer(mending, letters, tell)
    found: list[Preview] = []
    for number, small in enumerate(letters):
        shelved = await whole(mending, small)
        if shelved is not None:
            behind = newer.get(shelved.letter.address, ())
            preview = await mending.replaying.preview(shelved, behind, told, edit)
            preview = replace(preview, holds_up=await holds_up(shelved.letter, mending.ask))
            found.append(preview if len(letters) == 1 else _small(preview))
        tell(Progress("rehearsed", number + 1, len(letters)))
    return found


async def whole(mending: Mending, shelved: Shelved) -> Shelved | None:
    """The same with its bytes; None if it is no longer kept."""
    return await mending.shelf.get(shelved.letter.place)


async def replay_all(
    mending: Mending, wanted: Sequence[Preview], by: By, rate: float, tell: Tell, edit: bytes | None = None
) -> int:
    """Sends them, at most ``rate`` a second; how many it were. Whatever interrupts it, what was sent is on record but
    the one that was being sent.
    """
    sent = 0
    for preview in wanted:
        shelved = await whole(mending, preview.shelved)
        if shelved is None or len(shelved.done) != len(preview.shelved.done):
            continue  # deleted by its age, or somebody else did it meanwhile
        await mending.replaying.replay(shelved, by, preview.rehearsed, edit)
        sent += 1
        tell(Progress("sent", sent, len(wanted)))
        await asyncio.sleep(1.0 / rate)
    return sent


async def discard_all(mending: Mending, letters: Sequence[Shelved], by: By, tell: Tell) -> int:
    """Puts on record that nobody will send them again; how many it were."""
    done = 0
    for small in letters:
        shelved = await whole(mending, small)
        if shelved is None or shelved.state == "discarded":
            continue
        await mending.replaying.discard(shelved, by)
        done += 1
        tell(Progress("discarded", done, len(letters)))
    return done


async def _newer(mending: Mending, letters: Sequence[Shelved], tell: Tell) -> dict[str, tuple[Newer, ...]]:
    found: dict[str, tuple[Newer, ...]] = {}
    for name, service in mending.services.items():
        mine = [each.letter for each in letters if each.letter.service == name and each.letter.request]
        if not mine:
            continue
        every = await mending.shelf.find(Query(services=(name,)))
        dead = frozenset(each.letter.address for each in every.letters)  # they had no effect either
        async with mending.shelf.reader() as reader:
            found |= await newer_than(
                reader, service, mending.lanes, mine, dead, lambda count: tell(Progress("records looked at", count, 0))
            )
    return found


def _small(preview: Preview) -> Preview:
    return Preview(
        preview.shelved.without_bytes,
        preview.rehearsed,
        preview.newer,
        preview.held_back,
        preview.unless,
        preview.holds_up,
    )
