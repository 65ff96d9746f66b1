"""Which order plays which part after it was placed. No order plays two, and most play none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from demo.sample import northwind, shopify
from demo.sample.hashes import Lots, drawn
from demo.sample.plan import Fate, Planned

CANCELLED: Final = 100
"""Orders that are cancelled before anything of them is scanned; so it goes on."""
CONTACT: Final = 120
ITEMS: Final = 60
ADDRESS: Final = 30
TERM: Final = 12
TERM_CLEARED: Final = 6
ADDED: Final = 20
CLOSED: Final = 120
MOVED_LEAST: Final = 8
"""So many orders the customer has at least who is moved to another group."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The orders of each part, by id; ``moved_customer`` is the company whose orders are ``moved``.

    Cancelled (``unseen``: the one whose cancellation comes before it). Amended before anything is scanned: contact,
    items, billing address, term, term emptied. Partial orders: an item more, or the open units given up.
    """

    moved_customer: str
    moved: tuple[str, ...]
    unseen: str
    cancelled: tuple[str, ...]
    contact: tuple[str, ...]
    items: tuple[str, ...]
    address: tuple[str, ...]
    term: tuple[str, ...]
    term_cleared: tuple[str, ...]
    added: tuple[str, ...]
    closed: tuple[str, ...]
    none: frozenset[str]


def parts(planned: Sequence[Planned], waited_for: frozenset[str]) -> Parts:
    """Draws the parts. ``waited_for`` are orders of which something comes before they do: their billing stays."""
    known = [plan for plan in planned if plan.order.source != shopify.SOURCE]
    lots = Lots(plan.order.order_id for plan in known)
    customer = _moved_customer(known)
    moved = lots.draw(_ids(p for p in known if p.order.body.customer.id == customer), len(known), "moved")
    nothing_taken = [p for p in known if p.fate in (Fate.UNTOUCHED, Fate.CONFIRMED)]
    unscanned = [p for p in known if p.order.order_id not in waited_for]
    of_companies = [p for p in unscanned if p.order.source == northwind.SOURCE and p.fate is Fate.COMPLETE]
    in_part = [p for p in known if p.fate is Fate.IN_PART]
    (unseen,) = lots.draw(_ids(p for p in nothing_taken if p.order.order_id not in waited_for), 1, "unseen")
    return Parts(
        moved_customer=customer,
        moved=moved,
        unseen=unseen,
        cancelled=lots.draw(_ids(nothing_taken), CANCELLED, "cancelled"),
        items=lots.draw(_ids(p for p in nothing_taken if not _twice(p)), ITEMS, "items"),
        term=lots.draw(_ids(of_companies), TERM, "term changed"),
        term_cleared=lots.draw(_ids(of_companies), TERM_CLEARED, "term cleared"),
        address=lots.draw(_ids(unscanned), ADDRESS, "address"),
        added=lots.draw(_ids(in_part), ADDED, "item added"),
        closed=lots.draw(_ids(in_part), CLOSED, "short-closed"),
        contact=lots.draw(_ids(known), CONTACT, "contact"),
        none=lots.left,
    )


def _moved_customer(known: Sequence[Planned]) -> str:
    """One of the companies with a default group and several orders."""
    orders = Counter(plan.order.body.customer.id for plan in known)
    (customer,) = drawn((c for c in northwind.default_groups() if orders[c] >= MOVED_LEAST), 1, "moved")
    return customer


def _ids(planned: Iterable[Planned]) -> tuple[str, ...]:
    return tuple(plan.order.order_id for plan in planned)


def _twice(plan: Planned) -> bool:
    return any(map(plan.order.twice, plan.order.body.items))
