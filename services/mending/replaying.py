"""A letter sent again: first said what it would be, then sent, then put on record, in this order.

Whoever is killed between sending and recording sends it a second time: that one is a repeat, by identity, version or
place, and changes nothing (``docs/decisions/0105``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, Protocol

from contracts.messages.watching import PersonalDataShown
from contracts.values.immutable import Immutable
from services.engine.core.letter import Letter, NotSentAgain, sent_again
from services.engine.core.record import Outgoing
from services.engine.core.rehearsal import Rehearsed, Verdict
from services.mending import acts
from services.mending.acts import Act, By
from services.mending.behind import Newer
from services.mending.found import Shelved

STEPS: Final = ("sent", "recorded")
"""What ``at`` is told of."""


class Rehearses(Protocol):
    """Says what a record would be now."""

    async def rehearse(self, outgoing: Outgoing, now: int) -> Rehearsed:
        """The verdict."""


class Says(Protocol):
    """A producer that tells where a record came to stand."""

    async def publish_one(self, record: Outgoing) -> int:
        """Its offset. Raises ``NotSaid``."""


class Preview(Immutable):
    """What would become of a letter. ``held_back`` says why it is not sent again as things are (empty: it is),
    ``unless`` which word of ``Told`` would have it sent all the same (empty: none).
    """

    shelved: Shelved
    rehearsed: Rehearsed | None
    newer: tuple[Newer, ...] = ()
    held_back: str = ""
    unless: str = ""
    holds_up: str = ""
    """What waits for it, in a sentence: a billing run, an order's change, an order's price."""


class Told(Immutable):
    """What the caller allows: behind newer messages; letters that were sent again, or discarded; such that would do
    nothing, or be dead again.
    """

    behind_newer: bool = False
    again: bool = False
    anyway: bool = False


class Replaying:
    """Sends letters again. ``now`` is the time, milliseconds UTC."""

    def __init__(
        self,
        rehearsals: Mapping[str, Rehearses],
        says: Says,
        lanes: int,
        now: Callable[[], int],
        at: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._rehearsals = rehearsals
        self._says = says
        self._lanes = lanes
        self._now = now
        self._at = at

    async def preview(
        self, shelved: Shelved, newer: Sequence[Newer] = (), told: Told | None = None, edit: bytes | None = None
    ) -> Preview:
        """What it would be now, from the real rules on what stands there now; nothing is sent. The letter has its
        bytes. Raises what the rehearsal raises.
        """
        told = told or Told()
        try:
            outgoing = sent_again(shelved.letter, self._lanes, edit)
        except NotSentAgain as why:
            return Preview(shelved, None, tuple(newer), str(why))
        rehearsed = await self._rehearsals[shelved.letter.service].rehearse(outgoing, self._now())
        held_back, unless = _held_back(shelved, rehearsed, newer, told)
        return Preview(shelved, rehearsed, tuple(newer), held_back, unless)

    async def replay(
        self, shelved: Shelved, by: By, rehearsed: Rehearsed | None = None, edit: bytes | None = None
    ) -> Act:
        """Sends it and puts that on record. Raises ``NotSentAgain``, ``NotSaid``, pydantic's ``ValidationError`` for a
        blank actor or reason: then it was not sent.
        """
        letter = shelved.letter
        outgoing = sent_again(letter, self._lanes, edit)
        verdict = None if rehearsed is None else rehearsed.verdict
        times = 1 + sum(done.state == "replayed" for done in shelved.done)
        acts.replayed(letter, by, "", verdict, times, edit)  # judged before anything is sent
        offset = await self._says.publish_one(outgoing)
        self._at("sent")
        act = acts.replayed(letter, by, _address(letter, outgoing, offset), verdict, times, edit)
        await self._says.publish_one(acts.record_of(act, self._now(), self._lanes))
        self._at("recorded")
        return act

    async def discard(self, shelved: Shelved, by: By) -> Act:
        """Puts on record that nobody will send it again. Raises as ``replay``."""
        act = acts.discarded(shelved.letter, by)
        await self._says.publish_one(acts.record_of(act, self._now(), self._lanes))
        self._at("recorded")
        return act

    async def note_shown(self, shelved: Shelved, by: By, through: Literal["terminal", "http"] = "terminal") -> None:
        """Puts on record that somebody sees what is personal in a letter. Raises as ``replay``."""
        act = PersonalDataShown(shown=shelved.letter.place, through=through, actor=by.actor, reason=by.reason)
        await self._says.publish_one(acts.record_of(act, self._now(), self._lanes))


def _address(letter: Letter, outgoing: Outgoing, offset: int) -> str:
    again = f"~{letter.origin.incarnation}" if letter.origin.incarnation else ""
    return f"{outgoing.topic}{again}/{outgoing.lane}/{offset}"


def _held_back(shelved: Shelved, rehearsed: Rehearsed, newer: Sequence[Newer], told: Told) -> tuple[str, str]:
    """Why it is not sent, and which word of ``Told`` would have it sent all the same; empty: nothing against it."""
    if shelved.state != "open" and not told.again:
        act = shelved.done[-1].act
        return f"it was {shelved.state} by {act.actor}: {act.reason}", "again"
    if newer and not told.behind_newer:
        first = newer[0]
        return f"{first.type} about the same came behind it ({first.address}), decided without it", "behind_newer"
    if rehearsed.verdict.dead:
        why = f"it would be a dead letter again: {rehearsed.why} ({rehearsed.detail})"
    elif rehearsed.verdict is Verdict.NOBODYS:
        why = "nobody reads it: it would change nothing"
    elif rehearsed.verdict is Verdict.ALREADY_SO:
        why = "it stands already: it would change nothing"
    else:
        return "", ""
    return ("", "") if told.anyway else (why, "anyway")
