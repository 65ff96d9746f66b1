"""One thing to examine."""

from collections.abc import Awaitable, Callable, Sequence

from contracts.values.immutable import Immutable
from operations.doctor.finding import Finding, Room, Symptom
from operations.doctor.ground import Ground


class Check(Immutable):
    """``holds`` is what must be so, said when nothing was found. ``symptoms`` is all that ``examine`` may find; what it
    raises becomes a finding of its own.
    """

    room: Room
    name: str
    holds: str
    symptoms: tuple[Symptom, ...]
    examine: Callable[[Ground], Awaitable[Sequence[Finding]]]
