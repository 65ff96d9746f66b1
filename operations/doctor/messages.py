"""What the last records of the topics are: types and versions that nobody knows, and dead letters; and whether the
table of messages and the services agree on who reads what.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from aiokafka import ConsumerRecord, TopicPartition

from contracts.registry import CARRIED, MESSAGES, read_by
from contracts.topics import TOPICS
from contracts.wire.envelope import Senseless, opened
from contracts.wire.near import nearest_type
from contracts.wire.topic import Party
from installation.kept import KNOWN
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from operations.terminal.counts import counted
from services.engine.core.reading import LARGEST

READ_WITHIN: Final = 8.0
REASON: Final = "leaseline-reason"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,120}")
"""What may be shown of a type that nobody knows: anything else may be anybody's words."""
_VERSION: Final = re.compile(r"(.+)\.v[0-9]{1,9}")

NEWER = Symptom(
    "types.newer", Level.WARNING, "among the last records is a version of a type that this release does not know",
    "a newer release writes it: readers of this one pass over the fact, or reject the request",
    "upgrade readers before writers (docs/operations.md section 7); examine with the newer release",
)  # fmt: skip
UNKNOWN = Symptom(
    "types.unknown", Level.WARNING, "among the last records is a type that is in no table",
    "on requests it becomes a dead letter, on events it is passed over: nothing comes of it",
    "find out who sends it (docs/operations.md section 2 tells who may), and tell them the near name",
)  # fmt: skip
MISPLACED = Symptom(
    "types.misplaced", Level.WARNING, "among the last records is a type that belongs to another topic",
    "on requests it becomes a dead letter, on events it is passed over",
    "have it sent to its own topic; on events and internal topics: take the right to write away",
)  # fmt: skip
UNREADABLE = Symptom(
    "types.unreadable", Level.NOTE, "among the last records is one that cannot be read at all",
    "it is a dead letter by now, and its sender hears nothing", "its reason stands in the dead letter's headers",
)  # fmt: skip
NOBODY = Symptom(
    "types.nobody", Level.WRONG, "a type of the table is written or read by nobody, or a service does not read what "
    "the table says",
    "what is said so is heard by nobody: this release contradicts itself",
    "install it anew; tell us if that does not help",
)  # fmt: skip
DEAD = Symptom(
    "dead_letters", Level.WARNING, "there are dead letters of the last `--dead-hours`",
    "something that was sent, or had to be decided, had no effect",
    "leaseline dead list shows them, leaseline dead replay says what each would be now and sends it again",
)  # fmt: skip
OF_RECORDS: Final = (NEWER, UNKNOWN, MISPLACED, UNREADABLE, DEAD)
OF_TABLE: Final = (NOBODY,)


async def known(ground: Ground) -> Sequence[Finding]:
    """The last records of every topic, as far as the limits allow."""
    records = await _last(ground)
    letters = [record for record in records if record.topic.endswith(".dead-letters")]
    others = [record for record in records if not record.topic.endswith(".dead-letters")]
    young = [each for each in letters if ground.since(each.timestamp) <= ground.limits.dead_hours * 3600]
    return [*judged(others), *dead(young)]


def judged(records: Iterable[ConsumerRecord]) -> list[Finding]:
    """What is told of their types."""
    told: dict[str, Counter[str]] = {symptom.name: Counter() for symptom in OF_RECORDS}
    for record in records:
        symptom, what = judge(record)
        if symptom is not None:
            told[symptom.name][what] += 1
    return [
        symptom.found(named([f"{what} ({count})" for what, count in told[symptom.name].most_common()]))
        for symptom in OF_RECORDS
        if told[symptom.name]
    ]


def judge(record: ConsumerRecord) -> tuple[Symptom | None, str]:
    """What a record shows, if it shows anything: only the type is told of it, and where it stands."""
    try:
        if len(record.value or b"") > LARGEST:
            return UNREADABLE, f"{record.topic}: too_large"
        found = opened(record.value, record.headers, MESSAGES)
    except (ValueError, RecursionError, MemoryError) as error:
        return UNREADABLE, f"{record.topic}: {type(error).__name__}"
    if not isinstance(found, Senseless):
        away = found.model.topic != record.topic and not record.topic.endswith(".internal")
        return (MISPLACED, f"{found.model.__name__} on {record.topic}") if away else (None, "")
    if found.reason != "unknown_type":
        return UNREADABLE, f"{record.topic}: {found.reason}"
    type_ = found.detail if _PLAIN.fullmatch(found.detail) else "a type of other signs"
    version = _VERSION.fullmatch(type_)
    if version is not None and any(name.startswith(f"{version[1]}.v") for name in MESSAGES):
        return NEWER, f"{type_} on {record.topic}"
    near = nearest_type(type_, tuple(MESSAGES))
    return UNKNOWN, f"{type_} on {record.topic}" + ("" if near is None else f", perhaps {near}")


def dead(letters: Sequence[ConsumerRecord]) -> list[Finding]:
    """Those that were found, by topic and reason."""
    told = Counter(f"{letter.topic}: {_reason(letter)}" for letter in letters)
    if not told:
        return []
    return [DEAD.found(f"among the last records: {named([f'{what} ({n})' for what, n in told.most_common()])}")]


def _reason(letter: ConsumerRecord) -> str:
    for name, content in letter.headers:
        if name == REASON and content is not None:
            text = content.decode("ascii", "replace")
            return text if _PLAIN.fullmatch(text) else "no reason of ours"
    return "no reason of ours"


async def _last(ground: Ground) -> Sequence[ConsumerRecord]:
    """So many of the last ones of each partition that they are about ``limits.records`` in all."""
    consumer = await ground.consumer()
    topics, _ = await ground.topics()
    places = [TopicPartition(topic.name, n) for topic in topics for n in range(topic.partitions)]
    if not places:
        return []
    found: list[ConsumerRecord] = []
    async with ground.reading:
        consumer.assign(places)
        consumer.pause(*places)
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        filled = [place for place in places if begins[place] < ends[place]]
        each = max(1, ground.limits.records // max(1, len(filled)))
        left = set(filled)
        consumer.assign(filled)
        for place in filled:
            consumer.seek(place, max(begins[place], ends[place] - each))
        until = time.monotonic() + READ_WITHIN
        while left and time.monotonic() < until:
            for place, records in (await consumer.getmany(timeout_ms=100)).items():
                found += [record for record in records if record.offset < ends[place]]
            for place in tuple(left):
                if await consumer.position(place) >= ends[place]:
                    consumer.pause(place)
                    left.discard(place)
    return found


async def agreed(_: Ground) -> Sequence[Finding]:
    """The table of messages and what the services handle."""
    alone = [name for name, carried in CARRIED.items() if not carried.writers or not carried.readers]
    unheard = [
        f"{model.__name__} ({service})"
        for service, known_here in KNOWN.items()
        for model in read_by(Party(service))
        if model not in known_here.reads
    ]
    unlisted = [
        f"{model.__name__} ({service})"
        for service, known_here in KNOWN.items()
        for model in known_here.reads
        if model not in read_by(Party(service))
    ]
    topics = [topic.name for topic in TOPICS if not topic.readers or not topic.writers]
    wrong = [*alone, *unheard, *unlisted, *topics]
    return [NOBODY.found(f"{counted(len(wrong), 'type or topic', 'types or topics')}: {named(wrong)}")] if wrong else []
