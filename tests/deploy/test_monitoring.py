"""The alerts and the dashboard: as written, as promtool plays them, and about figures that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from deploy.monitoring.__main__ import FOLDER, files
from deploy.monitoring.alert import Alert
from deploy.monitoring.dashboard import ROWS, dashboard, expressions
from deploy.monitoring.rules import alerts, table
from services.fulfillment.http import SIDE as FULFILLMENT
from services.orders.http import SIDE as ORDERS
from tests.docs.test_operations_documented import NOTES

EVERY: Final = tuple(alerts())
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (apt-get install prometheus)"
)


def promtool(*arguments: str, cwd: Path = FOLDER) -> str:
    done = subprocess.run(["promtool", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def named(alert: Alert) -> str:
    return alert.name


def test_the_files_are_as_they_would_be_written() -> None:
    assert [path.name for path, text in files().items() if path.read_text("utf-8") != text] == []


@needs_promtool
def test_prometheus_takes_the_rules() -> None:
    assert f"SUCCESS: {len(EVERY)} rules found" in promtool("check", "rules", "alerts.yaml")


@needs_promtool
def test_each_alert_is_heard_when_it_must_be_and_not_when_it_must_not() -> None:
    assert "SUCCESS" in promtool("test", "rules", "alerts.test.yaml")


@needs_promtool
def test_prometheus_takes_what_the_panels_ask(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": asks} for number, asks in enumerate(expressions())]
    (tmp_path / "panels.yaml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", "panels.yaml", cwd=tmp_path)


@needs_promtool
def test_a_scene_that_is_told_wrongly_is_noticed(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "alerts.yaml", tmp_path)
    told = (FOLDER / "alerts.test.yaml").read_text("utf-8")
    (tmp_path / "wrong.yaml").write_text(told.replace('"0+30x20"', '"5x20"', 1), "utf-8")
    with pytest.raises(AssertionError, match="LeaselineLaneStandsStill"):
        promtool("test", "rules", "wrong.yaml", cwd=tmp_path)


@pytest.mark.parametrize("alert", EVERY, ids=named)
def test_each_alert_has_a_scene_where_it_is_heard_and_one_where_it_is_not(alert: Alert) -> None:
    assert {scene.labels is None for scene in alert.scenes} == {True, False}


@pytest.mark.parametrize("alert", EVERY, ids=named)
def test_each_alert_says_what_to_do_and_where_more_stands(alert: Alert) -> None:
    headings = re.findall(r"^##+ (.+)$", NOTES, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert alert.section in anchors
    assert all(text.endswith(".") for text in (alert.means, alert.do))
    assert not alert.summary.endswith(".")


def test_the_operating_notes_have_a_row_for_each_alert() -> None:
    assert table() in NOTES


def test_what_waits_is_called_as_the_sides_call_it() -> None:
    asked = {what for alert in EVERY for what in re.findall(r'what="([a-z_]+)"', alert.asks)}
    assert asked == {*ORDERS.oldest, *FULFILLMENT.oldest}


def test_reasons_and_events_that_the_alerts_name_are_told_in_the_notes() -> None:
    for alert in EVERY:
        for names in re.findall(r'reason[=!]~"([a-z_|]+)"', alert.asks):
            for name in names.split("|"):
                assert f"`{name}`" in NOTES
        for event in re.findall(
            r"\b(?:batch|lane|message|request|server|service|http|mongodb|watch)\.[a-z_]+", alert.do
        ):
            assert f"| `{event}` |" in NOTES, event


def test_no_two_panels_lie_on_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(dashboard())["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


Asked = tuple[dict[str, frozenset[str]], frozenset[str]]
"""The figures of one question by the labels that choose among them, and the labels by which it adds up."""


def questions() -> Iterator[Asked]:
    """What every rule and every panel asks for."""
    for asks in (*(alert.asks for alert in EVERY), *expressions()):
        by = {label for labels in re.findall(r"(?:by|on) \(([a-z_, ]+)\)", asks) for label in labels.split(", ")}
        figures: dict[str, frozenset[str]] = {}
        for name, selected in re.findall(r"\b(leaseline_[a-z_]+)(?:\{([^}]*)\})?", asks):
            figures[name] = figures.get(name, frozenset()) | frozenset(re.findall(r'([a-z_]+)[!=]~?"', selected))
        yield figures, frozenset(by)


def test_every_panel_asks_for_figures_of_ours() -> None:
    assert sum(len(row) for row in ROWS.values()) == 17
    assert len({name for figures, _ in questions() for name in figures}) > 15
