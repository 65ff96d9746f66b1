"""Changes of orders that are refused, three of each kind, asked of orders to which nothing else happens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contracts.messages.changes import (
    HoldReleaseRequested,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.values.refusals import Code
from contracts.wire.message import Body
from demo.sample import catalog, northwind
from demo.sample.hashes import drawn
from demo.sample.outbound import Sending
from demo.sample.plan import Fate, Planned
from demo.sample.whole_plan import Plan
from demo.sample.wrong_orders import EACH, refused

SOURCE: Final = "/clerks/trainee"
ASKED: Final = datetime(2018, 9, 25, 10, tzinfo=UTC)
"""The time of the wrong changes: after every scan."""
OTHER: Final = {"id": "KEY", "name": "Key accounts"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked, of orders of which fates, and why it is refused."""

    code: Code
    model: type[Body]
    fates: tuple[Fate, ...]
    asked: Callable[[Planned], Mapping[str, Any]]
    business: bool | None = None


def _amended(code: Code, fates: tuple[Fate, ...], asked: Callable[[Planned], Mapping[str, Any]], **more: Any) -> Kind:
    return Kind(code, OrderAmendmentRequested, fates, asked, **more)


def _items(**items: object) -> Mapping[str, Any]:
    return {"items": items}


def _one_more(plan: Planned, **fields: object) -> Mapping[str, Any]:
    held = {item.sku for item in plan.order.body.items}
    sku = next(sku for sku in northwind.bike_skus() if sku not in held)
    return _items(add=[{"sku": sku, "months": 12, "quantity": 1, **fields}])


def _quoted(plan: Planned, currency: str | None = None) -> Mapping[str, Any]:
    return _one_more(plan, quoted_price={"amount": 1, "currency": currency or plan.order.body.currency})


def _all_ids(plan: Planned) -> list[str]:
    return list(map(plan.order.item_id, range(len(plan.order.body.items))))


def _one_more_of_what_is_taken(plan: Planned) -> Mapping[str, Any]:
    at = next(at for at, taken in enumerate(plan.taken) if taken)
    return {"item_id": plan.order.item_id(at), "quantity": plan.order.body.items[at].quantity + 1}


_NEW: Final = (Fate.UNTOUCHED, Fate.CONFIRMED)
_TAKEN: Final = (Fate.COMPLETE, Fate.IN_PART)
KINDS: Final = (
    _amended(Code.ORDER_EMPTY, _NEW, lambda p: _items(remove=_all_ids(p))),
    _amended(Code.PRICE_MISMATCH, _NEW, _quoted),
    _amended(Code.MIXED_CURRENCY, _NEW, lambda p: _quoted(p, "JPY")),
    _amended(Code.VARIANT_INACTIVE, _NEW, lambda p: _one_more(p, sku=catalog.INACTIVE[0])),
    _amended(Code.VARIANT_UNKNOWN, _NEW, lambda p: _one_more(p, sku="BK-X00-00")),
    _amended(Code.ITEM_UNKNOWN, _NEW, lambda _: _items(change=[{"item_id": "no-such-item", "quantity": 2}])),
    _amended(Code.ITEM_ID_DUPLICATE, _NEW, lambda p: _one_more(p, item_id=p.order.item_id(0))),
    _amended(Code.VERSION_CONFLICT, _NEW, lambda _: {"contact": {"phone": "0170 555"}, "expected_version": 999}),
    _amended(Code.TERM_NOT_ALLOWED, _NEW, lambda _: {"billing": {"term": "net_14"}}, business=False),
    _amended(Code.ITEM_LOCKED, (Fate.IN_PART,), lambda p: _items(change=[_one_more_of_what_is_taken(p)])),
    _amended(Code.ORDER_FULFILLED, (Fate.COMPLETE,), _one_more),
    _amended(Code.ORDER_HAS_SUBSCRIPTIONS, _TAKEN, lambda _: {"billing": {"company_name": "Other"}}, business=True),
    Kind(Code.ORDER_HAS_SUBSCRIPTIONS, OrderCancellationRequested, _TAKEN, lambda _: {}),
    Kind(Code.NO_SUBSCRIPTION_YET, ShortCloseRequested, _NEW, lambda _: {}),
    Kind(Code.NOTHING_OPEN, ShortCloseRequested, (Fate.COMPLETE,), lambda _: {}),
    Kind(Code.ITEM_UNKNOWN, ShortCloseRequested, (Fate.IN_PART,), lambda _: {"item_id": "no-such-item"}),
    Kind(Code.NOT_ON_HOLD, HoldReleaseRequested, _NEW, lambda _: {"price": "catalog"}),
    Kind(Code.GROUP_NOT_ALLOWED, PayerChangeRequested, _TAKEN, lambda _: {"group": OTHER}, business=False),
)


def sendings(plan: Plan) -> tuple[Sending, ...]:
    """All of them, and what is asked of orders that were cancelled."""
    calm = [each for each in plan.orders if each.order.order_id in plan.calm]
    found = [_refused(kind, n, chosen) for kind in KINDS for n, chosen in enumerate(_some(calm, kind), 1)]
    return (*found, *_of_cancelled(plan))


def early_sendings(plan: Plan) -> tuple[Sending, ...]:
    """Before the missing prices come: an item more that has none."""
    kind = _amended(Code.PRICE_MISSING, _NEW, lambda p: _one_more(p, sku=catalog.UNPRICED[0]))
    calm = [each for each in plan.orders if each.order.order_id in plan.calm]
    return tuple(_refused(kind, n, chosen) for n, chosen in enumerate(_some(calm, kind), 1))


def _of_cancelled(plan: Plan) -> tuple[Sending, ...]:
    cancelled = plan.of(drawn(plan.parts.cancelled, EACH, "asked when cancelled"))
    kinds = (
        _amended(Code.ORDER_CANCELLED, (), lambda _: {"contact": {"phone": "0170 555"}}),
        Kind(Code.ORDER_CANCELLED, PayerChangeRequested, (), lambda _: {}),
    )
    return tuple(_refused(kind, n, each) for kind in kinds for n, each in enumerate(cancelled, 1))


def _some(calm: Sequence[Planned], kind: Kind) -> tuple[Planned, ...]:
    fit = {
        each.order.order_id: each
        for each in calm
        if each.fate in kind.fates and kind.business in (None, each.order.body.customer.type == "business")
    }
    salt = f"wrong {kind.model.__name__} {kind.code}"
    return tuple(fit[order_id] for order_id in drawn(fit, EACH, salt))


def _refused(kind: Kind, number: int, plan: Planned) -> Sending:
    order_id = plan.order.order_id
    reason = "training"
    data = {"order_id": order_id, "actor": "trainee", "reason": reason, **kind.asked(plan)}
    id_ = f"wrong-{kind.model.__name__}-{kind.code}-{number}"
    made = Sending(kind.model, id_, SOURCE, ASKED + timedelta(minutes=number), data=data)
    return refused(made, kind.code)
