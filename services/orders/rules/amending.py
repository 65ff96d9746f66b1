"""An amendment at the head of the line: what it would make of the order, or every rule that it breaks.

New items, and items whose SKU or quoted price changes, are priced by today's catalog. A change of the quantity alone
keeps price, names and what was agreed. Items that it does not name stay to the letter, so that fulfillment sees what it
touches.
"""

from datetime import datetime

from contracts.messages.changes import BillingChange, ItemChanged, ItemsChange, OrderAmendmentRequested
from contracts.messages.orders import ItemSubmitted
from contracts.values.immutable import Immutable
from contracts.values.model import restate
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.party import Address, Billing
from services.orders.rules.billing import billing_of, with_billing, with_change
from services.orders.rules.objections import VariantOf, as_ordered, keeps_price, objections
from services.orders.rules.pricing import priced_item
from services.orders.rules.releasing import with_holds, with_originals
from services.orders.settings import Settings

_CONTACT = ("first_name", "last_name", "email", "phone")
_NAMES = ("first_name", "last_name")
_CONTACT_CLEARABLE = ("phone", "shipping_address", *_NAMES)


class Amended(Immutable):
    """The complete new items and billing data. Contact data are taken over when the change is (``with_contact``)."""

    items: tuple[PlacedItem, ...]
    billing: Billing


def amend(
    order: PlacedOrder, body: OrderAmendmentRequested, variant_of: VariantOf, settings: Settings
) -> Amended | tuple[Refusal, ...]:
    """What the amendment would make of the order; all or nothing."""
    wrong = tuple(objections(order, body, variant_of, settings))
    billing = _billing(order, body)
    if isinstance(billing, tuple):
        return wrong + billing
    wrong += _nameless(with_contact(order, body), billing)
    if wrong:
        return wrong
    return Amended(order.items if body.items is None else _edit_items(order, body.items, variant_of), billing)


def _nameless(order: PlacedOrder, billing: Billing) -> tuple[Refusal, ...]:
    """Nobody may become a customer without a name: neither a person's nor a company's."""
    if order.customer.first_name or order.customer.last_name or billing.company_name is not None:
        return ()
    return (refusal(Code.FIELD_REQUIRED, "contact.last_name", "neither a name nor a company is left"),)


def only_contact(order: PlacedOrder, after: Amended) -> bool:
    """Whether neither items nor billing data change: then orders need not ask."""
    return after.items == order.items and after.billing == billing_of(order)


def with_amendment(
    order: PlacedOrder,
    body: OrderAmendmentRequested,
    items: tuple[PlacedItem, ...],
    billing: Billing,
    at: datetime,
) -> PlacedOrder:
    """The order with an amendment's items, billing and contact data. Gone are the holds of items that are removed or
    priced anew: more or fewer units decide nothing about a price.
    """
    kept = {item.item_id: item for item in items}
    before = {item.item_id: item for item in order.items}
    holds = tuple(h for h in order.holds if _price_of(kept.get(h.item_id)) == _price_of(before.get(h.item_id)))
    gone = tuple(item_id for item_id in before if item_id not in kept)
    held = bool(order.holds)
    order = with_holds(order, items, holds, at)
    if held:
        order = with_originals(order)
    order = replace(order, retired=(*(order.retired or ()), *gone) or None)
    return with_contact(with_billing(order, billing), body)


def _price_of(item: PlacedItem | None) -> tuple[object, ...]:
    """What a hold is about: which variant, at which price, quoted at which."""
    return () if item is None else (item.sku, item.unit_price, item.quoted_price)


def with_contact(order: PlacedOrder, body: OrderAmendmentRequested) -> PlacedOrder:
    """The order with the new contact data."""
    contact = body.contact
    update = {name: getattr(contact, name) for name in _CONTACT if contact and getattr(contact, name) is not None}
    if "phone" in body.clear:
        update["phone"] = None
    update |= {name: "" for name in _NAMES if name in body.clear}
    given = contact.shipping_address if contact else None
    shipping = order.shipping_address if given is None else Address.from_contract(given)
    return replace(
        order,
        customer=replace(order.customer, **update),
        shipping_address=None if "shipping_address" in body.clear else shipping,
    )


def _billing(order: PlacedOrder, body: OrderAmendmentRequested) -> Billing | tuple[Refusal, ...]:
    clear = tuple(name for name in body.clear if name not in _CONTACT_CLEARABLE)
    if body.billing is None and not clear:
        return billing_of(order)
    return with_change(order, body.billing or BillingChange(), clear)


def _edit_items(order: PlacedOrder, change: ItemsChange, variant_of: VariantOf) -> tuple[PlacedItem, ...]:
    changes = {each.item_id: each for each in change.change}
    kept = [
        _change_item(item, changes[item.item_id], order.currency, variant_of) if item.item_id in changes else item
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
        kept.append(_price_item(item, item_id, order.currency, variant_of))
    return tuple(kept)


def _change_item(item: PlacedItem, change: ItemChanged, currency: str, variant_of: VariantOf) -> PlacedItem:
    if not keeps_price(item, change, currency):
        return _price_item(as_ordered(item, change), item.item_id, currency, variant_of)
    quoted = item.quoted_price if change.quoted_price is None else change.quoted_price.amount
    return replace(item, quantity=change.quantity or item.quantity, quoted_price=quoted)


def _price_item(item: ItemSubmitted, item_id: str, currency: str, variant_of: VariantOf) -> PlacedItem:
    variant = variant_of(item.sku)
    assert variant is not None, "an unknown variant was refused"
    return priced_item(restate(item, item_id=item_id), 0, variant, currency)
