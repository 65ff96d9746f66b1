"""What stands against an amendment of items, whatever fulfillment says: every rule that it breaks, with its field.

Rules: ``docs/domain.md`` section 1. What is to be priced anew is judged by today's catalog, and an edit never causes a
hold. A line of which the quantity alone changes keeps what was agreed: nobody asks the catalog about it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from contracts.messages.changes import ItemChanged, ItemsChange, OrderAmendmentRequested
from contracts.messages.orders import ItemSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.settings import Settings

VariantOf = Callable[[str], Variant | None]
"""The catalog: the variant of an SKU as it is today."""
MOST_IDS: Final = 2_000
"""Ids of items that one order may ever use, those of removed ones included: none is used again, so all are kept."""


def objections(
    order: PlacedOrder, body: OrderAmendmentRequested, variant_of: VariantOf, settings: Settings
) -> Iterator[Refusal]:
    """Every reason but those of the billing data. A list that is too long to be right is not looked at further."""
    yield from _contradictions(body)
    if body.items is None:
        return
    too_long = tuple(_too_long(body.items, settings))
    if too_long:
        yield from too_long
        return
    yield from _item_objections(order, body.items, variant_of)
    yield from _size_objections(order, body.items, settings)


def skus_named(order: PlacedOrder | None, body: OrderAmendmentRequested, settings: Settings) -> Iterator[str]:
    """The variants that it is judged by; those of changed items that keep theirs are known with the order."""
    items = body.items
    if items is None or any(_too_long(items, settings)):
        return
    there = {} if order is None else {item.item_id: item for item in order.items}
    yield from (added.sku for added in items.add)
    for changed in items.change:
        item = there.get(changed.item_id)
        if item is not None and order is not None and keeps_price(item, changed, order.currency):
            continue
        sku = changed.sku or (None if item is None else item.sku)
        if sku is not None:
            yield sku


def keeps_price(item: PlacedItem, change: ItemChanged, currency: str) -> bool:
    """Whether a changed line keeps its price, its names and what was agreed: its SKU stays, and no other price than its
    own is quoted.
    """
    quoted = change.quoted_price
    own = quoted is None or (quoted.currency == currency and quoted.amount == item.unit_price)
    return own and change.sku in (None, item.sku)


def as_ordered(item: PlacedItem, change: ItemChanged) -> ItemSubmitted:
    """A line that is priced anew, as if it were ordered so today; its contract length never changes.

    A price that was quoted for what it was before is not one for what it is to be.
    """
    return ItemSubmitted(
        item_id=item.item_id,
        sku=change.sku or item.sku,
        months=item.months,
        quantity=change.quantity or item.quantity,
        quoted_price=change.quoted_price,
    )


def _contradictions(body: OrderAmendmentRequested) -> Iterator[Refusal]:
    """What is wrong with the request, whatever the order: it names nothing, or the same twice."""
    items, given = body.items, _given(body)
    named = bool(items and (items.add or items.change or items.remove))
    if not (named or body.clear or given):
        yield refusal(Code.FIELD_REQUIRED, "", "nothing is to be changed")
    for name in body.clear:
        if name in given:
            yield refusal(Code.VALUE_INVALID, "clear", f"{name} is given and cleared")
    if items is None:
        return
    for place, each in enumerate(items.change):
        if each.sku is None and each.quantity is None and each.quoted_price is None:
            yield refusal(Code.FIELD_REQUIRED, f"items.change.{place}", "nothing is to be changed")
    for item_id, times in Counter((*(c.item_id for c in items.change), *items.remove)).items():
        if times > 1:
            yield refusal(Code.VALUE_INVALID, "items", f"item {item_id} is named {times} times")


def _given(body: OrderAmendmentRequested) -> set[str]:
    return {
        name for part in (body.contact, body.billing) if part is not None for name, value in part if value is not None
    }


def _too_long(change: ItemsChange, settings: Settings) -> Iterator[Refusal]:
    """No order has so many items: what they are need not be looked up."""
    for name, lines in (("add", len(change.add)), ("change", len(change.change)), ("remove", len(change.remove))):
        if lines > settings.most_items:
            yield refusal(Code.ORDER_TOO_LARGE, f"items.{name}", f"{lines} items")


def _item_objections(order: PlacedOrder, change: ItemsChange, variant_of: VariantOf) -> Iterator[Refusal]:
    there = {item.item_id: item for item in order.items}
    for place, item_id in enumerate(change.remove):
        if item_id not in there:
            yield refusal(Code.ITEM_UNKNOWN, f"items.remove.{place}", item_id)
    for place, each in enumerate(change.change):
        item = there.get(each.item_id)
        if item is None:
            yield refusal(Code.ITEM_UNKNOWN, f"items.change.{place}.item_id", each.item_id)
        elif not keeps_price(item, each, order.currency):
            new = each.sku is not None and each.sku != item.sku
            yield from _price_objections(order, as_ordered(item, each), variant_of, f"items.change.{place}", new=new)
    taken = {*there, *(order.retired or ())}
    if change.add and len(taken) + len(change.add) > MOST_IDS:
        yield refusal(Code.ORDER_TOO_LARGE, "items.add", f"{len(taken)} item ids were used, at most {MOST_IDS}")
    for place, added in enumerate(change.add):
        if added.item_id in taken:
            yield refusal(Code.ITEM_ID_DUPLICATE, f"items.add.{place}.item_id", added.item_id or "")
        if added.item_id is not None:
            taken.add(added.item_id)
        yield from _price_objections(order, added, variant_of, f"items.add.{place}", new=True)
    if there.keys() <= set(change.remove) and not change.add:
        yield refusal(Code.ORDER_EMPTY, "items")


def _price_objections(
    order: PlacedOrder, item: ItemSubmitted, variant_of: VariantOf, field: str, *, new: bool
) -> Iterator[Refusal]:
    """What stands against a line at today's catalog. A placed item keeps a variant that is no longer offered."""
    quoted = item.quoted_price
    if quoted is not None and quoted.currency != order.currency:
        found = f"{quoted.currency} in an order in {order.currency}"
        yield refusal(Code.MIXED_CURRENCY, f"{field}.quoted_price.currency", found)
    variant = variant_of(item.sku)
    if variant is None:
        yield refusal(Code.VARIANT_UNKNOWN, f"{field}.sku", item.sku)
        return
    if new and not variant.active:
        yield refusal(Code.VARIANT_INACTIVE, f"{field}.sku", item.sku)
    price = variant.price(item.months, order.currency)
    if price is None:
        yield refusal(Code.PRICE_MISSING, field, f"{item.months} months in {order.currency}")
    elif quoted is not None and quoted.currency == order.currency and quoted.amount != price:
        yield refusal(Code.PRICE_MISMATCH, f"{field}.quoted_price", f"{quoted.amount}, the catalog has {price}")


def _size_objections(order: PlacedOrder, change: ItemsChange, settings: Settings) -> Iterator[Refusal]:
    """The limits of a submission, for the order as it is to be."""
    wanted = {each.item_id: each.quantity for each in change.change}
    gone = set(change.remove)
    quantities = [
        *(wanted.get(item.item_id) or item.quantity for item in order.items if item.item_id not in gone),
        *(item.quantity for item in change.add),
    ]
    if len(quantities) > settings.most_items:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{len(quantities)} items")
    if sum(quantities) > settings.most_units:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{sum(quantities)} units")
