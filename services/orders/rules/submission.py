"""What is wrong with a submission beyond its shape: every code at once, as far as it can be seen at once.

Where checking stops: five times as many items as an order may have are looked at one by one (1,000), those behind them
for their shape only. Of an item whose shape is wrong, what can be read is judged: its SKU, its id, its quantity if an
item may have it, its quoted price. An answer names at most 200 fields, and each code once at least. A submission that
comes again for an order that is placed is compared with it, and not judged.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import to_json

from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from contracts.values.immutable import Immutable
from contracts.values.money import Money
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.text import is_blank
from contracts.values.words import Identifier, Quantity, Sku
from services.engine.core.message import Message
from services.orders.documents.variant import Variant
from services.orders.settings import Settings

TIMES: Final = 5
"""So many times what an order may have, items are looked at one by one."""
_SKU, _ID, _QUANTITY, _MONEY = (
    TypeAdapter[Any](of, config=None if of is Money else ConfigDict(strict=True))
    for of in (Sku, Identifier, Quantity, Money)
)


class SeenItem(Immutable):
    """What can be seen of an item at its position from 0; None: is not there, or cannot be read."""

    position: int
    item_id: str | None = None
    id_given: bool = False
    sku: str | None = None
    quantity: int | None = None
    quoted_in: str | None = None

    @property
    def id(self) -> str | None:
        """Its id, or its position from 1 where it has none; None: it has one that is none."""
        return self.item_id if self.id_given else str(self.position + 1)


class Seen(Immutable):
    """What can be seen of a submission, also of one whose shape is wrong elsewhere.

    ``items`` are those that are looked at; ``lines`` is how many there are in all. None: cannot be told.
    """

    items: tuple[SeenItem, ...]
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
        return tuple(dict.fromkeys(item.sku for item in self.items if item.sku is not None))


def look_at(message: Message[OrderSubmitted | None], settings: Settings) -> Seen:
    """What can be seen of it: all, if it could be read."""
    if message.body is not None:
        return _look_at_body(message.body, settings)
    return _glimpse(message.data or {}, settings)


def skus_of(message: Message[OrderSubmitted | None], settings: Settings) -> tuple[str, ...]:
    """The SKUs that it names, each once, as far as they are looked at."""
    if message.body is None:
        return look_at(message, settings).skus()
    return tuple(dict.fromkeys([item.sku for item in message.body.items[: TIMES * settings.most_items]]))


def _look_at_body(body: OrderSubmitted, settings: Settings) -> Seen:
    return Seen(
        items=tuple(map(_seen_item, range(TIMES * settings.most_items), body.items)),
        lines=len(body.items),
        currency=body.currency,
        customer_type=body.customer.type,
        has_company=body.customer.company_name is not None,
        has_name=body.customer.first_name is not None or body.customer.last_name is not None,
        has_group=body.group is not None,
        has_term=body.term is not None,
        notes=len(body.notes),
    )


def _glimpse(data: Mapping[str, Any], settings: Settings) -> Seen:
    lines, customer, notes = data.get("items"), data.get("customer"), data.get("notes")
    known = customer if isinstance(customer, dict) else {}
    currency, company = data.get("currency"), known.get("company_name")
    return Seen(
        items=tuple(map(_glimpse_item, range(TIMES * settings.most_items), lines)) if isinstance(lines, list) else (),
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


def _seen_item(position: int, item: ItemSubmitted) -> SeenItem:
    return SeenItem(
        position=position,
        item_id=item.item_id,
        id_given=item.item_id is not None,
        sku=item.sku,
        quantity=item.quantity,
        quoted_in=None if item.quoted_price is None else item.quoted_price.currency,
    )


def _glimpse_item(position: int, line: Any) -> SeenItem:
    """What can be read of it; what cannot is among the message's refusals already."""
    if not isinstance(line, dict):
        return SeenItem(position=position, id_given=True)
    money = _read(_MONEY, line.get("quoted_price"))
    return SeenItem(
        position=position,
        item_id=_read(_ID, line.get("item_id")),
        id_given=line.get("item_id") is not None,
        sku=_read(_SKU, line.get("sku")),
        quantity=_read(_QUANTITY, line.get("quantity")),
        quoted_in=money.currency if isinstance(money, Money) else None,
    )


def _read(kind: TypeAdapter[Any], value: Any) -> Any:
    """The value as it is read on the wire; None if it is none of this kind."""
    try:
        return None if value is None else kind.validate_json(to_json(value))
    except ValueError:
        return None


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
    units = sum(item.quantity or 0 for item in order.items)
    if units > settings.most_units:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{units} units")
    if order.notes > settings.most_notes_submitted:
        yield refusal(Code.TOO_MANY_NOTES, "notes", f"{order.notes} notes")


def _item_refusals(order: Seen, catalog: Mapping[str, Variant]) -> Iterator[Refusal]:
    ids = set()
    for item in order.items:
        field, own = f"items.{item.position}", item.id
        if own is not None and own in ids:
            yield refusal(Code.ITEM_ID_DUPLICATE, f"{field}.item_id", own)
        ids.add(own)
        if item.sku is not None:
            variant = catalog.get(item.sku)
            if variant is None:
                yield refusal(Code.VARIANT_UNKNOWN, f"{field}.sku", item.sku)
            elif not variant.active:
                yield refusal(Code.VARIANT_INACTIVE, f"{field}.sku", item.sku)
        if item.quoted_in is not None and order.currency is not None and item.quoted_in != order.currency:
            found = f"{item.quoted_in} in an order in {order.currency}"
            yield refusal(Code.MIXED_CURRENCY, f"{field}.quoted_price.currency", found)


def misses_only_variants(refusals: tuple[Refusal, ...]) -> bool:
    """Whether nothing stands against it but that the catalog does not know a SKU: that alone can come right."""
    return all(each.code is Code.VARIANT_UNKNOWN for each in refusals)
