"""Whether a letter would come behind a newer message about the same: what was decided meanwhile was decided without it.

Only requests can. A fact carries a state and a version, a proposal a number, what a service says to itself a place or a
time: who hears them late takes nothing back (``docs/architecture.md`` section 1).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic_core import from_json

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from services.engine.adapters.kafka_log import LogReader
from services.engine.core.letter import Letter, attributes_of
from services.engine.core.record import Record
from services.engine.core.service import Service

MOST_NAMED: Final = 5
"""Newer messages that are named of each letter."""
SOUGHT_BY_BYTES: Final = 20
"""Subjects up to which a record is looked through for their letters before it is read."""


class Newer(Immutable):
    """A message behind it: where it stands, when it came (milliseconds UTC), what it is."""

    address: str
    at: int
    type: str
    source: str
    id: str


async def newer_than(
    reader: LogReader,
    service: Service,
    lanes: int,
    letters: Sequence[Letter],
    dead: frozenset[str],
    told: Callable[[int], None] = lambda _count: None,
) -> Mapping[str, tuple[Newer, ...]]:
    """By address, what came behind each letter in the topics of requests, at most five of each. Those at the addresses
    ``dead`` had no effect either: they do not count. ``told`` hears how many records were read.

    Raises what the reader raises.
    """
    asked = [each for each in letters if each.request and each.subject]
    topics = [topic for topic in service.topics() if topic.endswith(".requests")]
    if not asked or not topics:
        return {}
    by_subject: dict[str, list[Letter]] = {}
    for letter in asked:
        by_subject.setdefault(letter.subject, []).append(letter)
    places = [(topic, lane) for topic in topics for lane in range(lanes)]
    begins = await reader.since(places, min(each.origin.timestamp for each in asked))
    _, ends = await reader.bounds(places)
    found: dict[str, list[Newer]] = {}
    sought = _sought(by_subject)
    count = 0
    async for record in reader.between(begins, ends):
        count += 1
        if count % 5000 == 0:
            told(count)
        address = f"{record.topic}/{record.partition}/{record.offset}"
        if address in dead or not sought(record.value or b""):
            continue
        for subject, newer in _messages(record, address):
            for letter in by_subject.get(subject, ()):
                if _is_behind(record, letter) and (newer.source, newer.id) != (letter.source, letter.id):
                    found.setdefault(letter.address, []).append(newer)
    return {address: tuple(newer[:MOST_NAMED]) for address, newer in found.items()}


def _sought(subjects: Iterable[str]) -> Callable[[bytes], bool]:
    names = [subject.partition(":")[2] or subject for subject in subjects]
    if len(names) > SOUGHT_BY_BYTES:
        return lambda _value: True
    # JSON may spell a sign otherwise, but not one that an id may have.
    wanted = [name.encode() for name in names]
    return lambda value: any(each in value for each in wanted)


def _is_behind(record: Record, letter: Letter) -> bool:
    origin = letter.origin
    if (record.topic, record.partition) == (origin.topic, origin.partition):
        return record.offset > origin.offset
    return record.timestamp > origin.timestamp


def _messages(record: Record, address: str) -> Iterable[tuple[str, Newer]]:
    """The record as a message about each of its subjects; nothing for what cannot be read."""
    attributes = attributes_of(record.value, record.headers)
    model = MESSAGES.get(attributes.get("type", ""))
    if model is None:
        return
    try:
        document: Any = from_json(record.value or b"")
    except ValueError:
        return
    binary = any(name == "ce_type" for name, _ in record.headers)
    data = document if binary else document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        return
    newer = Newer(address, record.timestamp, model.__name__, attributes.get("source", ""), attributes.get("id", ""))
    for subject in model.subjects_of(data):
        yield subject, newer
