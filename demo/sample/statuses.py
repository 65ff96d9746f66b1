"""The orders' statuses in the end, counted from what the plan has in store for each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.messages.order import Status
from demo.sample.changes import closing
from demo.sample.lives.lots import Lot
from demo.sample.plan import Fate, Planned
from demo.sample.whole_plan import Plan


@dataclass(frozen=True, slots=True)
class Statuses:
    """How many orders have each status, and in how many, whatever their status, open units were given up."""

    by_status: Mapping[str, int]
    short_closed: int


def statuses(plan: Plan) -> Statuses:
    """All orders, the held ones too."""
    opened = Counter(life.device.order_id for life in plan.lives if life.lot in (Lot.REVERSED, Lot.REVERSED_LATE))
    closed = frozenset(plan.parts.closed)
    cancelled = frozenset((plan.parts.unseen, *plan.parts.cancelled))
    found: Counter[Status] = Counter(each.status for each in plan.held)
    for each in plan.orders:
        order_id = each.order.order_id
        if order_id in cancelled:
            found["cancelled"] += 1
        elif order_id in closed and closing.closes(each):
            found["fulfilled"] += 1
        else:
            found[_left(each, opened[order_id])] += 1
    return Statuses(dict(sorted(found.items())), len(closed))


def _left(planned: Planned, opened: int) -> Status:
    """The status of an order of which so many units were opened again."""
    if not opened:
        return planned.status
    if opened < sum(planned.taken):
        return "partial"
    return "confirmed" if planned.fate is Fate.CONFIRMED else "pending"
