"""What is kept of a record: what was told of it, where it stands, by what it is found. Nothing of its content.

There are ten million and more of them, so the telling lies in one piece of bytes (``docs/decisions/0101``): names of
fields would be half of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec.msgpack import Decoder, Encoder

from services.watch.rules.entries import entries_of, keys_kept
from services.watch.rules.places import NumberedPlace, from_number, to_number
from services.watch.telling.told import Fate, Told

AT: Final = "a"
"""The field of the broker's time: by it rows are deleted once they are old."""
ENTRIES: Final = "k"
"""The field of the numbers by which a row is found."""
TELLING: Final = "d"
"""The field of everything else."""
LONGEST_WORDS: Final = 400
LONGEST_NAME: Final = 256
"""Characters of whatever has one: an id, a source, a subject. The envelope allows no more."""

_Packed = tuple[str, str, str, str, str, str, str, str, str, str, list[str]]
_pack: Final = Encoder()
_unpack: Final = Decoder(_Packed)


def to_row(told: Told, topic: int) -> dict[str, Any]:
    """The document. Raises whatever cannot be packed: a text that is none."""
    cause = told.cause or ("", "")
    packed: _Packed = (
        told.type[:LONGEST_NAME],
        told.subject[:LONGEST_NAME],
        told.words[:LONGEST_WORDS],
        told.fate.value,
        told.code[:LONGEST_WORDS],
        told.by[:LONGEST_NAME],
        told.source[:LONGEST_NAME],
        told.id[:LONGEST_NAME],
        cause[0][:LONGEST_NAME],
        cause[1][:LONGEST_NAME],
        list(keys_kept(told)),
    )
    return {
        "_id": to_number(topic, told.partition, told.offset),
        AT: told.at,
        ENTRIES: entries_of(told),
        TELLING: _pack.encode(packed),
    }


def place_in(row: Mapping[str, Any]) -> NumberedPlace:
    """Where its record stands."""
    return from_number(row["_id"])


def from_row(row: Mapping[str, Any], topics: Mapping[int, str]) -> Told:
    """What was told. ``topics`` are the names by their numbers."""
    place = place_in(row)
    type_, subject, words, fate, code, by, source, id_, cause_source, cause_id, keys = _unpack.decode(row[TELLING])
    at: datetime = row[AT]
    return Told(
        topic=topics.get(place.topic, f"topic {place.topic}"),
        partition=place.partition,
        offset=place.offset,
        at=at.astimezone(UTC),
        type=type_,
        subject=subject,
        words=words,
        fate=Fate(fate),
        code=code,
        by=by,
        source=source,
        id=id_,
        cause=(cause_source, cause_id) if cause_id else None,
        keys=tuple(keys),
    )
