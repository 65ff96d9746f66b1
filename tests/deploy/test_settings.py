"""The settings that the code reads are those that `docs/settings.md` tells of, and the demonstration sets its own."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from demo.run import ENVIRONMENT
from deploy.local.places import PROJECT
from services.engine.runtime.limits import Limit
from services.fulfillment import app as fulfillment_app
from services.fulfillment import settings as fulfillment
from services.orders import app as orders_app
from services.orders import settings as orders

VARIABLE = re.compile(r"\bLEASELINE_[A-Z][A-Z_]*\b")
SHORTENED = re.compile(r'read\("([A-Z_]+)"')
FREE = {
    "LEASELINE_KAFKA",
    "LEASELINE_MONGO",
    "LEASELINE_LOGS",
    "LEASELINE_LOG_LEVEL",
    "LEASELINE_LOGGED_A_MINUTE",
    "LEASELINE_SESSION_SECONDS",
    "LEASELINE_START_SECONDS",
}
"""What the demonstration leaves to the shell: nothing that is decided depends on it."""
ELSEWHERE = ("LEASELINE_HTTP_", "LEASELINE_OIDC_", "LEASELINE_HEALTH_", "LEASELINE_CONSOLE_", "LEASELINE_WATCH_")

NO_NUMBERS = {"confirmation_required", "zone", "announced_only"}
BY_THE_ENGINE = {"waiting_page", "prices_page", "settings_remembered"}
"""Sizes of pages and of a memory, which follow from what a batch and a document hold."""
BOTH = pytest.mark.parametrize(
    ("settings", "table"),
    [(orders.Settings(), orders.NUMBERS), (fulfillment.Settings(), fulfillment.NUMBERS)],
    ids=["orders", "fulfillment"],
)


def read_in(folder: str) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(PROJECT, folder).rglob("*.py"))]
    return {name for text in texts for name in VARIABLE.findall(text)} | {
        f"LEASELINE_{name}" for text in texts for name in SHORTENED.findall(text)
    }


def test_every_setting_is_told_of_and_nothing_else() -> None:
    told = set(VARIABLE.findall((PROJECT / "docs/settings.md").read_text(encoding="utf-8")))

    assert told == read_in("services") | read_in("deploy") | read_in("operations") | read_in("installation")


def test_the_demonstration_does_not_depend_on_the_shells_settings() -> None:
    """It has no HTTP side, no pages and no watch, and nobody asks for its health."""
    read = {name for name in read_in("services") if not name.startswith(ELSEWHERE)}
    assert set(ENVIRONMENT) == read - FREE


@BOTH
def test_every_waiting_time_and_limit_can_be_chosen(settings: Any, table: Sequence[Limit]) -> None:
    left = [each.name for each in fields(settings) if each.name not in NO_NUMBERS | BY_THE_ENGINE]

    assert sorted(number.field for number in table) == sorted(left)


@BOTH
def test_each_is_told_with_its_default_and_its_bounds(settings: Any, table: Sequence[Limit]) -> None:
    told = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")
    for number in table:
        default = getattr(settings, number.field)
        shown = default if number.unit is None else default // number.unit

        assert number.read(str(shown)) == default
        assert f"| `{number.variable}` | {shown} | {number.least}-{number.most} |" in told


def test_the_services_take_them_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(orders_app, "orders", heard.append)
    monkeypatch.setattr(fulfillment_app, "fulfillment", heard.append)
    for number in (*orders.NUMBERS, *fulfillment.NUMBERS):
        monkeypatch.setenv(number.variable, str(number.most))

    orders_app.service()
    fulfillment_app.service()

    for settings, table in zip(heard, (orders.NUMBERS, fulfillment.NUMBERS), strict=True):
        assert [getattr(settings, number.field) for number in table] == [n.read(str(n.most)) for n in table]
