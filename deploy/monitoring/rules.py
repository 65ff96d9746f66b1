"""The alerts as Prometheus reads them, and their scenes as promtool plays them."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from deploy.monitoring import doors, lanes, messages, servers, watching
from deploy.monitoring.alert import Alert, Group, Scene

GROUPS: Final[tuple[Group, ...]] = (lanes.GROUP, messages.GROUP, servers.GROUP, doors.GROUP, watching.GROUP)
WRITTEN: Final = "# Written by python -m deploy.monitoring: change what it is written from.\n"


def alerts() -> Iterator[Alert]:
    """All of them."""
    for group in GROUPS:
        yield from group.alerts


def rules() -> str:
    """The file that Prometheus reads."""
    return WRITTEN + "".join(_lines(_group(group) for group in GROUPS))


def _lines(groups: Iterator[str]) -> Iterator[str]:
    yield "groups:\n"
    yield from groups


def _group(group: Group) -> str:
    return f"- name: {group.name}\n  rules:\n" + "".join(map(_rule, group.alerts))


def _rule(alert: Alert) -> str:
    told = "".join(f"      {name}: {_text(text)}\n" for name, text in alert.annotations.items())
    return (
        f"  - alert: {alert.name}\n"
        f"    expr: {_text(alert.asks)}\n"
        f"    for: {alert.holds}\n"
        f"    labels:\n      severity: {alert.severity}\n"
        f"    annotations:\n{told}"
    )


def tests(rule_file: str) -> str:
    """The file that ``promtool test rules`` plays: each scene is a test of its own."""
    head = f"rule_files:\n- {rule_file}\nevaluation_interval: 30s\ntests:\n"
    return WRITTEN + head + "".join(_played(alert, scene) for alert in alerts() for scene in alert.scenes)


def _played(alert: Alert, scene: Scene) -> str:
    series = "".join(
        f"  - series: {_text(name)}\n    values: {_text(values)}\n" for name, values in scene.series.items()
    )
    heard = ""
    if scene.labels is not None:
        labels = {"severity": alert.severity, **scene.labels}
        heard = f"    exp_alerts:\n    - exp_labels:\n{_map(labels)}      exp_annotations:\n{_map(alert.told(labels))}"
    return (
        f"- interval: 30s\n  input_series:\n{series}"
        f"  alert_rule_test:\n  - eval_time: {scene.at}\n    alertname: {alert.name}\n{heard}"
    )


def _map(found: Mapping[str, str]) -> str:
    return "".join(f"        {name}: {_text(text)}\n" for name, text in found.items())


def _text(text: str) -> str:
    """A text as YAML, which JSON's form of it is."""
    return json.dumps(text, ensure_ascii=False)


def table() -> str:
    """The rows of the alerts in ``docs/operations.md``: name, severity, what it means, what to do."""
    head = "| alert | how urgent | when | it means | do |\n|---|---|---|---|---|\n"
    return head + "".join(map(_row, alerts()))


def _row(alert: Alert) -> str:
    means, do = (_plain(text) for text in (alert.means, alert.do))
    return f"| `{alert.name}` | {alert.severity} | {alert.holds} | {means} | {do} |\n"


def _plain(text: str) -> str:
    return text.replace("{{ $labels.", "<").replace(" }}", ">").replace("|", "\\|")
