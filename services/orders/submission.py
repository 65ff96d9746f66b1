"""What is wrong with a submission beyond its shape: every code at once, as far as it can be seen at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from contracts.immutable import Immutable
from contracts.orders import ItemSubmitted, OrderSubmitted
from contracts.refusals import Code, Refusal, refusal
from contracts.text import is_blank
from services.engine.message import Message
from services.orders.catalog import Variant
from services.orders.pricing import item_id
from services.orders.settings import Settings


class Seen(Immutable):
    """What can be seen of a submission, also of one whose shape is wrong elsewhere.

    ``items`` are those that can be read, with their position from 0; ``lines`` is how many there are in all.
    None: cannot be told.
    """

    items: tuple[tuple[int, ItemSubmitted], ...]
    lines: int | None
    currency: str | None
    customer_type: str | None
    has_company: bool
    has_name: bool
    has_group: bool
    has_term: bool
    notes: int

    def skus(self) -> tuple[str, ...]:
        """The SKUs, each once."""
        return tuple(dict.fromkeys(item.sku for _, item in self.items))


def seen(message: Message, settings: Settings) -> Seen:
    """What can be seen of it: all, if it could be read."""
    if isinstance(message.body, OrderSubmitted):
        return _whole(message.body, settings)
    return _glimpsed(message.data or {}, settings)


def _whole(body: OrderSubmitted, settings: Settings) -> Seen:
    return Seen(
        items=tuple(enumerate(body.items[: settings.most_items])),
        lines=len(body.items),
        currency=body.currency,
        customer_type=body.customer.type,
        has_company=body.customer.company_name is not None,
        has_name=body.customer.first_name is not None or body.customer.last_name is not None,
        has_group=body.group is not None,
        has_term=body.term is not None,
        notes=len(body.notes),
    )


def _glimpsed(data: Mapping[str, Any], settings: Settings) -> Seen:
    lines, customer, notes = data.get("items"), data.get("customer"), data.get("notes")
    known = customer if isinstance(customer, dict) else {}
    currency, company = data.get("currency"), known.get("company_name")
    return Seen(
        items=tuple(_readable(lines[: settings.most_items])) if isinstance(lines, list) else (),
        lines=len(lines) if isinstance(lines, list) else None,
        currency=currency if isinstance(currency, str) else None,
        customer_type=known.get("type"),
        has_company=_is_there(company),
        has_name=not isinstance(customer, dict) or _is_there(known.get("first_name"), known.get("last_name")),
        has_group=data.get("group") is not None,
        has_term=data.get("term") is not None,
        notes=len(notes) if isinstance(notes, list) else 0,
    )


def _is_there(*values: Any) -> bool:
    """Whether one of these is given and no blank text; what is of a wrong type is refused for that."""
    return any(value is not None and not (isinstance(value, str) and is_blank(value)) for value in values)


def _readable(lines: list[Any]) -> Iterator[tuple[int, ItemSubmitted]]:
    for position, line in enumerate(lines):
        try:
            yield position, ItemSubmitted.model_validate_json(json.dumps(line))
        except ValidationError:
            continue  # its own errors are among the message's refusals already


def submission_refusals(order: Seen, catalog: Mapping[str, Variant], settings: Settings) -> tuple[Refusal, ...]:
    """Every rule that it breaks, each with its field."""
    return (
        *_customer_refusals(order),
        *_size_refusals(order, settings),
        *_item_refusals(order, catalog),
    )


def _customer_refusals(order: Seen) -> Iterator[Refusal]:
    if order.customer_type == "individual":
        if order.has_term:
            yield refusal(Code.TERM_NOT_ALLOWED, "term")
        if order.has_group:
            yield refusal(Code.GROUP_NOT_ALLOWED, "group")
    if order.customer_type == "business" and not order.has_company:
        yield refusal(Code.COMPANY_REQUIRED, "customer.company_name")
    elif not order.has_name and not order.has_company:
        yield refusal(Code.FIELD_REQUIRED, "customer.last_name", "a first or a last name must be given")


def _size_refusals(order: Seen, settings: Settings) -> Iterator[Refusal]:
    if order.lines == 0:
        yield refusal(Code.FIELD_REQUIRED, "items", "an order has at least one item")
    if order.lines is not None and order.lines > settings.most_items:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{order.lines} items")
    units = sum(item.quantity for _, item in order.items)
    if units > settings.most_units:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{units} units")
    if order.notes > settings.most_notes_submitted:
        yield refusal(Code.TOO_MANY_NOTES, "notes", f"{order.notes} notes")


def _item_refusals(order: Seen, catalog: Mapping[str, Variant]) -> Iterator[Refusal]:
    ids = set()
    for position, item in order.items:
        own = item_id(item, position + 1)
        if own in ids:
            yield refusal(Code.ITEM_ID_DUPLICATE, f"items.{position}.item_id", own)
        ids.add(own)
        variant = catalog.get(item.sku)
        if variant is None:
            yield refusal(Code.VARIANT_UNKNOWN, f"items.{position}.sku", item.sku)
        elif not variant.active:
            yield refusal(Code.VARIANT_INACTIVE, f"items.{position}.sku", item.sku)
        quoted = item.quoted_price
        if quoted is not None and order.currency is not None and quoted.currency != order.currency:
            found = f"{quoted.currency} in an order in {order.currency}"
            yield refusal(Code.MIXED_CURRENCY, f"items.{position}.quoted_price.currency", found)
