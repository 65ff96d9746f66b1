"""What waits for a dead letter: the run that does not end, the order whose change stays open, the orders without price.

It is read from the documents of the service that waits, which may be another one than the letter's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from services.engine.core.letter import Letter, as_event

Ask = Callable[[str, str, Mapping[str, Any]], Awaitable[Sequence[Mapping[str, Any]]]]
"""Asks a service's collection for the documents that a filter finds, at most a hundred."""
MOST: Final = 100
RUN: Final = ("LaneInvoicingDue", "PayerInvoicingDue", "LaneInvoiced")
CHANGE: Final = ("OrderChangeProposed", "OrderChangeAccepted", "OrderChangeRefused")
PRICE: Final = ("VariantSubmitted", "PriceAwaited", "PriceFound", "PricesDue")


async def holds_up(letter: Letter, ask: Ask) -> str:
    """What stands still because of it, in a sentence; empty: nothing, as far as anybody can tell."""
    data = _data(letter)
    if letter.name in RUN:
        return await _run(data, ask)
    if letter.name in CHANGE:
        return await _change(data, ask)
    if letter.name in PRICE:
        return await _price(data, ask)
    return ""


def _data(letter: Letter) -> Mapping[str, Any]:
    event = as_event(letter) or {}
    data = event.get("data")
    return data if isinstance(data, dict) else {}


async def _run(data: Mapping[str, Any], ask: Ask) -> str:
    period, number = str(data.get("period")), data.get("run")
    for run in await ask("billing", "runs", {"_id": f"run:{period}"}):
        for each in run.get("open", ()):
            if each["run"] == number:
                done = len(each.get("done", ()))
                of = f"asked for by {each['source']}/{each['id']}"
                return f"run {number} of {period} does not end ({of}): {done} lanes are done"
    return ""


async def _change(data: Mapping[str, Any], ask: Ask) -> str:
    order_id, number = str(data.get("order_id")), data.get("number")
    for line in await ask("orders", "change_lines", {"_id": order_id}):
        if line["open"]["number"] == number:
            waiting = len(line.get("waiting", ()))
            behind = f", and {waiting} behind it" if waiting else ""
            kind = str(line["open"]["request"]["type"]).split(".")[2]
            return f"change {number} of order {order_id} stays open ({kind}{behind})"
    return ""


async def _price(data: Mapping[str, Any], ask: Ask) -> str:
    sku = data.get("sku")
    if not isinstance(sku, str):
        return ""
    found = {str(each["order_id"]) for each in await ask("orders", "awaited_prices", {"sku": sku})}
    found |= {str(each["order_id"]) for each in await ask("orders", "awaited_variants", {"sku": sku})}
    if isinstance(data.get("order_id"), str):  # said about one order: it waits, whatever its SKU's home knows of it
        for order in await ask("orders", "orders", {"_id": data["order_id"], "holds": {"$exists": True}}):
            found.add(str(order["_id"]))
    if not found:
        return ""
    named = ", ".join(sorted(found)[:5]) + (", ..." if len(found) > 5 else "")
    many = f"{MOST} or more orders wait" if len(found) >= MOST else f"{len(found)} orders wait"
    return f"{'an order waits' if len(found) == 1 else many} for {sku}: {named}"
