"""Every variable that the code reads stands in ``docs/settings.md``, and nothing stands there that nobody reads."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from services.engine.runtime.limits import Limit
from services.engine.runtime.mistyped import NAMES, PREFIX
from services.fulfillment import settings as fulfillment
from services.orders import settings as orders

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("bench", "contracts", "demo", "deploy", "installation", "operations", "services")
_WHOLE: Final = re.compile(r"\bLEASELINE_[A-Z][A-Z_]*[A-Z]\b")
_READ_BY_PART: Final = re.compile(r'\bread\("([A-Z_]+)",')
"""As a process's own settings are: what they begin with is said once."""
_IN_A_ROW: Final = re.compile(r"^\| `(LEASELINE_[A-Z_]+)` \|", re.MULTILINE)
OF_TESTS: Final = "LEASELINE_TEST_"


def read_in_code() -> set[str]:
    found: set[str] = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text("utf-8")
            found |= set(_WHOLE.findall(text))
            found |= {f"{PREFIX}{name}" for name in _READ_BY_PART.findall(text)}
    return {name for name in found if not name.startswith(OF_TESTS)}


def documented() -> list[str]:
    return _IN_A_ROW.findall((ROOT / "docs/settings.md").read_text("utf-8"))


def test_what_the_code_reads_stands_in_the_settings_and_the_other_way_round() -> None:
    assert set(documented()) == read_in_code()


def test_each_variable_has_one_row() -> None:
    assert sorted(documented()) == sorted(set(documented()))


def test_what_is_known_as_a_setting_at_the_start_is_what_is_documented() -> None:
    assert {f"{PREFIX}{name}" for name in NAMES} == set(documented())


def test_every_variable_that_any_document_names_is_a_setting() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {name for path in texts for name in _WHOLE.findall(path.read_text("utf-8"))}
    assert {name for name in named if not name.startswith(OF_TESTS)} <= set(documented())


def row_of(variable: str) -> list[str]:
    """The cells of a variable's row."""
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| `{variable}` |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("limit", "settings", "service"),
    [
        *(pytest.param(limit, orders.Settings(), "orders", id=f"{limit.variable}-orders") for limit in orders.NUMBERS),
        *(
            pytest.param(limit, fulfillment.Settings(), "fulfillment", id=f"{limit.variable}-fulfillment")
            for limit in fulfillment.NUMBERS
        ),
    ],
)
def test_default_bounds_and_service_of_a_limit_are_as_documented(
    limit: Limit, settings: orders.Settings | fulfillment.Settings, service: str
) -> None:
    default: int | timedelta = getattr(settings, limit.field)
    if limit.unit is not None:
        assert isinstance(default, timedelta)
        default = default // limit.unit
    _, told, bounds, services, _ = row_of(limit.variable)
    assert (told, bounds) == (str(default), f"{limit.least}-{limit.most}")
    assert service in services.split(", ")
