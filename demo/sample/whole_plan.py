"""Everything that is drawn: which orders come, what is scanned, what happens to whom. Drawn once a process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from demo.sample import bikes, catalog, held, northwind, scans, shopify
from demo.sample.changes.amending import Prices
from demo.sample.changes.parts import Parts, parts
from demo.sample.hashes import drawn
from demo.sample.lives.devices import devices
from demo.sample.lives.lots import Life, Lot, lives
from demo.sample.plan import Planned, planned
from demo.sample.serials import Serials

EARLY_PER_MILLE: Final = 20


@dataclass(frozen=True)
class Plan:
    """What was drawn: the orders with their fates and later parts, the held ones, the good scans in the order in which
    they are sent, the ids of the early ones, the order that early notes are about, what happens to each device.
    """

    orders: tuple[Planned, ...]
    held: tuple[held.HeldOrder, ...]
    scans: tuple[scans.Scan, ...]
    early: frozenset[str]
    noted: str
    parts: Parts
    lives: tuple[Life, ...]
    prices: Prices

    @cached_property
    def by_id(self) -> Mapping[str, Planned]:
        """The orders with their fates by id."""
        return {each.order.order_id: each for each in self.orders}

    def of(self, order_ids: Iterable[str]) -> tuple[Planned, ...]:
        """The orders of these ids, in the same order."""
        return tuple(self.by_id[order_id] for order_id in order_ids)

    @cached_property
    def calm(self) -> frozenset[str]:
        """Orders to which nothing happens but the scans that they were made for."""
        stirred = {
            life.device.order_id
            for life in self.lives
            if life.lot not in (Lot.NONE, Lot.TRACKED, Lot.TRACKED_EARLY) or life.expires
        }
        return self.parts.none - stirred


@cache
def plan() -> Plan:
    """The plan."""
    orders = planned((*bikes.orders(), *northwind.orders(), *shopify.orders()))
    serials = Serials()
    good = scans.with_faults(scans.scans(orders, serials), orders, serials)
    whole = [scan.id for scan in good if not scan.refused]
    early = frozenset(drawn(whole, round(len(good) * EARLY_PER_MILLE / 1000), "early"))
    prices = catalog.price_list()
    waiting = held.held([each.order for each in orders if each.order.source == bikes.SOURCE], prices, serials)
    good = tuple(sorted(good, key=lambda scan: (scan.time, scan.id)))
    (noted,) = drawn((each.order.order_id for each in orders), 1, "noted early")
    waited_for = frozenset({noted, *(scan.order.order_id for scan in good if scan.id in early)})
    played = parts(orders, waited_for)
    lived = lives(devices(good, early), played.none)
    return Plan(orders, waiting, good, early, noted, played, lived, prices)
