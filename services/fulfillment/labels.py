"""An installation's own pattern for labels, from the environment."""

import os
from collections.abc import Mapping

from contracts.values.labels import find_serials_by

VARIABLE = "LEASELINE_SERIAL_PATTERN"


def read_labels(environment: Mapping[str, str] = os.environ) -> None:
    """From now on this process finds serials by the installation's own pattern, too, if it has one.

    Raises SystemExit with a sentence for one that cannot be used.
    """
    pattern = environment.get(VARIABLE, "").strip()
    try:
        find_serials_by(pattern)
    except ValueError as wrong:
        raise SystemExit(f"{VARIABLE} is {pattern[:80]!r}: {wrong}.") from None
