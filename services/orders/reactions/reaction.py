"""The shape of a reaction: what a message will ask for, and what it decides."""

from collections.abc import Callable, Iterable

from contracts.immutable import Immutable
from services.engine.message import Message
from services.engine.service import Decision, Desk, Key, Page
from services.orders.settings import Settings

ORDERS = "orders"
SUBSCRIPTION_ROWS = "subscription_rows"
AWAITED_ORDERS = "awaited_orders"
AWAITED_PRICES = "awaited_prices"
AWAITED_VARIANTS = "awaited_variants"
CHANGE_LINES = "change_lines"
CATALOG = "catalog"
CUSTOMERS = "customers"
KNOWN_CUSTOMERS = "known_customers"
DECIDED_REQUESTS = "decided_requests"
NOTES = "notes"
LANES = "lanes"


def nothing_more(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """What is asked for does not depend on what is found."""
    return ()


class Reaction(Immutable):
    """How one type of message is decided. ``needs`` and ``needs_more`` only save round trips."""

    needs: Callable[[Message, Settings], Iterable[Key | Page]]
    decide: Callable[[Message, Desk, Settings], Decision]
    needs_more: Callable[[Message, Desk, Settings], Iterable[Key | Page]] = nothing_more
