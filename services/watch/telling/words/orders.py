"""Orders: placed, confirmed, held, changed, cancelled, noted."""

from typing import Final

from contracts.messages import changes, orders
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrase, Phrases, asked, said
from services.watch.telling.phrasing import amount, counted, joined, sizes, spoken
from services.watch.telling.told import Fate

_CHANGES: Final = {
    "amendment": "amended",
    "short_close": "short-closed, its open units are given up",
    "payer": "billed to another payer",
    "cancellation": "cancelled",
}


def _test(order: Part) -> str:
    return "a test" if order.flag("test") else ""


def _monthly(order: Part) -> str:
    monthly = order.whole("monthly_total")
    return "price still missing" if monthly is None else f"{amount(monthly, order.text('currency'))} a month"


def _holds(order: Part) -> str:
    reasons = dict.fromkeys(spoken(hold.text("reason")) for hold in order.parts("holds"))
    return f"on hold: {' and '.join(reasons)}" if reasons else ""


def _submitted(data: Part) -> str:
    inner = joined(sizes(data.parts("items")), _test(data))
    return f"order {data.identifier('order_id')} submitted: {inner}"


def _placed(data: Part) -> str:
    order = data.part("order")
    inner = joined(sizes(order.parts("items")), _monthly(order), _holds(order), _test(order))
    return f"order {order.identifier('order_id')} placed: {inner}"


def _confirmed(data: Part) -> str:
    order = data.part("order")
    return joined(f"order {order.identifier('order_id')} confirmed", _holds(order))


def _hold_released(data: Part) -> str:
    order = data.part("order")
    price = f" at the {data.text('price')} price" if data.has("price") else ""
    words = f"hold of order {order.identifier('order_id')} released: {spoken(data.text('released'))}{price}"
    return joined(words, _monthly(order), _holds(order))


def _amended(data: Part) -> str:
    order = data.part("order")
    how = _CHANGES.get(data.text("change"), "changed")
    return f"order {order.identifier('order_id')} {how}: {sizes(order.parts('items'))}, {_monthly(order)}"


def _cancelled(data: Part) -> str:
    order = data.part("order")
    return f"order {order.identifier('order_id')} cancelled{', its hold was rejected' if data.flag('rejected') else ''}"


def _status(data: Part) -> str:
    inner = joined(
        f"{data.number('taken')} of {counted(data.number('units') - data.number('cancelled'), 'unit')} taken",
        f"{data.number('cancelled')} given up" if data.number("cancelled") else "",
        f"{data.number('ended')} ended" if data.number("ended") else "",
    )
    return f"order {data.identifier('order_id')} is {data.text('status')}: {inner}"


def _amendment(data: Part) -> str:
    items = data.part("items")
    parts = joined(
        "contact" if data.has("contact") else "",
        "billing" if data.has("billing") else "",
        f"{counted(items.count('add'), 'item')} added" if items.count("add") else "",
        f"{counted(items.count('change'), 'item')} changed" if items.count("change") else "",
        f"{counted(items.count('remove'), 'item')} removed" if items.count("remove") else "",
        f"{counted(data.count('clear'), 'field')} emptied" if data.count("clear") else "",
    )
    return f"amendment of order {data.identifier('order_id')} asked for: {parts or 'nothing'}"


def _cancellation(data: Part) -> str:
    return f"cancellation of order {data.identifier('order_id')} asked for"


def _short_close(data: Part) -> str:
    item = f"item {data.identifier('item_id')} of " if data.has("item_id") else ""
    return f"short-close of {item}order {data.identifier('order_id')} asked for"


def _payer(data: Part) -> str:
    group = data.part("group")
    whom = f"group {group.identifier('id')}" if data.has("group") else "the customer"
    return f"order {data.identifier('order_id')} is to be billed to {whom}"


def _release(data: Part) -> str:
    return f"release of order {data.identifier('order_id')} asked for, at the {data.text('price') or 'quoted'} price"


def _rejection(data: Part) -> str:
    return f"rejection of the price of order {data.identifier('order_id')} asked for: it is to be cancelled"


def _confirmation(data: Part) -> str:
    return f"confirmation of order {data.identifier('order_id')} asked for"


def _about(data: Part) -> str:
    if data.has("order_id"):
        return f"order {data.identifier('order_id')}"
    return f"customer {data.identifier('customer_id')}"


def _note(data: Part) -> str:
    return f"note about {_about(data)} submitted, {counted(_length(data), 'character')}"


def _noted(data: Part) -> str:
    return f"note {data.number('number')} about {_about(data)} added, {counted(_length(data), 'character')}"


def _length(data: Part) -> int:
    text = data.values.get("text")
    return len(text) if isinstance(text, str) else 0


def _group_change(data: Part) -> str:
    return f"default group of customer {data.identifier('customer_id')} is to be {_group(data)}"


def _group_changed(data: Part) -> str:
    return f"default group of customer {data.identifier('customer_id')} is {_group(data)}"


def _group(data: Part) -> str:
    return data.part("group").identifier("id") if data.has("group") else "none"


def _proposed(data: Part) -> str:
    kind = spoken(data.text("change"))
    return f"fulfillment is asked about change {data.number('number')} of order {data.identifier('order_id')}: {kind}"


def _change_accepted(data: Part) -> str:
    kind = spoken(data.text("change"))
    return f"change {data.number('number')} of order {data.identifier('order_id')} accepted: {kind}"


def _change_refused(data: Part) -> str:
    number, order = data.number("number"), data.identifier("order_id")
    items = data.count("item_ids")
    against = f", {counted(items, 'item')} {'stands' if items == 1 else 'stand'} against it" if items else ""
    return f"change {number} of order {order} refused: {data.text('code')}{against}"


PHRASES: Final[Phrases] = {
    orders.OrderSubmitted: asked(_submitted),
    orders.OrderConfirmationRequested: asked(_confirmation),
    orders.NoteSubmitted: asked(_note),
    orders.CustomerGroupChangeRequested: asked(_group_change),
    changes.OrderAmendmentRequested: asked(_amendment),
    changes.OrderCancellationRequested: asked(_cancellation),
    changes.ShortCloseRequested: asked(_short_close),
    changes.PayerChangeRequested: asked(_payer),
    changes.HoldReleaseRequested: asked(_release),
    changes.HoldRejectionRequested: asked(_rejection),
    orders.OrderPlaced: said(_placed),
    orders.OrderConfirmed: said(_confirmed),
    orders.HoldReleased: said(_hold_released),
    orders.OrderStatusChanged: said(_status),
    orders.NoteAdded: said(_noted),
    orders.CustomerGroupChanged: said(_group_changed),
    changes.OrderAmended: said(_amended),
    changes.OrderCancelled: said(_cancelled),
    changes.OrderChangeProposed: asked(_proposed),
    changes.OrderChangeAccepted: said(_change_accepted),
    changes.OrderChangeRefused: Phrase(_change_refused, Fate.REFUSED, codes=lambda data: [data.text("code")]),
}
"""Those of orders, and of what is asked to be changed about them."""
