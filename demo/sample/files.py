"""The data as they lie in `data/`, untouched."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"


def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV file below `data/`, by column name; an empty field is an empty text."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def document(name: str) -> Mapping[str, Any]:
    """A JSON file below `data/`."""
    found: Mapping[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found
