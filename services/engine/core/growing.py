"""More lanes for an installation: what a number must be, what becomes of documents and checkpoints, when all is quiet.

Only multiples: murmur2 modulo 32 is murmur2 modulo 16 or that plus 16, so all subjects of a new lane come from one old
lane, its mother, and the new lane goes on with the mother's clock (``docs/decisions/0086``).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from contracts.values.immutable import Immutable
from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.document import Stored
from services.engine.core.lanes import home
from services.engine.core.service import HomeField

Step = Literal["held", "moving"]
HELD: Final = "held"
"""Requests and ticks wait until everything that services said is heard. It can still be given up."""
MOVING: Final = "moving"
"""Nobody can save under the former number any more. It can only be ended."""
REQUESTS: Final = ".requests"
"""How the topics end that are held back."""


class Growing(Immutable):
    """An installation on its way from so many lanes to more."""

    before: int
    after: int
    step: Step

    @property
    def command(self) -> str:
        """What ends it."""
        return f"leaseline lanes grow --to {self.after}"

    @property
    def why_stopped(self) -> str:
        """Why a service must not run now, and what to do."""
        return (
            f"the installation is being grown from {self.before} to {self.after} lanes: wait for the end of: "
            f"{self.command} (run it again if it was broken off), then start the service with "
            f"LEASELINE_LANES={self.after}"
        )


def why_not(before: int, after: int, most: int) -> str | None:
    """Why an installation cannot grow so; None if it can."""
    if before < after <= most and after % before == 0:
        return None
    fit = list(range(2 * before, most + 1, before))[:3]
    if not fit:
        return f"it has {before} lanes, and {most} are the most that an installation can have"
    return (
        f"it has {before} lanes, {after} were asked for: it can only grow, to a multiple of what it has, up to {most}, "
        f"for example {', '.join(map(str, fit))}"
    )


def is_request(topic: str) -> bool:
    """Whether the topic is one that others write: it is held back while an installation grows."""
    return topic.endswith(REQUESTS)


def new_homes(document: Stored, fields: Sequence[HomeField], lanes: int) -> Mapping[str, int]:
    """The fields of a document that name another lane once there are so many."""
    homes = {
        field.name: home(field.subject.format_map(document), lanes)
        for field in fields
        if document.get(field.name) is not None
    }
    return {name: lane for name, lane in homes.items() if lane != document[name]}


class Heard(Immutable):
    """How a lane stands: what it has not read yet, by topic, of events and its internal topic, and the records that it
    may still have to say.
    """

    lane: int
    unread: Mapping[str, int]
    unsaid: int

    @property
    def all(self) -> bool:
        """Whether nothing is left."""
        return not self.unread and not self.unsaid


def heard(checkpoint: Checkpoint, topics: Iterable[str], ends: Mapping[str, tuple[int, int]]) -> Heard:
    """How the lane stands. ``ends`` are the first and next offsets of its partitions."""
    unread = {
        topic: left
        for topic in topics
        if not is_request(topic) and (left := ends[topic][1] - checkpoint.offsets.get(topic, ends[topic][0])) > 0
    }
    return Heard(checkpoint.lane, unread, len(checkpoint.outgoing))


def added_lane(
    lane: int, mother: Checkpoint, incarnations: Mapping[str, int], growing: Growing, barriers: Sequence[Barrier]
) -> Checkpoint:
    """The checkpoint that a new lane begins with: its mother's clock, nothing read, nothing to say. ``incarnations``
    are those of all lanes.
    """
    return Checkpoint(
        lane,
        epoch=1,
        incarnations=incarnations,
        clock=mother.clock,
        lanes=growing.after,
        barriers=tuple(barrier for barrier in barriers if barrier.offset),
    )


def another_number(service: str, lane: int, there: int, mine: int) -> str:
    """Why a worker cannot acquire a lane that is one of ``there``, if it counts ``mine``."""
    return (
        f"lane {lane} of {service} is one of {there} by now, this worker counts {mine}: the installation has grown, or "
        f"is growing. Wait for the end of: leaseline lanes grow --to {there} (run it again if it was broken off), then "
        f"start the service with LEASELINE_LANES={there}"
    )
