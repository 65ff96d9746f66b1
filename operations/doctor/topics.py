"""The topics of an installation, as Kafka describes them, beside what was declared: one source with `topics create`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from contracts.topics import TOPICS
from installation import LANES
from installation.topics import LARGEST, RETENTION, declared
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.doctor.probing import LARGE, PREFIX
from operations.terminal.near import near
from services.engine.adapters.kafka_durability import (
    BROKERS_TIME,
    CLEANUP,
    LEAST_IN_SYNC,
    STAMPED,
    UNCLEAN,
    Topic,
    fewer_brokers,
    too_few_copies,
    wrong,
)

CREATE: Final = "leaseline topics create"
BY_SIZE: Final = "retention.bytes"
CACHED: Final = "write.caching"
"""A setting of Redpanda: what is acknowledged need not be on any disk."""
SAFELY: Final = LARGE + 64 * 1024
"""Bytes that a record of 600 kB may have with all that is around it."""
_ALTER: Final = "kafka-configs --alter --entity-type topics --entity-name TOPIC --add-config {}"

MISSING = Symptom(
    "topics.missing", Level.WRONG, "a topic of `contracts/topics.py` is not there",
    "services that read or write it do not start", f"run: {CREATE}",
)  # fmt: skip
PARTITIONS = Symptom(
    "topics.partitions", Level.WRONG, "a topic has another number of partitions than there are lanes",
    "partition n is lane n: services that read or write it stop",
    f"too few: {CREATE}; too many: the topic must be made again, then: leaseline topics reset TOPIC",
)  # fmt: skip
TIMESTAMPS = Symptom(
    "topics.timestamps", Level.WRONG, f"`{STAMPED}` is not `{BROKERS_TIME}`",
    "a sender whose clock says 1970 would defeat every rule about time; services stop",
    "run: " + _ALTER.format(f"{STAMPED}={BROKERS_TIME}"),
)  # fmt: skip
IN_SYNC = Symptom(
    "topics.in_sync", Level.WRONG, f"`{LEAST_IN_SYNC}` is less than one copy below all",
    "what one broker alone acknowledged is lost with it; services stop", f"run: {CREATE}",
)  # fmt: skip
ELECTION = Symptom(
    "topics.unclean", Level.WRONG, f"`{UNCLEAN}` is on",
    "a broker that was behind may lead, and what it had not yet is gone; services stop", f"run: {CREATE}",
)  # fmt: skip
POLICY = Symptom(
    "topics.policy", Level.WRONG, f"`{CLEANUP}` is not `delete`",
    "compaction deletes facts that share a key, also unread ones; services stop", f"run: {CREATE}",
)  # fmt: skip
UNWRITABLE = Symptom(
    "topics.unwritable", Level.WRONG, "a partition has no leader, or fewer copies in sync than must be",
    "Kafka takes nothing for it now, and its lane stands",
    "start the brokers that are away",
)  # fmt: skip
AWAY = Symptom(
    "topics.away", Level.WARNING, "a copy of a partition is not in sync",
    "one more broker that goes away stops its lane", "start the broker that is away, or look why it is behind",
)  # fmt: skip
COPIES = Symptom(
    "topics.copies", Level.WARNING, "fewer copies than three, where there are three brokers (two, where there are two)",
    "a disk that is lost takes records with it", f"add copies with kafka-reassign-partitions, then run: {CREATE}",
)  # fmt: skip
TOO_SMALL = Symptom(
    "topics.too_small", Level.WRONG, f"`{LARGEST}` lets no record of 600 kB pass",
    "a service says so much at a time: the lane that must say it stands", "run: " + _ALTER.format(f"{LARGEST}=8388608"),
)  # fmt: skip
SMALLER = Symptom(
    "topics.smaller", Level.NOTE, f"`{LARGEST}` is below what `topics create` sets",
    "what a sender makes too large is refused by Kafka, and no dead letter tells of it",
    "run: " + _ALTER.format(f"{LARGEST}=8388608"),
)  # fmt: skip
FORGETS = Symptom(
    "topics.forgets", Level.WARNING,
    f"`{RETENTION}` is shorter than `--retention-days` (not of dead letters)",
    "after an outage that takes longer, records are deleted unread, and services stop",
    "run: " + _ALTER.format(f"{RETENTION}=1209600000") + "; or give the days that you mean: --retention-days",
)  # fmt: skip
BY_BYTES = Symptom(
    "topics.forgets_by_size", Level.WARNING, f"`{BY_SIZE}` is set",
    "a burst of records deletes unread ones, however young", "run: " + _ALTER.format(f"{BY_SIZE}=-1"),
)  # fmt: skip
CACHES = Symptom(
    "topics.cached", Level.WRONG, f"`{CACHED}` is on (Redpanda)",
    "what was acknowledged may be on no disk", "run: rpk topic alter-config TOPIC --set write.caching=false",
)  # fmt: skip
STRANGE = Symptom(
    "topics.strange", Level.WARNING, "a topic has a name like ours, and is none that anybody reads or writes",
    "what is sent there is heard by nobody: a misspelt name, perhaps",
    "find out who writes there; then delete it, and set auto.create.topics.enable=false",
)  # fmt: skip
LEFT_OVER = Symptom(
    "topics.left_over", Level.NOTE, f"a topic `{PREFIX}...` is there that an earlier doctor made",
    "it was killed before it could remove it", "delete it, if no doctor runs now",
)  # fmt: skip
FEW_BROKERS = Symptom(
    "kafka.brokers", Level.NOTE, "Kafka has fewer than three brokers",
    "what the last broker acknowledged is lost with its disk", "good for trying out; production needs three brokers",
)  # fmt: skip
SYMPTOMS: Final = (
    MISSING, PARTITIONS, TIMESTAMPS, IN_SYNC, ELECTION, POLICY, UNWRITABLE, AWAY, COPIES, TOO_SMALL, SMALLER, FORGETS,
    BY_BYTES, CACHES, STRANGE, LEFT_OVER, FEW_BROKERS,
)  # fmt: skip
_OURS: Final = tuple(sorted({topic.name.partition(".")[0] + "." for topic in TOPICS}))


async def as_declared(ground: Ground) -> Sequence[Finding]:
    """Every topic, by what Kafka says of it."""
    found, brokers = await ground.topics()
    lanes = await ground.lanes() or _of_setting(ground)
    names = await (await ground.admin()).list_topics()
    return [
        *judged(found, lanes, brokers, ground.limits.retention_days),
        *strange(names),
        *await _in_sync(ground, found),
    ]


def judged(found: Sequence[Topic], lanes: int, brokers: int, days: float) -> list[Finding]:
    """What is wrong with these topics, where there must be ``lanes`` partitions of each."""
    there = {topic.name for topic in found}
    told: list[Finding] = []
    if missing := [topic.name for topic in TOPICS if topic.name not in there]:
        told.append(MISSING.found(f"not there: {named(missing)}"))

    def each(symptom: Symptom, is_so: Callable[[Topic], bool], show: Callable[[Topic], str], must: str) -> None:
        if those := [f"{topic.name} ({show(topic)})" for topic in found if is_so(topic)]:
            told.append(symptom.found(f"{must}: {named(those)}"))

    each(PARTITIONS, lambda t: t.partitions != lanes, lambda t: str(t.partitions), f"not {lanes} partitions")
    for symptom, name, must in (
        (IN_SYNC, LEAST_IN_SYNC, "must be more"),
        (ELECTION, UNCLEAN, "must be false"),
        (POLICY, CLEANUP, "must be delete"),
    ):
        each(symptom, lambda t, n=name: n in wrong(t), lambda t, n=name: t.settings[n], f"{name} {must}")  # type: ignore[misc]  # the loop's values of now
    each(
        TIMESTAMPS,
        lambda t: t.settings.get(STAMPED) != BROKERS_TIME,
        lambda t: t.settings.get(STAMPED, "unknown"),
        f"{STAMPED} must be {BROKERS_TIME}",
    )
    each(CACHES, lambda t: t.settings.get(CACHED) == "true", lambda _: "true", f"{CACHED} must be false")
    each(TOO_SMALL, lambda t: _bytes(t) < SAFELY, lambda t: f"{_bytes(t):,}", f"{LARGEST} must be {SAFELY:,} or more")
    wanted = int(declared(1)[LARGEST])
    each(SMALLER, lambda t: SAFELY <= _bytes(t) < wanted, lambda t: f"{_bytes(t):,}", f"{LARGEST} below {wanted:,}")
    least = timedelta(days=days)
    each(FORGETS, lambda t: _forgets_before(t, least), _kept, f"{RETENTION} below {days:g} days")
    each(
        BY_BYTES, lambda t: int(t.settings.get(BY_SIZE, "-1")) >= 0, lambda t: t.settings[BY_SIZE], f"{BY_SIZE} is set"
    )
    if (few := too_few_copies(found, brokers)) is not None:
        told.append(COPIES.found(few.partition(". ")[0]))
    if (small := fewer_brokers(brokers)) is not None:
        told.append(FEW_BROKERS.found(small.partition(": ")[0]))
    return told


def strange(names: Sequence[str]) -> list[Finding]:
    """What is wrong with the names of topics that are there."""
    ours = [topic.name for topic in TOPICS]
    others = sorted(name for name in names if name not in ours and name.startswith(_OURS))
    told = [f"{name}{_perhaps(name, ours)}" for name in others]
    left = sorted(name for name in names if name.startswith(PREFIX))
    return [
        *([STRANGE.found(f"nobody reads or writes {named(told)}")] if told else []),
        *([LEFT_OVER.found(f"left over: {named(left)}")] if left else []),
    ]


def _perhaps(name: str, ours: Sequence[str]) -> str:
    alike = near(name, ours, most=1)
    return f" (is {alike[0]} meant?)" if alike else ""


def _of_setting(ground: Ground) -> int:
    """Before the first start any number may be chosen: the setting's, or the default."""
    text = ground.environment.get("LEASELINE_LANES", "").strip()
    return int(text) if text.isascii() and text.isdigit() else LANES


def _bytes(topic: Topic) -> int:
    return int(topic.settings.get(LARGEST, "1048588"))


def _forgets_before(topic: Topic, least: timedelta) -> bool:
    """Dead letters may be forgotten as soon as people have looked at them: they hold whatever was sent."""
    kept = int(topic.settings.get(RETENTION, "-1"))
    return not topic.name.endswith(".dead-letters") and 0 <= kept < least // timedelta(milliseconds=1)


def _kept(topic: Topic) -> str:
    hours = int(topic.settings[RETENTION]) / 3_600_000
    return f"{hours / 24:.3g} days" if hours >= 48 else f"{hours:.3g} hours"


async def _in_sync(ground: Ground, found: Sequence[Topic]) -> list[Finding]:
    least = {topic.name: int(topic.settings.get(LEAST_IN_SYNC, "1")) for topic in found}
    return out_of_sync(await (await ground.admin()).describe_topics(list(least)), least) if least else []


def out_of_sync(described: Iterable[Mapping[str, Any]], least: Mapping[str, int]) -> list[Finding]:
    """Which copies have not everything now, where so many of each topic's must."""
    unwritable: dict[str, str] = {}
    away: dict[str, int] = {}
    for topic in described:
        name = topic["topic"]
        for part in topic["partitions"]:
            in_sync, copies = len(part["isr"]), len(part["replicas"])
            if part["leader"] < 0:
                unwritable[name] = "no leader"
            elif in_sync < (must := min(least[name], copies)):  # more than there are is not asked for since Kafka 4
                unwritable[name] = f"{in_sync} in sync, {must} must be"
            elif in_sync < copies:
                away[name] = away.get(name, 0) + 1
    told = []
    if unwritable:
        told.append(UNWRITABLE.found(f"cannot be written: {named([f'{n} ({why})' for n, why in unwritable.items()])}"))
    if away:
        told.append(AWAY.found(f"partitions with a copy out of sync: {named([f'{n} ({c})' for n, c in away.items()])}"))
    return told
