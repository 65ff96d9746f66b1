"""The shape of a reaction: what a message will ask for, and what it decides."""

from collections.abc import Callable, Iterable

from contracts.values.immutable import Immutable
from services.engine.core.message import Message
from services.engine.core.service import Decision, UnitOfWork, Want
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


def nothing_more(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """What is asked for does not depend on what is found."""
    return ()


class Handler(Immutable):
    """How one type of message is decided. ``prefetch`` and ``prefetch_related`` only save round trips."""

    prefetch: Callable[[Message, Settings], Iterable[Want]]
    decide: Callable[[Message, UnitOfWork, Settings], Decision]
    prefetch_related: Callable[[Message, UnitOfWork, Settings], Iterable[Want]] = nothing_more
