"""What the three services keep, side by side, as their own types: what is compared when all is quiet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from services.billing.documents.account import Account
from services.billing.documents.share import Share
from services.billing.service import billing
from services.engine.core.document import Document, Stored, read_from
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.ledger import EntryPage, Ledger
from services.fulfillment.service import fulfillment
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.service import orders
from tests.ledgers import joined, with_all_rows

D = TypeVar("D", bound=Document)
Lookup = Callable[[str, str], Mapping[str, Stored]]
"""The stored documents of a service's collection, by id."""
NAMES: dict[type[Any], tuple[str, str]] = {
    collection.kind: (service.name, collection.name)
    for service in (orders(), fulfillment(), billing())
    for collection in service.collections
}


@dataclass(frozen=True, slots=True)
class Books:
    """The documents of an installation. ``waiting`` names what is kept only while something waits; ``remembered`` are
    the addresses of cancellations whose orders never came: they wait for ever.
    """

    orders: Mapping[str, PlacedOrder]
    ledgers: Mapping[str, Ledger]
    assets: Mapping[str, Asset]
    shares: Mapping[str, Share]
    accounts: Mapping[str, Account]
    waiting: tuple[str, ...]
    remembered: frozenset[str]


def opened(lookup: Lookup) -> Books:
    """All of them."""
    lines = [f"change_lines {id_}" for id_ in lookup("orders", "change_lines")]
    cancelled = (kept.get("cancellation") for kept in lookup("orders", "awaited_orders").values())
    remembered = frozenset(f"{c['topic']}/{c['partition']}/{c['offset']}" for c in cancelled if c is not None)
    parked = [f"awaited {id_}" for id_, kept in lookup("orders", "awaited_orders").items() if kept.get("parked")]
    return Books(
        with_all_rows(_all(lookup, PlacedOrder), _all(lookup, SubscriptionRows)),
        joined(_all(lookup, Ledger), _all(lookup, EntryPage)),
        _all(lookup, Asset),
        _all(lookup, Share),
        _all(lookup, Account),
        (*lines, *parked),
        remembered,
    )


def _all(lookup: Lookup, kind: type[D]) -> Mapping[str, D]:
    found = lookup(*NAMES[kind])
    return {id_: read_from(stored, kind) for id_, stored in found.items()}
