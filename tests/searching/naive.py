"""The search as one would write it with all orders in memory, by the words of its documentation."""

from collections.abc import Iterable, Iterator

from contracts.values.serials import normalised
from services.orders.documents.findable import row_id, source_of
from services.orders.documents.order import PlacedOrder
from services.orders.rules.folding import plain, split_words
from services.orders.rules.searching import Wanted

MOST = 50


def found(orders: Iterable[PlacedOrder], wanted: Wanted) -> list[str]:
    """The ids of the orders that a search finds, the newest first."""
    orders = sorted(orders, key=row_id, reverse=True)
    tokens = [typed for typed in wanted.text.split() if any(c.isalnum() for c in plain(typed))]
    identified = {typed: set(_identified(orders, typed)) for typed in tokens}
    return [
        each.order_id
        for each in orders
        if _has_filters(each, wanted)
        and all(_has_words(each, typed) or each.order_id in identified[typed] for typed in tokens)
    ]


def _identified(orders: list[PlacedOrder], typed: str) -> Iterator[str]:
    """Those whose id, address or domain is this, or begins so if that is few; and those with such a device."""
    text = plain(typed).lstrip("@")
    begins = [o.order_id for o in orders if len(text) >= 5 and any(i.startswith(text) for i in _identifiers(o))]
    yield from begins if len(begins) <= MOST else ()
    yield from (o.order_id for o in orders if text in _identifiers(o))
    serial = normalised(typed)
    if serial is not None:
        devices = [o.order_id for o in orders if any(_is(serial, device) for device in o.serials)]
        exact = [o.order_id for o in orders if serial in o.serials]
        yield from devices if len(devices) <= MOST else exact


def _is(serial: str, device: str) -> bool:
    return device.startswith(serial) if len(serial) >= 5 else device == serial


def _identifiers(order: PlacedOrder) -> tuple[str, ...]:
    address = plain(order.customer.email)
    return plain(order.order_id), address, address.rpartition("@")[2]


def _has_words(order: PlacedOrder, typed: str) -> bool:
    words = split_words(typed)
    return bool(words) and all(_has_word(order, word) for word in words)


def _has_word(order: PlacedOrder, begin: str) -> bool:
    return any(word.startswith(begin) if len(begin) >= 3 else word == begin for word in _words(order))


def _words(order: PlacedOrder) -> Iterator[str]:
    customer = order.customer
    goods = (item.product_name for item in order.items)
    for text in (customer.first_name, customer.last_name, customer.company_name or "", *goods):
        for written in text.split():
            parts = split_words(written)
            yield from parts
            yield "".join(parts)


def _has_filters(order: PlacedOrder, wanted: Wanted) -> bool:
    reasons = {hold.reason for hold in order.holds}
    group = None if order.group is None else order.group.id
    return (
        wanted.status in (None, order.status)
        and wanted.customer_type in (None, order.customer.type)
        and wanted.group in (None, group)
        and wanted.term in (None, order.term)
        and wanted.channel in (None, order.channel)
        and wanted.test in (None, order.test)
        and wanted.source in (None, source_of(order))
        and (
            wanted.hold is None
            or (wanted.hold == "any" and bool(reasons))
            or (wanted.hold == "none" and not reasons)
            or wanted.hold in reasons
        )
        and (wanted.created_from is None or wanted.created_from <= order.placed_at)
        and (wanted.created_before is None or order.placed_at < wanted.created_before)
    )
