"""A file of a kind to begin with: the header and one line, which is the golden example of the contract."""

import csv
import json
from collections.abc import Iterator
from importlib.resources import files
from io import StringIO
from typing import Any

from contracts.values.cells import escaped
from services.http.imports.kind import Kind


def template(kind: Kind) -> str:
    """CSV that can be imported as it is."""
    name = f"{kind.model.type_name()}.json"
    data = json.loads((files("contracts") / "examples" / name).read_text("utf-8"))["data"]
    data.pop(kind.actor, None)  # the key says it
    return to_csv(data)


def to_csv(data: dict[str, Any]) -> str:
    """A header and a row; the other way round of ``columns.Columns``."""
    cells = dict(_cells(data, ""))
    to = StringIO()
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(cells)
    writer.writerow([escaped(cell) for cell in cells.values()])
    return to.getvalue()


def _cells(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _cells(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield path, " ".join(each.strip() for each in value)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _cells(each, f"{path}.{place}")
    else:
        yield path, _cell(value)


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
