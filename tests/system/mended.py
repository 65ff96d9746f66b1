"""Dead letters of every kind, what a rehearsal says of each, and what a replay then really gives."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient

from operations.mending.asked import Asked, query_of
from operations.mending.going import previews
from operations.mending.opening import Mending, opened
from services.engine.core.letter import letter_of
from services.mending.found import Shelved
from services.mending.replaying import Preview, Told
from tests.system.installation import Installation
from tests.system.read_back import WHO, records

EVERYTHING = Told(behind_newer=True, again=True, anyway=True)


@asynccontextmanager
async def mending_of(installation: Installation) -> AsyncIterator[Mending]:
    """What a command opens."""
    at = installation.addresses
    async with opened(at.kafka, at.mongo, installation.databases) as mending:
        yield mending


async def shelved(mending: Mending, **asked: Any) -> Sequence[Shelved]:
    """The letters that are meant."""
    return (await mending.shelf.find(query_of(Asked(**asked)))).letters


async def preview_all(mending: Mending, told: Told | None = None, **asked: Any) -> Sequence[Preview]:
    """What each of them would be now."""
    return await previews(mending, await shelved(mending, **asked), told or Told(), lambda _progress: None)


async def bytes_of(installation: Installation) -> Mapping[str, Sequence[bytes]]:
    """Every document of every database of the services, byte for byte."""
    found: dict[str, Sequence[bytes]] = {}
    client: AsyncMongoClient[RawBSONDocument] = AsyncMongoClient(
        installation.addresses.mongo, document_class=RawBSONDocument
    )
    async with client:
        for name in await client.list_database_names():
            if name.startswith(installation.databases):
                for collection in sorted(await client[name].list_collection_names()):
                    documents = client[name][collection].find()
                    found[f"{name}.{collection}"] = sorted([bytes(each.raw) async for each in documents])
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """What is in the log: answers and facts by cause, dead letters by where their record stood."""

    by_cause: Mapping[tuple[str, str], Counter[str]]
    codes: Mapping[tuple[str, str], frozenset[str]]
    dead: Mapping[tuple[str, str], str]


async def heard(kafka: str) -> Heard:
    """Everything that was said until now; what stands there twice counts once."""
    by_cause: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    seen: set[tuple[str, str]] = set()
    for record in await records(kafka, WHO):
        event = _event(record.value)
        if (WHO[record.topic], event.get("id", "")) in seen or not str(event.get("source")).startswith("leaseline/"):
            continue
        seen.add((WHO[record.topic], event["id"]))
        cause = (event.get("causationsource", ""), event.get("causationid", ""))
        by_cause[cause][event["type"].split(".")[-2]] += 1
        for refusal in (*event["data"].get("refusals", ()), *event["data"].get("serials", ())):
            if isinstance(refusal, dict):
                codes[cause].add(refusal["code"])
    dead: dict[tuple[str, str], str] = {}
    for service in sorted(set(WHO.values())):
        for record in await records(kafka, [f"{service}.dead-letters"]):
            letter = letter_of(record)
            assert letter is not None
            dead[service, letter.address] = letter.why
    return Heard(by_cause, {cause: frozenset(found) for cause, found in codes.items()}, dead)


def _event(value: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(value or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def real_verdict(preview: Preview, sent_to: str, before: Heard, after: Heard) -> tuple[str, str]:
    """What came of a replay, read from the log alone: the verdict's word, and the reason or the type said first."""
    letter = preview.shelved.letter
    why = after.dead.get((letter.service, sent_to))
    if why is not None:
        return ("undecidable" if why in ("cannot_be_decided", "cannot_be_stored") else "unreadable"), why
    cause = (letter.source, letter.id)
    new = after.by_cause.get(cause, Counter()) - before.by_cause.get(cause, Counter())
    names = sorted(new)
    if not names:
        return "already_so", ""
    if all(name.endswith(("Refused", "Repeated", "Parked")) for name in names):
        if any(name.endswith("Parked") for name in names):
            return "waits", names[0]
        return ("already_so" if names[0].endswith("Repeated") else "refused"), names[0]
    return "accepted", names[0]
