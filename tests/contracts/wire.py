"""Events as a shop or a shell script would put them on the wire."""

import json
from collections.abc import Mapping
from typing import Any

from contracts.messages.orders import NoteSubmitted, OrderSubmitted
from contracts.registry import MESSAGES
from contracts.wire.envelope import Opened, Senseless, opened

NOTE = NoteSubmitted.type_name()
ORDER = OrderSubmitted.type_name()
Headers = tuple[tuple[str, bytes | None], ...]


def note(**changed: Any) -> dict[str, Any]:
    """The data of a note that breaks no rule, with fields changed or added."""
    return {"order_id": "RETRO-1001", "text": "Ring twice.", "author": "Ada Okafor", **changed}


def address(**changed: Any) -> dict[str, Any]:
    """An address that breaks no rule, with fields changed or added; None leaves a field out."""
    whole = {"street": "23 Fishamble Street", "city": "Dublin", "country": "IE", "postal_code": "D08", **changed}
    return {name: value for name, value in whole.items() if value is not None}


def order(**changed: Any) -> dict[str, Any]:
    """The least that a shop has to send to place an order, with fields changed or added."""
    return {
        "order_id": "RETRO-1001",
        "customer": {
            "email": "ada@crunchy-armchair.example",
            "first_name": "Ada",
            "last_name": "Okafor",
            "type": "individual",
        },
        "billing_address": address(),
        "items": [{"sku": "RETRO-CLOCK", "months": 12, "quantity": 1}],
        "currency": "EUR",
        **changed,
    }


def event(data: object, type_: str = NOTE, **changed: Any) -> dict[str, Any]:
    """A whole event in structured mode; None leaves an attribute out."""
    whole = {
        "specversion": "1.0",
        "type": type_,
        "source": "shop.retro-office.example",
        "id": "cart-77",
        "time": "2024-05-14T09:00:00Z",
        "data": data,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def structured(document: Mapping[str, Any]) -> bytes:
    """The record's value in structured mode."""
    return json.dumps(document).encode()


def binary(document: Mapping[str, Any]) -> tuple[bytes, Headers]:
    """The same event in binary mode: the value is ``data``, everything else is a header."""
    headers: list[tuple[str, bytes | None]] = [("content-type", b"application/json")]
    headers += [
        (f"ce_{name}", value.encode()) for name, value in document.items() if name not in ("data", "datacontenttype")
    ]
    return json.dumps(document["data"]).encode(), tuple(headers)


def read(value: bytes | None, headers: Headers = ()) -> Opened | Senseless:
    """Reads against all types that there are."""
    return opened(value, headers, MESSAGES)


def understood(value: bytes | None, headers: Headers = ()) -> Opened:
    """Reads what is an event, whatever is wrong in its data; fails the test if it is senseless."""
    found = read(value, headers)
    assert isinstance(found, Opened), found
    return found


def senseless(value: bytes | None, headers: Headers = ()) -> str:
    """The reason for which a record is senseless; fails the test if it is not."""
    found = read(value, headers)
    assert isinstance(found, Senseless), found
    return found.reason


def codes(data: dict[str, Any], type_: str = NOTE) -> set[tuple[str, str]]:
    """Every refusal of an event with this data, as (field, code)."""
    found = understood(structured(event(data, type_)))
    return {(refusal.field, refusal.code.value) for refusal in found.refusals}
