"""Three clocks that must tell the same time: this machine's, Kafka's, MongoDB's."""

from collections.abc import Sequence
from typing import Final

from operations.doctor.finding import Finding, Level, Symptom, Unexaminable
from operations.doctor.ground import Ground
from operations.doctor.unread import told

SKEWED = Symptom(
    "clocks.skew", Level.WARNING, "two clocks differ by more than `--skew-seconds`",
    "ticks are refused as ahead, ages are told wrong, and what is due is due at another time",
    "have the machine's clock set by NTP (chronyc tracking)",
)  # fmt: skip
SYMPTOMS: Final = (SKEWED,)


async def agree(ground: Ground) -> Sequence[Finding]:
    """Each of the servers' clocks beside this machine's: what both differ by, this one is wrong by."""
    found = list(skewed("MongoDB", *await _of_mongodb(ground), ground.limits.skew))
    known = [probe for probe in await ground.probes() if probe.skew is not None]
    for probe in known[:1]:
        found += skewed("Kafka", probe.skew or 0.0, probe.unsure, ground.limits.skew)
    if not known and not found:
        raise Unexaminable("Kafka gave no record its own time", "look at the findings about topics and the probe")
    return found


def skewed(server: str, skew: float, unsure: float, limit: float) -> Sequence[Finding]:
    """What is told of a clock that is ``skew`` seconds before this machine's, known to ``unsure`` seconds."""
    if abs(skew) - unsure <= limit:
        return ()
    way = "before" if skew > 0 else "behind"
    return [SKEWED.found(f"the clock of {server} is {told_exactly(abs(skew))} {way} this machine's")]


def told_exactly(seconds: float) -> str:
    """With a tenth, where that says something."""
    return f"{seconds:.1f} s" if seconds < 10 else told(seconds)


async def _of_mongodb(ground: Ground) -> tuple[float, float]:
    client = await ground.client()
    before = ground.now()
    hello = await client.admin.command("hello")
    after = ground.now()
    return hello["localTime"].timestamp() - (before + after) / 2, (after - before) / 2
