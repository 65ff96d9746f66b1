"""Every kind of document that is stored, by service and collection, and how it is written and read."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import bson
from bson import json_util

from contracts.values.immutable import Immutable
from services.billing.service import billing
from services.engine.adapters.mongo_checkpoint import from_document, to_document
from services.engine.core.answer import Answered
from services.engine.core.checkpoint import Barrier, Bookmark, Checkpoint
from services.engine.core.document import fields_of, read_from, stored_form
from services.engine.core.record import Outgoing
from services.engine.core.service import LaneClock
from services.fulfillment.service import fulfillment
from services.http.asking.request_store import StoredRequest, document_of, request_from
from services.http.imports.job import Chunk, Job
from services.orders.service import orders
from tests.stored.filling import AT, filled, meaning

EXAMPLES = Path(__file__).parent / "examples"
CHECKPOINT = "engine.checkpoints"
REQUEST = "http.requests"


class Form(Immutable):
    """How a kind is read and written, and how one with every field filled in is made; ``names``: its fields."""

    read: Callable[[Mapping[str, Any]], Any]
    write: Callable[[Any], Mapping[str, Any]]
    full: Callable[[], Any]
    names: frozenset[str]


def _form(kind: type[Any]) -> Form:
    names = frozenset(fields_of(kind))
    return Form(lambda stored: read_from(stored, kind), stored_form, lambda: filled(kind), names)


def _checkpoint() -> Checkpoint:
    outgoing = Outgoing("orders.events", 3, b"o-1", b'{"id": 1}', (("content-type", b"application/json"),))
    mark = {"orders.requests/3/0": 8}
    return Checkpoint(
        lane=3,
        epoch=2,
        batch=5,
        session=bytes(16),
        offsets={"orders.requests": 9},
        bookmarks={"orders.requests": Bookmark(8, 1_715_693_460_000, b"\x01\x02")},
        incarnations={"orders.requests": 1},
        marks=mark,
        passing={"orders.requests": (1, 9)},
        clock=LaneClock(AT, 60_000),
        outgoing=(outgoing,),
        lanes=16,
        barriers=(Barrier("orders.requests", 3, 1, 40),),
    )


def _request() -> StoredRequest:
    headers = (("ce_id", b"k-1"), ("content-type", b"application/json"))
    return StoredRequest(
        id="orders-0123456789abcdef01234567",
        source="http:shop",
        message_id="k-1",
        owner="shop",
        fingerprint="ab" * 32,
        subject="o-1",
        record=Outgoing("orders.requests", 3, b"o-1", b'{"order_id":"o-1"}', headers),
        ignored=("colour",),
        stale=True,
        created=AT,
        sent_at=AT,
        open=True,
    )


def _stored_request(request: StoredRequest) -> Mapping[str, Any]:
    """As it stands after it was sent again and is not answered."""
    return {**document_of(request), "sent_at": request.sent_at, **({"due": AT} if request.open else {})}


FORMS: Mapping[str, Form] = {
    f"{service.name}.{collection.name}": _form(collection.kind)
    for service in (orders(), fulfillment(), billing())
    for collection in service.collections
} | {
    CHECKPOINT: Form(
        from_document,
        to_document,
        _checkpoint,
        frozenset(to_document(Checkpoint(lane=0))),
    ),
    REQUEST: Form(request_from, _stored_request, _request, frozenset(_stored_request(_request()))),
    "http.answers": _form(Answered),
    "http.imports": _form(Job),
    "http.import_results": _form(Chunk),
}
"""By ``<service>.<collection>``: the file's name is the same."""


def example(form: Form, value: Any) -> dict[str, Any]:
    """A document as it is stored, in canonical extended JSON, and what it means when it is read."""
    stored = through_bson(form.write(value))
    text = json_util.dumps(stored, json_options=json_util.CANONICAL_JSON_OPTIONS)
    return {"stored": json.loads(text), "means": meant(form, stored), "defaults": dict(_defaults(form, stored))}


def through_bson(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the database gives it back."""
    options: bson.CodecOptions[dict[str, Any]] = bson.CodecOptions(tz_aware=True)
    return bson.decode(bson.encode(dict(document)), options)


def meant(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a document means when it is read, as JSON data."""
    found = json.loads(json.dumps(meaning(form.read(stored))))
    assert isinstance(found, dict)
    return found


def _defaults(form: Form, stored: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields that may be left out, at every depth, by path, and what they mean then."""
    for path in _paths(stored):
        try:
            found = at(meant(form, without(stored, path)), path)
        except (ValueError, KeyError):
            continue  # it must be there, or is a key that stands for nothing but itself
        yield path, found


def _paths(stored: Any, begin: str = "") -> Iterator[str]:
    if isinstance(stored, Mapping):
        for name, value in stored.items():
            yield f"{begin}{name}"
            yield from _paths(value, f"{begin}{name}/")
    elif isinstance(stored, list):
        for place, value in enumerate(stored):
            yield from _paths(value, f"{begin}{place}/")


def without(stored: Any, path: str) -> Any:
    """The document without the field that a path leads to."""
    name, _, inner = path.partition("/")
    if isinstance(stored, list):
        return [without(value, inner) if place == int(name) else value for place, value in enumerate(stored)]
    if not inner:
        return {key: value for key, value in stored.items() if key != name}
    return {key: without(value, inner) if key == name else value for key, value in stored.items()}


def at(meaning: Any, path: str) -> Any:
    """What a path leads to; raises KeyError where it leads nowhere."""
    for name in path.split("/"):
        meaning = meaning[int(name)] if isinstance(meaning, list) else meaning[name]
    return meaning


def stored_of(example: Mapping[str, Any]) -> dict[str, Any]:
    """The document that an example holds, as the database gives it."""
    options = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, tz_aware=True)
    found = json_util.loads(json.dumps(example["stored"]), json_options=options)
    assert isinstance(found, dict)
    return found
