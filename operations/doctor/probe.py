"""What Kafka makes of records: the broker's time, what is large, headers, order."""

from collections.abc import Callable, Sequence
from typing import Final

from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.probing import LARGE, LONG_AGO, PREFIX, Probe

REFUSED = Symptom(
    "probe.refused", Level.WRONG, "a small record is not acknowledged",
    "nothing can be said: lanes stand, and requests are not taken",
    "look at the findings about topics, at the brokers' logs, and at the rights of this user",
)  # fmt: skip
CLIENTS_TIME = Symptom(
    "probe.timestamps", Level.WRONG, "a record stamped 1970 comes back with its own time",
    "a sender whose clock says 1970 would defeat every rule about time",
    "set message.timestamp.type=LogAppendTime; an offering that ignores it cannot be used",
)  # fmt: skip
LARGE_REFUSED = Symptom(
    "probe.large", Level.WRONG, "a record of 600 kB does not pass",
    "a service says so much at a time: the lane that must say it stands",
    "raise max.message.bytes of the topics, and what bounds a request in brokers and what lies before them",
)  # fmt: skip
HEADERS_LOST = Symptom(
    "probe.headers", Level.WRONG, "headers come back otherwise: others, or in another order",
    "where a record comes from stands in its headers", "use a Kafka that keeps them; look at what lies before it",
)  # fmt: skip
DISORDER = Symptom(
    "probe.order", Level.WRONG, "records of a partition come back in another order, or not all of them",
    "what was said first must be heard first", "use a Kafka that keeps it; look at what lies before it",
)  # fmt: skip
LEFT = Symptom(
    "probe.left", Level.WARNING, "the topic of the doctor's own could not be removed",
    "each examination would leave one", f"delete it; give this user Delete on topics that begin with {PREFIX}",
)  # fmt: skip
SYMPTOMS: Final = (REFUSED, CLIENTS_TIME, LARGE_REFUSED, HEADERS_LOST, DISORDER, LEFT)


async def comes_back(ground: Ground) -> Sequence[Finding]:
    """What was said comes back as it was said, with the broker's time."""
    return told(await ground.probes())


def told(probes: Sequence[Probe]) -> list[Finding]:
    """What is wrong with what came back."""
    found: list[Finding] = []

    def each(symptom: Symptom, what: str, is_so: Callable[[Probe], str | bool]) -> None:
        for probe in probes:
            if why := is_so(probe):
                more = f" ({why})" if isinstance(why, str) else ""
                found.append(symptom.found(f"{what}{more}{_with_settings(probe)}"))

    each(REFUSED, "a record was not acknowledged", lambda probe: probe.refused)
    each(CLIENTS_TIME, "a record stamped 1970 came back as one of 1970", lambda probe: probe.stamped == LONG_AGO)
    each(LARGE_REFUSED, f"a record of {LARGE // 1000} kB did not pass", lambda probe: probe.large_refused)
    each(HEADERS_LOST, "headers came back otherwise", lambda probe: not probe.headers_kept)
    each(DISORDER, "records came back in another order, or not all", lambda probe: not probe.in_order)
    found += [LEFT.found(f"still there: {probe.left}") for probe in probes if probe.left]
    return found


def _with_settings(probe: Probe) -> str:
    return f", with the settings of {named(probe.topics)}" if probe.topics else ""
