"""An amendment at the head of the line: what it would make of the order, or every rule that it breaks.

Rules: ``domain.md`` section 1. New and changed items are priced by today's catalog, and an edit never causes a hold: it
is refused. Items that it does not name stay to the letter, so that fulfillment sees what it touches.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.changes import BillingChange, ItemChanged, ItemsChange, OrderAmendmentRequested
from contracts.orders import ItemSubmitted
from contracts.refusals import Code, Refusal, refusal
from services.orders.billing import billing_of, with_change
from services.orders.catalog import Variant
from services.orders.change import KeptBilling
from services.orders.order import PlacedItem, PlacedOrder
from services.orders.pricing import priced_item
from services.orders.settings import Settings

VariantOf = Callable[[str], Variant | None]
"""The catalog: the variant of an SKU as it is today."""
_CONTACT = ("first_name", "last_name", "email", "phone")
_CONTACT_CLEARABLE = ("phone", "shipping_address")


@dataclass(frozen=True, slots=True)
class Amended:
    """The complete new items and billing data. Contact data are taken over when the change is (``with_contact``)."""

    items: tuple[PlacedItem, ...]
    billing: KeptBilling


def amended(
    order: PlacedOrder, body: OrderAmendmentRequested, variant_of: VariantOf, settings: Settings
) -> Amended | tuple[Refusal, ...]:
    """What the amendment would make of the order; all or nothing."""
    wrong = list(_contradictions(body))
    billing = _billing(order, body)
    if isinstance(billing, tuple):
        wrong += billing
    items: tuple[PlacedItem, ...] = order.items
    if body.items is not None:
        wrong += _item_refusals(order, body.items, variant_of)
        if not wrong:
            items = _edited(order, body.items, variant_of)
            wrong += _size_refusals(items, settings)
    if wrong or isinstance(billing, tuple):
        return tuple(wrong)
    return Amended(items, billing)


def only_contact(order: PlacedOrder, after: Amended) -> bool:
    """Whether neither items nor billing data change: then orders need not ask."""
    return after.items == order.items and after.billing == billing_of(order)


def with_contact(order: PlacedOrder, body: OrderAmendmentRequested) -> PlacedOrder:
    """The order with the new contact data."""
    contact = body.contact
    update = {name: getattr(contact, name) for name in _CONTACT if contact and getattr(contact, name) is not None}
    if "phone" in body.clear:
        update["phone"] = None
    shipping = contact.shipping_address if contact and contact.shipping_address else order.shipping_address
    return order.model_copy(
        update={
            "customer": order.customer.model_copy(update=update),
            "shipping_address": None if "shipping_address" in body.clear else shipping,
        }
    )


def _billing(order: PlacedOrder, body: OrderAmendmentRequested) -> KeptBilling | tuple[Refusal, ...]:
    clear = tuple(name for name in body.clear if name not in _CONTACT_CLEARABLE)
    if body.billing is None and not clear:
        return billing_of(order)
    return with_change(order, body.billing or BillingChange(), clear)


def _contradictions(body: OrderAmendmentRequested) -> Iterator[Refusal]:
    """What is wrong with the request, whatever the order: it names nothing, or the same field twice."""
    items = body.items
    named = bool(items and (items.add or items.change or items.remove))
    if not (named or body.clear or _given(body)):
        yield refusal(Code.FIELD_REQUIRED, "", "nothing is to be changed")
    for name in body.clear:
        if name in _given(body):
            yield refusal(Code.VALUE_INVALID, "clear", f"{name} is given and cleared")
    if items is not None:
        for item_id, times in Counter((*(c.item_id for c in items.change), *items.remove)).items():
            if times > 1:
                yield refusal(Code.VALUE_INVALID, "items", f"item {item_id} is named {times} times")


def _given(body: OrderAmendmentRequested) -> set[str]:
    return {
        name for part in (body.contact, body.billing) if part is not None for name, value in part if value is not None
    }


def _item_refusals(order: PlacedOrder, change: ItemsChange, variant_of: VariantOf) -> Iterator[Refusal]:
    there = {item.item_id: item for item in order.items}
    for place, item_id in enumerate(change.remove):
        if item_id not in there:
            yield refusal(Code.ITEM_UNKNOWN, f"items.remove.{place}", item_id)
    for place, each in enumerate(change.change):
        item = there.get(each.item_id)
        if item is None:
            yield refusal(Code.ITEM_UNKNOWN, f"items.change.{place}.item_id", each.item_id)
        else:
            new = each.sku is not None and each.sku != item.sku
            yield from _price_refusals(order, _submitted(item, each), variant_of, f"items.change.{place}", new=new)
    taken = {*there, *(order.retired or ())}
    for place, added in enumerate(change.add):
        if added.item_id in taken:
            yield refusal(Code.ITEM_ID_DUPLICATE, f"items.add.{place}.item_id", added.item_id or "")
        if added.item_id is not None:
            taken.add(added.item_id)
        yield from _price_refusals(order, added, variant_of, f"items.add.{place}", new=True)
    if there.keys() <= set(change.remove) and not change.add:
        yield refusal(Code.ORDER_EMPTY, "items")


def _price_refusals(
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


def _submitted(item: PlacedItem, change: ItemChanged) -> ItemSubmitted:
    """A changed line as if it were ordered so today; its contract length never changes."""
    return ItemSubmitted(
        item_id=item.item_id,
        sku=change.sku or item.sku,
        months=item.months,
        quantity=change.quantity or item.quantity,
        quoted_price=change.quoted_price,
    )


def _edited(order: PlacedOrder, change: ItemsChange, variant_of: VariantOf) -> tuple[PlacedItem, ...]:
    changes = {each.item_id: each for each in change.change}
    kept = [
        _priced(_submitted(item, changes[item.item_id]), item.item_id, order.currency, variant_of)
        if item.item_id in changes
        else item
        for item in order.items
        if item.item_id not in change.remove
    ]
    taken = {item.item_id for item in order.items} | set(order.retired or ())
    taken |= {item.item_id for item in change.add if item.item_id is not None}
    position = len(order.items) + len(order.retired or ())
    for item in change.add:
        item_id = item.item_id
        while item_id is None:
            position += 1
            item_id = None if str(position) in taken else str(position)
        taken.add(item_id)
        kept.append(_priced(item, item_id, order.currency, variant_of))
    return tuple(kept)


def _priced(item: ItemSubmitted, item_id: str, currency: str, variant_of: VariantOf) -> PlacedItem:
    variant = variant_of(item.sku)
    assert variant is not None, "an unknown variant was refused"
    return priced_item(item.model_copy(update={"item_id": item_id}), 0, variant, currency)


def _size_refusals(items: tuple[PlacedItem, ...], settings: Settings) -> Iterator[Refusal]:
    if len(items) > settings.most_items:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{len(items)} items")
    units = sum(item.quantity for item in items)
    if units > settings.most_units:
        yield refusal(Code.ORDER_TOO_LARGE, "items", f"{units} units")
