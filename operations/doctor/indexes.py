"""Indexes: all that the services declare, and those of the HTTP side, with the same fields and the same documents."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.values.immutable import Immutable
from installation.kept import KNOWN
from operations.doctor.finding import Finding, Level, Symptom, named
from operations.doctor.ground import Ground
from services.engine.adapters.mongo_indexes import indexes_of, name_of, only_where
from services.engine.adapters.mongo_lanes import Database
from services.http.kept import INDEXES

MISSING = Symptom(
    "indexes.missing", Level.WRONG, "an index is not there that a service or the HTTP side declares",
    "what is asked by its name fails, every page of what is due reads the whole collection",
    "start one worker of the service again (leaseline worker SERVICE): it makes what is missing; those of requests, "
    "answers and imports are made by an API process (leaseline http)",
)  # fmt: skip
OTHER = Symptom(
    "indexes.other", Level.WRONG, "an index of that name has other fields, holds other documents, or is hidden",
    "what is asked by its name fails, or does not find what is there",
    "drop it, then start one worker of the service again: it makes it anew",
)  # fmt: skip
SYMPTOMS: Final = (MISSING, OTHER)


class Wanted(Immutable):
    """An index as it must be."""

    name: str
    keys: tuple[tuple[str, int], ...]
    only: Mapping[str, Any] | None = None


def wanted(service: str) -> Mapping[str, Sequence[Wanted]]:
    """By collection, what a service declares."""
    return {
        each.name: [
            Wanted(name_of(fields), tuple((field, 1) for field in fields), only_where(fields))
            for fields in indexes_of(each)
        ]
        for each in KNOWN[service].collections
        if each.indexes
    }


def wanted_of_http() -> Mapping[str, Sequence[Wanted]]:
    """By collection, what the HTTP side keeps in each service's database."""
    return {
        name: [
            Wanted(index["name"], tuple(index["key"].items()), index.get("partialFilterExpression"))
            for index in (model.document for model in models)
        ]
        for name, models in INDEXES.items()
    }


async def there(ground: Ground) -> Sequence[Finding]:
    """All indexes of the services that ever ran here."""
    notes = await ground.notes()
    found = []
    for service in await notes.fixed():
        database = notes.of(service)
        names = set(await database.list_collection_names())
        http = wanted_of_http() if "requests" in names else {}  # an API process made it, or never ran
        missing, other = [], []
        for collection, indexes in {**wanted(service), **{name: http[name] for name in http if name in names}}.items():
            present = await _present(database, collection)
            for index in indexes:
                shown = f"{collection}.{index.name}"
                if index.name not in present:
                    missing.append(shown)
                elif not _same(index, present[index.name]):
                    other.append(shown)
        found += [MISSING.found(f"{service} misses {named(missing)}")] if missing else []
        found += [OTHER.found(f"{service} has another {named(other)}")] if other else []
    return found


async def _present(database: Database, collection: str) -> Mapping[str, Mapping[str, Any]]:
    return await database[collection].index_information()


def _same(index: Wanted, present: Mapping[str, Any]) -> bool:
    keys = tuple((field, int(way)) for field, way in present["key"])
    only = present.get("partialFilterExpression")
    same = keys == index.keys and (dict(only) if only else None) == (dict(index.only) if index.only else None)
    return same and not present.get("hidden")
