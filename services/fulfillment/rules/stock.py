"""What is on stock and what is on backorder: devices by SKU and state beside the open units by SKU.

Rule: ``docs/domain.md`` section 3, test orders are left out of every total. Counted when asked, not kept: a counter
that every scan raises would be a document that all lanes fight for. The pipelines are MongoDB aggregations as data.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from contracts.values.immutable import Immutable

Pipeline = tuple[Mapping[str, Any], ...]

_SHOWN: Final = {
    "$switch": {
        "branches": [
            {"case": {"$in": ["$withheld", ["damaged", "incomplete"]]}, "then": "unavailable"},
            {"case": {"$gt": ["$withheld", None]}, "then": "$withheld"},
        ],
        "default": "$state",
    }
}

ASSETS: Pipeline = (
    {
        "$match": {
            "test": {"$ne": True},
            "$or": [
                {"state": {"$ne": "available"}},
                {"announced_at": {"$exists": True}},
                {"history.state": "returned"},
                {"withheld": {"$exists": True}},
            ],
        }
    },
    {"$group": {"_id": {"sku": "$sku", "state": _SHOWN}, "count": {"$sum": 1}}},
)
"""On the collection of assets: how many there are by SKU and state, as ``Asset.shown`` has it. A device that a test
order had last is none, nor is a serial of which nothing is known but a scan that was undone: often nobody has a device
with that label.
"""

OPEN_UNITS: Pipeline = (
    {"$match": {"opened": True, "terms.0.test": False}},
    {"$unwind": "$lines"},
    {
        "$project": {
            "sku": "$lines.sku",
            "open": {"$subtract": ["$lines.units", {"$sum": ["$lines.taken", "$lines.cancelled"]}]},
        }
    },
    {"$match": {"open": {"$gt": 0}}},
    {"$group": {"_id": "$sku", "open": {"$sum": "$open"}}},
)
"""On the collection of ledgers: units that wait for a device, by SKU. Held orders have none yet."""


class Stock(Immutable):
    """One SKU: its devices by state, and the units that wait for one. ``ended`` ones are still with customers."""

    sku: str
    available: int = 0
    in_use: int = 0
    ended: int = 0
    returned: int = 0
    unavailable: int = 0
    in_repair: int = 0
    lost: int = 0
    stolen: int = 0
    sold: int = 0
    open_units: int = 0

    @property
    def backorder(self) -> int:
        """Open units for which no device is at hand."""
        return max(0, self.open_units - self.available - self.returned)


def stocks(assets: Iterable[Mapping[str, Any]], open_units: Iterable[Mapping[str, Any]]) -> tuple[Stock, ...]:
    """The rows of both counts as one table, by SKU. A SKU that is only ordered, or only in stock, has its row too."""
    counts = {(row["_id"]["sku"], row["_id"]["state"]): int(row["count"]) for row in assets}
    waiting = {row["_id"]: int(row["open"]) for row in open_units}
    return tuple(
        Stock(
            sku,
            available=counts.get((sku, "available"), 0),
            in_use=counts.get((sku, "in_use"), 0),
            ended=counts.get((sku, "ended"), 0),
            returned=counts.get((sku, "returned"), 0),
            unavailable=counts.get((sku, "unavailable"), 0),
            in_repair=counts.get((sku, "in_repair"), 0),
            lost=counts.get((sku, "lost"), 0),
            stolen=counts.get((sku, "stolen"), 0),
            sold=counts.get((sku, "sold"), 0),
            open_units=waiting.get(sku, 0),
        )
        for sku in sorted({*waiting, *(sku for sku, _ in counts)})
    )
