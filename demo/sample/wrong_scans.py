"""Scans that are refused, three of each kind, against orders that have what the kind asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from contracts.messages.fulfillment import ItemFulfillmentRefused, ItemFulfillmentRequested, RequestRefused
from contracts.values.refusals import Code
from demo.sample.hashes import drawn
from demo.sample.outbound import Sending
from demo.sample.plan import Fate, Planned
from demo.sample.scans import Scan
from demo.sample.scans import sending as scan_sending
from demo.sample.serials import Serials

SOURCE: Final = "/scanners/dock-7"
SCANNED: Final = datetime(2018, 9, 24, 10, tzinfo=UTC)
"""The time of the wrong scans: after every good one."""
EACH: Final = 3
OTHER_SKU: Final = "BK-X00-00"


@dataclass(frozen=True)
class Shelf:
    """The orders and scans that wrong scans are made against, and fresh serials."""

    planned: Sequence[Planned]
    scans: Sequence[Scan]
    serials: Serials

    @cached_property
    def waiting(self) -> tuple[Planned, ...]:
        """Orders of which nothing was taken and no SKU occurs twice: their first item is open."""
        return tuple(
            plan
            for plan in self.planned
            if plan.fate in (Fate.UNTOUCHED, Fate.CONFIRMED) and not any(map(plan.order.twice, plan.order.body.items))
        )

    @cached_property
    def complete(self) -> tuple[Planned, ...]:
        """Orders of which every unit is taken."""
        return tuple(plan for plan in self.planned if plan.fate is Fate.COMPLETE)

    @cached_property
    def ambiguous(self) -> tuple[tuple[Planned, str], ...]:
        """Orders with a SKU that stands in two open items of different length."""
        found = []
        for plan in self.planned:
            items = plan.order.body.items
            for sku in sorted({item.sku for item in items}):
                lengths = {items[at].months for at in plan.order.positions(sku) if plan.open_at(at)}
                if len(lengths) > 1:
                    found.append((plan, sku))
        return tuple(found)

    @cached_property
    def active(self) -> dict[str, tuple[str, str]]:
        """One active serial of each SKU, with the order that holds it."""
        return {scan.item.sku: (scan.serials[0], scan.order.order_id) for scan in self.scans}


def sendings(shelf: Shelf) -> tuple[Sending, ...]:
    """All of them; every serial of each is refused."""
    found: list[Sending] = []
    for name, code, make in _KINDS:
        for n, plan in enumerate(_some(shelf.waiting, name), 1):
            data = {"order_id": plan.order.order_id, **make(shelf, plan)}
            found.append(_refused(_sending(name, n, data), code))
    for n, plan in enumerate(_some(shelf.complete, "one too many"), 1):
        sku = plan.order.body.items[0].sku
        by_item = {"item_id": plan.order.item_id(0), "serials": shelf.serials.take(sku)}
        data = {"order_id": plan.order.order_id, **by_item}
        found.append(_refused(_sending("one-too-many", n, data), Code.ITEM_FULLY_FULFILLED))
    for n, (plan, sku) in enumerate(shelf.ambiguous[:EACH], 1):
        data = {"order_id": plan.order.order_id, "sku": sku, "serials": shelf.serials.take(sku)}
        found.append(_refused(_sending("ambiguous", n, data), Code.AMBIGUOUS_ITEM))
    return (*found, *_under_used_ids(shelf), *_of_1970(shelf))


def _under_used_ids(shelf: Shelf) -> tuple[Sending, ...]:
    """Another device under the message id of an accepted scan."""
    by_id = {scan.id: scan for scan in shelf.scans if not scan.refused}
    others = [
        scan_sending(replace(by_id[scan_id], serials=shelf.serials.take(by_id[scan_id].item.sku)))
        for scan_id in drawn(by_id, EACH, "id reused")
    ]
    return tuple(_refused(other, Code.ID_REUSED) for other in others)


def _of_1970(shelf: Shelf) -> tuple[Sending, ...]:
    """A taken device, from a scanner without a clock and from one that believes it is 1970."""
    (plan, *_) = _some(shelf.waiting, "1970")
    data = {"order_id": plan.order.order_id, **_in_use(shelf, plan)}
    no_clock = replace(_sending("no-clock", 1, data), time=None)
    reset = replace(_sending("of-1970", 1, data), time=datetime(1970, 1, 1, 0, 3, tzinfo=UTC))
    return (_refused(no_clock, Code.SERIAL_IN_USE), _refused(reset, Code.SERIAL_IN_USE))


def _some(plans: Sequence[Planned], salt: str) -> list[Planned]:
    by_id = {plan.order.order_id: plan for plan in plans}
    return [by_id[order_id] for order_id in drawn(by_id, EACH, salt)]


def _sending(name: str, n: int, data: dict[str, Any]) -> Sending:
    return Sending(ItemFulfillmentRequested, f"wrong-{name}-{n}", SOURCE, SCANNED, data=data)


def _refused(made: Sending, code: Code) -> Sending:
    return made.awaiting(RequestRefused, ItemFulfillmentRefused, codes=(code.value,))


def _first(plan: Planned) -> str:
    return plan.order.body.items[0].sku


def _fresh(shelf: Shelf, plan: Planned, count: int = 1) -> tuple[str, ...]:
    return shelf.serials.take(_first(plan), count)


def _in_use(shelf: Shelf, plan: Planned) -> dict[str, Any]:
    return {"sku": _first(plan), "serials": [shelf.active[_first(plan)][0]]}


def _days(days: int) -> str:
    return (SCANNED.date() + timedelta(days=days)).isoformat()


_KINDS: Final[tuple[tuple[str, Code, Callable[[Shelf, Planned], dict[str, Any]]], ...]] = (
    ("in-use", Code.SERIAL_IN_USE, _in_use),
    ("nameless", Code.ITEM_REQUIRED, lambda s, p: {"serials": _fresh(s, p)}),
    ("other-sku", Code.ITEM_UNKNOWN, lambda s, p: {"sku": OTHER_SKU, "serials": _fresh(s, p)}),
    ("other-item", Code.ITEM_UNKNOWN, lambda s, p: {"item_id": "no-such-item", "serials": _fresh(s, p)}),
    (
        "item-and-sku",
        Code.SKU_MISMATCH,
        lambda s, p: {"item_id": p.order.item_id(0), "sku": OTHER_SKU, "serials": _fresh(s, p)},
    ),
    ("empty", Code.SERIAL_INVALID, lambda _, p: {"sku": _first(p), "serials": ["  "]}),
    ("invisible", Code.SERIAL_INVALID, lambda s, p: {"sku": _first(p), "serials": [_fresh(s, p)[0] + "\u200b"]}),
    ("long", Code.SERIAL_INVALID, lambda _, p: {"sku": _first(p), "serials": ["9" * 65]}),
    ("501", Code.TOO_MANY_SERIALS, lambda s, p: {"sku": _first(p), "serials": _fresh(s, p, 501)}),
    (
        "long-ago",
        Code.START_DATE_OUT_OF_RANGE,
        lambda s, p: {"sku": _first(p), "serials": _fresh(s, p), "start_date": _days(-91)},
    ),
    (
        "far-ahead",
        Code.START_DATE_OUT_OF_RANGE,
        lambda s, p: {"sku": _first(p), "serials": _fresh(s, p), "start_date": _days(366)},
    ),
    ("no-serials", Code.FIELD_REQUIRED, lambda _, p: {"sku": _first(p)}),
    ("text-for-list", Code.WRONG_TYPE, lambda s, p: {"sku": _first(p), "serials": _fresh(s, p)[0]}),
)
