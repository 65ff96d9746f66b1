"""The settings of the watch service, beside those of every process."""

import os
from collections.abc import Mapping

from contracts.values.immutable import Immutable
from services.engine.runtime.settings import Settings, between, chosen

DAYS = 400
"""More than a year: a contract's last month asks how its first one came about."""
MOST_DAYS = 24_000
"""MongoDB counts the seconds of such an index with 31 bits."""


class WatchSettings(Immutable):
    """``days``: so long after the broker's time a row is kept."""

    engine: Settings
    days: int = DAYS

    @property
    def database(self) -> str:
        """The index's own database."""
        return f"{self.engine.databases}_watch"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "WatchSettings":
        """Raises SystemExit with what is missing or wrong."""
        return cls(engine=Settings.read(environment), days=days_of(environment))


def days_of(environment: Mapping[str, str] = os.environ) -> int:
    """How many days rows are kept. Raises SystemExit for what is no such number."""
    meant = f"give days from 1 to {MOST_DAYS}"
    return chosen("LEASELINE_WATCH_DAYS", str(DAYS), between(1, MOST_DAYS, int), meant, environment)
