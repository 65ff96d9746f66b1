"""What the scanners send: the devices of an item in one message or in several, named by SKU or by item."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from contracts.messages.fulfillment import (
    ItemFulfillmentParked,
    ItemFulfillmentRefused,
    ItemFulfillmentRequested,
    SubscriptionCreated,
)
from contracts.messages.orders import ItemSubmitted
from contracts.values.refusals import Code
from demo.sample.hashes import below, chance, choice, drawn, number
from demo.sample.orders import SampleOrder, working_hour
from demo.sample.outbound import Carriage, Sending
from demo.sample.plan import Planned
from demo.sample.serials import Serials, as_scanned

SCANNERS: Final = tuple(f"/scanners/dock-{n}" for n in range(1, 7))
CARRIERS: Final = ("DHL", "FedEx", "GLS", "UPS")
MOST_PARTS: Final = 6
FAULTY: Final = 10
"""So many scans carry a serial too many, and so many a serial twice."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of an item's devices: ``serials`` (normal form) are accepted, ``refused`` ones follow with their code."""

    order: SampleOrder
    position: int
    part: int
    serials: tuple[str, ...]
    refused: tuple[tuple[str, Code], ...] = ()

    @property
    def id(self) -> str:
        """The message's id; unique within all scanners."""
        return f"scan-{self.order.order_id}-{self.order.item_id(self.position)}-{self.part}"

    @property
    def source(self) -> str:
        """The scanner that sends it."""
        return choice(SCANNERS, "scanner", self.id)

    @property
    def time(self) -> datetime:
        """One to nine days after the order."""
        day = self.order.time.date() + timedelta(days=1 + below(9, "days", self.id))
        return working_hour(day, self.id)

    @property
    def item(self) -> ItemSubmitted:
        """The item that it fulfils."""
        return self.order.body.items[self.position]

    @property
    def given_start(self) -> date | None:
        """The start date that it names, 0 to 14 days after it; most name none."""
        if not chance(50, "start date", self.id):
            return None
        return self.time.date() + timedelta(days=below(15, "start in", self.id))

    @property
    def start(self) -> date:
        """When the contracts begin: on the day that it names, else on its own."""
        return self.given_start or self.time.date()


def scans(orders: Sequence[Planned], serials: Serials) -> tuple[Scan, ...]:
    """The good scans of all orders: every taken unit in exactly one of them."""
    found = []
    for plan in orders:
        for position, count in enumerate(plan.taken):
            if count:
                parts = _split(serials.take(plan.order.body.items[position].sku, count), plan.order, position)
                found += [Scan(plan.order, position, n, part) for n, part in enumerate(parts, 1)]
    return tuple(found)


def _split(serials: tuple[str, ...], order: SampleOrder, position: int) -> tuple[tuple[str, ...], ...]:
    count = len(serials)
    if count == 1 or not chance(350, "split", order.order_id, position):
        return (serials,)
    parts = 2 + below(min(count, MOST_PARTS) - 1, "parts", order.order_id, position)
    places = drawn(map(str, range(1, count)), parts - 1, f"cut {order.order_id} {position}")
    cuts = [0, *sorted(map(int, places)), count]
    return tuple(serials[a:b] for a, b in pairwise(cuts))


def with_faults(found: Sequence[Scan], orders: Sequence[Planned], serials: Serials) -> tuple[Scan, ...]:
    """The same scans; ten that complete an item alone get one serial too many, ten get their first serial twice."""
    complete = {
        (plan.order.order_id, position)
        for plan in orders
        for position in range(len(plan.taken))
        if not plan.open_at(position) and not plan.order.twice(plan.order.body.items[position])
    }
    alone = [
        scan.id
        for scan in found
        if (scan.order.order_id, scan.position) in complete and len(scan.serials) == scan.item.quantity
    ]
    faulty = drawn(alone, 2 * FAULTY, "faulty")
    beyond, twice = frozenset(faulty[:FAULTY]), frozenset(faulty[FAULTY:])
    return tuple(
        replace(scan, refused=((serials.take(scan.item.sku)[0], Code.ITEM_FULLY_FULFILLED),))
        if scan.id in beyond
        else replace(scan, refused=((scan.serials[0], Code.ALREADY_DONE),))
        if scan.id in twice
        else scan
        for scan in found
    )


def sending(scan: Scan) -> Sending:
    """The message, without what is awaited."""
    order, item, item_id = scan.order, scan.item, scan.order.item_id(scan.position)
    naming = below(100, "naming", scan.id)
    by_item = order.twice(item) or naming < 15
    shipped = chance(300, "shipped", scan.id)
    body = ItemFulfillmentRequested(
        order_id=order.order_id,
        item_id=item_id if by_item else None,
        sku=None if by_item and naming >= 5 else item.sku,
        serials=tuple(map(as_scanned, (*scan.serials, *(serial for serial, _ in scan.refused)))),
        start_date=scan.given_start,
        carrier=choice(CARRIERS, "carrier", scan.id) if shipped else None,
        tracking_number=f"{number('tracking', scan.id) % 10**12:012d}" if shipped else None,
    )
    return Sending(ItemFulfillmentRequested, scan.id, scan.source, scan.time, body, carriage=carriage(scan.id))


def carriage(scan_id: str) -> Carriage:
    """How a scan travels: a third by librdkafka, 3 of 100 without a key, 5 of 100 in binary mode."""
    return Carriage(
        via="librdkafka" if below(3, "via", scan_id) == 0 else "java",
        keyed=not chance(30, "keyless", scan_id),
        binary=chance(50, "binary", scan_id),
    )


def answered(scan: Scan) -> Sending:
    """The message of a scan whose order is known: answered in its own wave."""
    made = sending(scan).awaiting(SubscriptionCreated, times=len(scan.serials))
    if scan.refused:
        codes = tuple({code.value for _, code in scan.refused})
        made = made.awaiting(ItemFulfillmentRefused, codes=codes)
    return made


def early(scan: Scan) -> Sending:
    """The message of a scan sent before its order: parked at first, answered when the order comes."""
    parked = sending(scan).awaiting(ItemFulfillmentParked)
    return parked.awaiting_later(SubscriptionCreated, times=len(scan.serials))
