"""The numbers of a service's own settings that an installation may choose, as a table: one row for each."""

import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from contracts.values.immutable import Immutable
from services.engine.runtime.settings import between, chosen


class Limit(Immutable):
    """``variable`` gives ``field`` as a whole number from ``least`` to ``most``: a time in whole ``unit``, or a count
    if there is none. ``most`` is what the documents, records and batches that follow from it can bear.
    """

    variable: str
    field: str
    least: int
    most: int
    unit: timedelta | None = None

    def read(self, text: str) -> int | timedelta:
        """Raises ValueError for anything but a whole number between the two."""
        number = between(self.least, self.most, int)(text)
        return number if self.unit is None else number * self.unit


def read_limits(table: Iterable[Limit], environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """By field, what the environment says; a field that it says nothing of is left to its default.

    Raises SystemExit for a wrong one, with what may stand there.
    """
    return {
        each.field: chosen(
            each.variable, "", each.read, f"give a whole number from {each.least} to {each.most}", environment
        )
        for each in table
        if environment.get(each.variable, "").strip()
    }
