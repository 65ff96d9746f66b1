"""The devices of the good scans: each serial that is accepted is one subscription."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from demo.sample.months import after
from demo.sample.scans import Scan, carriage


@dataclass(frozen=True, slots=True)
class Device:
    """One unit with its device and the day its contract begins. ``number``: its subscription's, where it is sure."""

    scan: Scan
    serial: str
    start: date
    number: int | None

    @property
    def order_id(self) -> str:
        """The order that it belongs to."""
        return self.scan.order.order_id

    @property
    def subscription_id(self) -> str | None:
        """Its subscription's id; None where the order of the order's scans is not the plan's to say."""
        return None if self.number is None else f"{self.order_id}/{self.number}"

    @property
    def months(self) -> int:
        """The contract's length."""
        return self.scan.item.months

    @property
    def ends_before(self) -> date:
        """The day after its last, if nothing happens to it."""
        return after(self.start, self.months)

    @property
    def last_month(self) -> date:
        """When its last contract month begins: from then on it can be extended."""
        return after(self.start, self.months - 1)

    def named(self) -> Mapping[str, str]:
        """How a request names it: by the subscription where the plan knows it, else by the serial alone."""
        return {"serial": self.serial} if self.subscription_id is None else {"subscription_id": self.subscription_id}


def devices(scans: Sequence[Scan], early: frozenset[str]) -> tuple[Device, ...]:
    """All of them, in the order of the scans as they are sent.

    Scans of one order arrive as they were sent if they go the same way to the same partition; of others, and of those
    that waited for their order, the plan knows the numbers only where the order has but one.
    """
    by_order: defaultdict[str, list[Scan]] = defaultdict(list)
    for scan in scans:
        by_order[scan.order.order_id].append(scan)
    certain = {
        order_id
        for order_id, found in by_order.items()
        if len(found) == 1 or all(_in_turn(scan) and scan.id not in early for scan in found)
    }
    return tuple(_numbered(by_order, certain))


def _in_turn(scan: Scan) -> bool:
    way = carriage(scan.id)
    return way.keyed and way.via == "java"


def _numbered(by_order: Mapping[str, Sequence[Scan]], certain: set[str]) -> Iterator[Device]:
    for order_id, found in by_order.items():
        numbers = count(1)
        for scan in found:
            start = scan.start
            for serial in scan.serials:
                number = next(numbers)
                yield Device(scan, serial, start, number if order_id in certain else None)
