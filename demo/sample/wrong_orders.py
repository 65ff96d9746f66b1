"""Orders that are refused, three of each kind: real ones under another id with one thing wrong (one kind: three)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from contracts.messages.orders import OrderSubmitted, RequestParked, RequestRefused
from contracts.values.refusals import Code
from demo.sample import catalog, northwind
from demo.sample.hashes import drawn
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending

EACH: Final = 3
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is wrong: values by their path in ``data``. ``business``: the real order is a company's."""

    name: str
    wrong: Mapping[str, object]
    codes: tuple[Code, ...]
    business: bool = False


def _simple(code: Code, path: str, value: object, *, business: bool = False) -> Recipe:
    return Recipe(code.value, {path: value}, (code,), business)


def _line(**fields: object) -> dict[str, object]:
    return {"sku": "BK-M68B-46", "months": 12, "quantity": 1, **fields}


_NOTE = {"text": "Please ring twice.", "author": "phone"}
RECIPES: Final = (
    _simple(Code.FIELD_REQUIRED, "billing_address", _ABSENT),
    _simple(Code.WRONG_TYPE, "items.0.quantity", "2"),
    _simple(Code.VALUE_INVALID, "channel", "fax"),
    _simple(Code.TEXT_TOO_LONG, "billing_address.city", "Llan" * 51),
    _simple(Code.ID_INVALID, "customer.id", "customer 7"),
    _simple(Code.EMAIL_INVALID, "customer.email", "nobody.example"),
    _simple(Code.COUNTRY_UNKNOWN, "billing_address.country", "UK"),
    _simple(
        Code.POSTAL_CODE_INVALID,
        "billing_address",
        {"street": "Obere Str. 57", "city": "Berlin", "country": "DE"},
    ),
    _simple(Code.PHONE_INVALID, "customer.phone", "5" * 41),
    _simple(Code.CURRENCY_UNKNOWN, "currency", "EURO"),
    _simple(Code.TERM_UNKNOWN, "term", "net_45", business=True),
    _simple(Code.CONTRACT_LENGTH_INVALID, "items.0.months", 18),
    _simple(Code.QUANTITY_LIMIT, "items.0.quantity", 80_995),
    _simple(Code.PRICE_INVALID, "items.0.quoted_price", {"amount": 0, "currency": "EUR"}),
    _simple(Code.TOO_MANY_NOTES, "notes", [_NOTE] * 11),
    _simple(Code.COMPANY_REQUIRED, "customer.company_name", _ABSENT, business=True),
    _simple(Code.TERM_NOT_ALLOWED, "term", "net_14"),
    _simple(Code.GROUP_NOT_ALLOWED, "group", {"id": "DE", "name": "Germany"}),
    _simple(Code.ITEM_ID_DUPLICATE, "items", [_line(item_id="a"), _line(item_id="a", months=24)]),
    _simple(Code.MIXED_CURRENCY, "items.0.quoted_price", {"amount": 7000, "currency": "JPY"}),
    _simple(Code.VARIANT_INACTIVE, "items.0.sku", catalog.INACTIVE[0]),
    Recipe("too_many_items", {"items": [_line() for _ in range(201)]}, (Code.ORDER_TOO_LARGE,)),
    Recipe("too_many_units", {"items": [_line(quantity=500) for _ in range(5)]}, (Code.ORDER_TOO_LARGE,)),
    Recipe(
        "three_at_once",
        {"customer.email": "nobody", "billing_address.country": "UK", "items.0.quantity": 0},
        (Code.EMAIL_INVALID, Code.COUNTRY_UNKNOWN, Code.QUANTITY_LIMIT),
    ),
)


def sendings(orders: Sequence[SampleOrder], placed: Sequence[SampleOrder]) -> tuple[Sending, ...]:
    """All of them, made from ``orders``.

    ``placed`` are orders that stand: six of them are submitted with other content, three under a new message id and
    three under the old one.
    """
    found = [
        refused(_altered(order, recipe, number), *recipe.codes)
        for recipe in RECIPES
        for number, order in enumerate(_models(orders, recipe), 1)
    ]
    by_id = {order.order_id: order for order in placed}
    stands = [by_id[order_id] for order_id in drawn(by_id, 2 * EACH, "stands")]
    for order in stands[:EACH]:
        again = replace(_elsewhere(order), id=f"{order.message_id}-changed")
        found.append(refused(again, Code.ORDER_CONFLICT))
    found += [refused(_elsewhere(order), Code.ID_REUSED) for order in stands[EACH:]]
    return tuple(found)


def unknown(orders: Sequence[SampleOrder]) -> tuple[Sending, ...]:
    """Orders with a SKU that the catalog never has: they wait, and are refused when the waiting clock has moved on."""
    recipe = _simple(Code.VARIANT_UNKNOWN, "items.0.sku", "BK-X00-00")
    return tuple(
        _altered(order, recipe, number)
        .awaiting(RequestParked)
        .awaiting_later(RequestRefused, codes=(Code.VARIANT_UNKNOWN.value,))
        for number, order in enumerate(_models(orders, recipe), 1)
    )


def superseded() -> tuple[Sending, ...]:
    """Settings that are older than those in force: variants and default groups."""
    older = catalog.OPENED - timedelta(days=30)
    variants = catalog.variants()
    by_sku = {variant.sku: variant for variant in variants if variant.prices and variant.active}
    found = [
        catalog.variant_sending(by_sku[sku].model_copy(update={"prices": ()}), older, version=0)
        for sku in drawn(by_sku, EACH, "superseded")
    ]
    groups = northwind.default_groups()
    found += [
        catalog.group_sending(customer_id, northwind.group("Ireland"), older, number=0)
        for customer_id in drawn(groups, EACH, "superseded")
    ]
    return tuple(refused(each, Code.SUPERSEDED) for each in found)


def refused(made: Sending, *codes: Code) -> Sending:
    """The same, awaiting that orders refuses it with these codes."""
    return made.awaiting(RequestRefused, codes=tuple(code.value for code in codes))


def _models(orders: Sequence[SampleOrder], recipe: Recipe) -> list[SampleOrder]:
    kind = "business" if recipe.business else "individual"
    by_id = {order.order_id: order for order in orders if order.body.customer.type == kind}
    return [by_id[order_id] for order_id in drawn(by_id, EACH, recipe.name)]


def _altered(order: SampleOrder, recipe: Recipe, number: int) -> Sending:
    order_id = f"WRONG-{recipe.name}-{number}"
    data = {**_data(order), "order_id": order_id}
    for path, value in recipe.wrong.items():
        _set(data, path, value)
    return Sending(OrderSubmitted, f"order-{order_id}", order.source, order.time, data=data)


def _elsewhere(order: SampleOrder) -> Sending:
    data = _data(order)
    _set(data, "billing_address.city", "Elsewhere")
    return Sending(OrderSubmitted, order.message_id, order.source, order.time, data=data)


def _data(order: SampleOrder) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(order.body.model_dump_json(exclude_none=True))
    return data


def _set(data: dict[str, Any], path: str, value: object) -> None:
    inner: Any = data
    *way, last = path.split(".")
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    if value is _ABSENT:
        del inner[last]
    else:
        inner[last] = value
