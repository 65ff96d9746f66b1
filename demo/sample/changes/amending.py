"""Orders that are amended: contact data, items, billing address and term; each by one request, as a whole."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from contracts.messages.changes import (
    BillingChange,
    ContactChange,
    ItemChanged,
    ItemsChange,
    OrderAmended,
    OrderAmendmentRequested,
)
from contracts.messages.orders import ItemSubmitted
from contracts.values.money import Money
from contracts.values.words import TERMS
from demo.sample import northwind
from demo.sample.hashes import below, chance, choice
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending

SOURCE: Final = "/clerks/phone"
Prices = Mapping[tuple[str, int, str], int]


def contact(order: SampleOrder) -> Sending:
    """Another phone number, or another place to send to. Half of the clerks say which version they saw."""
    body = order.body
    if chance(500, "what contact", order.order_id):
        change = ContactChange(phone=f"1 (11) 500 555-{below(10_000, 'phone', order.order_id):04d}")
    else:
        street = f"{1 + below(200, 'number', order.order_id)} Harbour Road"
        known = body.shipping_address or body.billing_address
        change = ContactChange(shipping_address=known.model_copy(update={"street": street, "street2": None}))
    seen = 1 if chance(500, "version seen", order.order_id) else None
    return _amendment(order, "customer moved", contact=change, expected_version=seen)


def address(order: SampleOrder) -> Sending:
    """Another billing address, in the same town."""
    street = f"{1 + below(200, 'number', order.order_id)} Market Square"
    changed = order.body.billing_address.model_copy(update={"street": street, "street2": None})
    return _amendment(order, "invoices to the new office", billing=BillingChange(billing_address=changed))


def term_of(order: SampleOrder) -> str:
    """The term that a company gets instead of its own."""
    others = tuple(term for term in TERMS if term != order.body.term)
    return choice(others, "other term", order.order_id)


def term(order: SampleOrder) -> Sending:
    """Another payment term for this order alone."""
    return _amendment(order, "agreed with accounts", billing=BillingChange(term=term_of(order)))


def term_cleared(order: SampleOrder) -> Sending:
    """No term of its own any more: the payer's default counts."""
    return _amendment(order, "as agreed with the group", clear=("term",))


def items(order: SampleOrder, prices: Prices) -> Sending:
    """An item more, one unit more of the first, or the last item fewer."""
    wish = below(3, "items amended", order.order_id)
    if wish == 0:
        return _amendment(order, "one thing more", items=ItemsChange(add=(one_more(order, prices),)))
    if wish == 1 and len(order.body.items) > 1:
        last = order.item_id(len(order.body.items) - 1)
        return _amendment(order, "needs less", items=ItemsChange(remove=(last,)))
    changed = ItemChanged(item_id=order.item_id(0), quantity=order.body.items[0].quantity + 1)
    return _amendment(order, "needs more", items=ItemsChange(change=(changed,)))


def one_more(order: SampleOrder, prices: Prices) -> ItemSubmitted:
    """A bike that the order does not hold yet; half of them at a quoted price, which is today's."""
    held = {item.sku for item in order.body.items}
    sku = choice(tuple(s for s in northwind.bike_skus() if s not in held), "one more", order.order_id)
    months = choice((12, 24, 36), "one more for", order.order_id)
    currency = order.body.currency
    quoted = Money(amount=prices[sku, months, currency], currency=currency)
    shown = chance(500, "price shown", order.order_id)
    return ItemSubmitted(sku=sku, months=months, quantity=1, quoted_price=quoted if shown else None)


def _amendment(order: SampleOrder, reason: str, **changes: object) -> Sending:
    body = OrderAmendmentRequested.model_validate(
        {"order_id": order.order_id, "actor": "phone", "reason": reason, **changes}
    )
    time = order.time + timedelta(minutes=30 + below(300, "amended after", order.order_id))
    made = Sending(OrderAmendmentRequested, f"amend-{order.order_id}", SOURCE, time, body)
    return made.awaiting(OrderAmended)
