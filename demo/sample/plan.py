"""Who gets devices: the fate of each order, and how many units of each item are taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from contracts.messages.order import Status
from demo.sample.hashes import below, drawn
from demo.sample.orders import SampleOrder

IN_PART_PERCENT: Final = 15
UNTOUCHED_PERCENT: Final = 10
CONFIRMED_ONE_IN: Final = 3


class Fate(StrEnum):
    """What the plan has in store for an order."""

    COMPLETE = "complete"
    """Every unit gets a device."""
    IN_PART = "in part"
    """At least one unit gets one, at least one does not."""
    UNTOUCHED = "untouched"
    """No unit gets one."""
    CONFIRMED = "confirmed"
    """No unit gets one, and the order is created confirmed."""


_STATUS: Final[dict[Fate, Status]] = {
    Fate.COMPLETE: "fulfilled",
    Fate.IN_PART: "partial",
    Fate.UNTOUCHED: "pending",
    Fate.CONFIRMED: "confirmed",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """An order with its fate; ``taken`` are the units of each item, by position, that get a device."""

    order: SampleOrder
    fate: Fate
    taken: tuple[int, ...]

    @property
    def status(self) -> Status:
        """The order's status in the end."""
        return _STATUS[self.fate]

    def open_at(self, position: int) -> int:
        """Units of an item that are open in the end."""
        return self.order.body.items[position].quantity - self.taken[position]


def planned(orders: Sequence[SampleOrder]) -> tuple[Planned, ...]:
    """Every order with its fate, in exact shares of all, rounded.

    15 of 100 in part, drawn among those of two units or more; 10 of 100, drawn among the others, not at all, a third
    of them created confirmed; the rest complete.
    """
    ids = [order.order_id for order in orders]
    several = [order.order_id for order in orders if order.units > 1]
    in_part = frozenset(drawn(several, _percent(IN_PART_PERCENT, len(ids)), "in part"))
    rest = [order_id for order_id in ids if order_id not in in_part]
    untouched = drawn(rest, _percent(UNTOUCHED_PERCENT, len(ids)), "untouched")
    confirmed = frozenset(untouched[: round(len(untouched) / CONFIRMED_ONE_IN)])
    fates = dict.fromkeys(ids, Fate.COMPLETE)
    fates |= dict.fromkeys(in_part, Fate.IN_PART) | dict.fromkeys(untouched, Fate.UNTOUCHED)
    fates |= dict.fromkeys(confirmed, Fate.CONFIRMED)
    return tuple(_planned(order, fates[order.order_id]) for order in orders)


def _percent(share: int, whole: int) -> int:
    return round(whole * share / 100)


def _planned(order: SampleOrder, fate: Fate) -> Planned:
    quantities = [item.quantity for item in order.body.items]
    if fate is Fate.COMPLETE:
        return Planned(order, fate, tuple(quantities))
    if fate is Fate.CONFIRMED:
        body = order.body.model_copy(update={"confirmed": True})
        return Planned(replace(order, body=body), fate, (0,) * len(quantities))
    left = 1 + below(order.units - 1, "units", order.order_id) if fate is Fate.IN_PART else 0
    taken = []
    for quantity in quantities:
        taken.append(min(quantity, left))
        left -= taken[-1]
    return Planned(order, fate, tuple(taken))
