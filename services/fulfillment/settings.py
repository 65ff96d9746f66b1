"""What an installation may choose, with the defaults of ``docs/domain.md``."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.values.immutable import Immutable
from contracts.values.labels import find_serials_by
from services.engine.runtime.limits import Limit

UTC: Final = ZoneInfo("UTC")


class Settings(Immutable):
    """How fulfillment decides.

    ``zone``: the business time zone, in which a message's time is a civil date. ``patience``: how long a scan waits
    for its order or a confirmation, and how long an order id that was only ever refused is remembered, both on the
    waiting clock. ``parked_serials`` and ``parked_bytes``: what may wait for one order. ``serials``: what one message
    may carry. ``earliest`` and ``latest``: how far a start date may lie before and after the message.
    ``behind_order``: a device's time further before the order's than this is not believed. ``announced_only``: devices
    that no dock announced are refused.
    """

    zone: ZoneInfo = UTC
    patience: timedelta = timedelta(hours=24)
    parked_serials: int = 2000
    parked_bytes: int = 1_000_000
    serials: int = 500
    earliest: timedelta = timedelta(days=90)
    latest: timedelta = timedelta(days=365)
    behind_order: timedelta = timedelta(days=90)
    announced_only: bool = False

    @property
    def patience_ms(self) -> int:
        """The patience in milliseconds of the waiting clock."""
        return self.patience // timedelta(milliseconds=1)


DEFAULTS: Final = Settings()

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBERS: Final = (
    Limit("LEASELINE_PARKED_HOURS", "patience", 1, 8760, HOUR),
    Limit("LEASELINE_PARKED_SERIALS", "parked_serials", 1, 2000),
    Limit("LEASELINE_PARKED_BYTES", "parked_bytes", 10_000, 4_000_000),
    Limit("LEASELINE_SCAN_SERIALS", "serials", 1, 500),
    Limit("LEASELINE_START_BACK_DAYS", "earliest", 0, 3650, DAY),
    Limit("LEASELINE_START_AHEAD_DAYS", "latest", 0, 3650, DAY),
    Limit("LEASELINE_BEHIND_ORDER_DAYS", "behind_order", 1, 3650, DAY),
)
"""Those that an installation may choose. What waits for an order is decided at once when it comes, and one answer names
every serial of its scan: more serials than these make batches and records that the log does not take.
"""

SERIAL_PATTERN: Final = "LEASELINE_SERIAL_PATTERN"
"""The variable of an installation's own pattern for labels."""


def read_labels(environment: Mapping[str, str] = os.environ) -> None:
    """From now on this process finds serials by the installation's own pattern, too, if it has one.

    Raises SystemExit with a sentence for one that cannot be used.
    """
    pattern = environment.get(SERIAL_PATTERN, "").strip()
    try:
        find_serials_by(pattern)
    except ValueError as wrong:
        raise SystemExit(f"{SERIAL_PATTERN} is {pattern[:80]!r}: {wrong}.") from None
