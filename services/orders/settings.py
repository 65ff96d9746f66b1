"""The numbers of the business that a deployment may set, with the defaults of ``docs/domain.md``."""

from datetime import timedelta
from typing import Final

from contracts.values.immutable import Immutable
from services.engine.runtime.limits import Limit

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Settings(Immutable):
    """What orders may be told. Waiting times are measured on the waiting clock, which stands while nobody runs."""

    confirmation_required: bool = False
    """Scans wait until the order is confirmed; told in every order placed from then on."""
    parked_for: timedelta = timedelta(hours=24)
    """How long a request waits for its order before it is refused ``order_not_found``."""
    unknown_sku_for: timedelta = timedelta(minutes=10)
    """How long an order waits for a variant that the catalog does not know, before it is refused ``variant_unknown``;
    zero: it is refused at once.
    """
    refusals_kept_for: timedelta = timedelta(days=1)
    """How long refused submissions of an order that was never placed are recognised, after the last of them."""
    most_parked: int = 64
    """Requests that wait for one order; one more is refused ``parking_full``."""
    most_parked_characters: int = 1_000_000
    """The content of the requests that wait for one order; one that does not fit is refused ``parking_full``."""
    most_items: int = 200
    most_units: int = 2000
    most_notes: int = 500
    """Notes about one order or customer."""
    most_notes_submitted: int = 10
    """Notes that come with a submission."""
    settings_remembered: int = 256
    """Request identities that a customer and a SKU keep."""
    tick_at_most: timedelta = timedelta(minutes=2)
    """How far one tick moves the waiting clock."""
    tick_ahead_at_most: timedelta = timedelta(minutes=5)
    """How far a tick's ``as_of`` may lie ahead of its record."""
    oldest_about_an_order: timedelta = timedelta(days=90)
    """A message older than this before the order it is about has a suspect clock: its record's time counts."""
    waiting_page: int = 50
    """Documents that one message expires. 50 with 64 parked requests each make 1.5 MB of refusals."""
    most_changes_waiting: int = 8
    """Changes of one order that wait behind the open one; one more is refused ``too_many_changes``."""
    proposed_again_after: timedelta = timedelta(minutes=5)
    """How long a proposal may stay without an answer before it is made again under its number."""
    prices_page: int = 200
    """Orders that one message wakes, and that are forgotten at once."""


NUMBERS: Final = (
    Limit("LEASELINE_PARKED_HOURS", "parked_for", 1, 8760, HOUR),
    Limit("LEASELINE_UNKNOWN_SKU_MINUTES", "unknown_sku_for", 0, 1440, MINUTE),
    Limit("LEASELINE_REFUSALS_KEPT_HOURS", "refusals_kept_for", 1, 8760, HOUR),
    Limit("LEASELINE_PROPOSED_AGAIN_MINUTES", "proposed_again_after", 1, 1440, MINUTE),
    Limit("LEASELINE_TICK_MOVES_SECONDS", "tick_at_most", 1, 7200, SECOND),
    Limit("LEASELINE_TICK_AHEAD_SECONDS", "tick_ahead_at_most", 0, 3600, SECOND),
    Limit("LEASELINE_BEHIND_ORDER_DAYS", "oldest_about_an_order", 1, 3650, DAY),
    Limit("LEASELINE_PARKED_REQUESTS", "most_parked", 1, 64),
    Limit("LEASELINE_PARKED_CHARACTERS", "most_parked_characters", 10_000, 2_000_000),
    Limit("LEASELINE_ORDER_ITEMS", "most_items", 1, 200),
    Limit("LEASELINE_ORDER_UNITS", "most_units", 1, 2000),
    Limit("LEASELINE_NOTES", "most_notes", 1, 2000),
    Limit("LEASELINE_NOTES_SUBMITTED", "most_notes_submitted", 0, 50),
    Limit("LEASELINE_CHANGES_WAITING", "most_changes_waiting", 1, 16),
)
"""Those that an installation may choose. A line of changes holds requests of up to 512 kB each in one document of at
most 16 MB; an order's memory keeps every note's request; 200 items and 2,000 units are what one fact and one batch are
made for. The pages and the memory of settings' requests follow from such bounds, and are nobody's choice.
"""
