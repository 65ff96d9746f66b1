"""Twenty records that no reader can make sense of, each in its own way: they belong into the dead letters."""

import json
from typing import Any, Final

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import OrderSubmitted
from contracts.wire.message import Body
from demo.sample.outbound import Outbound

ORDERS: Final = OrderSubmitted.topic
SCANS: Final = ItemFulfillmentRequested.topic
CATALOG: Final = VariantSubmitted.topic
TYPE: Final = "unreadable"
_DEEP: Final = 250
_HUGE: Final = 600 * 1024

_SCAN: Final = {"order_id": "SO50489", "sku": "BK-M68B-46", "serials": ["BK-M68B-46-900001"]}


def _document(number: int, model: type[Body], data: object, **attributes: Any) -> bytes:
    document = {
        "specversion": "1.0",
        "type": model.type_name(),
        "source": "/senders/broken",
        "id": f"unreadable-{number}",
        "time": "2018-09-24T12:00:00.000Z",
        **attributes,
        "data": data,
    }
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()


def _nested(levels: int) -> object:
    inner: object = "deep"
    for _ in range(levels):
        inner = [inner]
    return inner


def records() -> tuple[Outbound, ...]:
    """All of them, without identity: what cannot be read has none."""
    scan, order, variant = ItemFulfillmentRequested, OrderSubmitted, VariantSubmitted
    binary = (
        ("ce_specversion", b"1.0"),
        ("ce_type", scan.type_name().encode()),
        ("ce_source", b"/senders/broken"),
        ("ce_id", b"unreadable-binary"),
    )
    return (
        # no JSON
        _record(ORDERS, None),
        _record(ORDERS, b""),
        _record(ORDERS, b"an order, please"),
        _record(ORDERS, _document(4, order, {"order_id": "SO50489"})[:-20]),
        _record(ORDERS, b"<order id='SO50489'/>"),
        _record(SCANS, b"\x00\x00\x00\x00\x2a\x10SO50489"),
        _record(SCANS, '{"serials": ["BK-M68B-46-900001"]}'.encode("utf-16")),
        _record(SCANS, _document(8, scan, {**_SCAN, "carrier": "X"}).replace(b'"X"', b'"\\ud83d"')),
        # JSON, but no envelope
        _record(SCANS, json.dumps(_SCAN).encode()),
        _record(ORDERS, b"[1, 2, 3]"),
        _record(ORDERS, b"42"),
        _record(SCANS, _document(12, scan, _SCAN, id=None)),
        _record(SCANS, _document(13, scan, _SCAN, specversion="0.3")),
        _record(ORDERS, _document(14, order, {"order_id": "SO50489"}, source="")),
        _record(SCANS, json.dumps(_SCAN).encode(), *binary[:2], ("ce_source", b"\xff\xfe"), *binary[3:]),
        # an envelope, but nobody can act on it
        _record(ORDERS, _document(16, order, {"order_id": "SO50489"}, type="leaseline.orders.OrderForgotten.v1")),
        _record(ORDERS, _document(17, scan, _SCAN)),
        _record(CATALOG, _document(18, variant, {"sku": "X"}, type="leaseline.orders.VariantSubmited.v1")),
        _record(SCANS, _document(19, scan, {**_SCAN, "more": _nested(_DEEP)})),
        _record(ORDERS, _document(20, order, {"order_id": "SO50489", "notes": "x" * _HUGE})),
    )


def _record(topic: str, value: bytes | None, *headers: tuple[str, bytes]) -> Outbound:
    return Outbound(topic, b"SO50489", value, headers, "java", None, TYPE)
