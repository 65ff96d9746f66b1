"""The dashboard, as Grafana imports it: one row a question, the most urgent first."""

import json
from collections.abc import Mapping
from typing import Any, Final

from contracts.values.immutable import Immutable

WIDTH: Final = 24
HEIGHT: Final = 8
_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


class Panel(Immutable):
    """One graph. ``asks`` are PromQL by what a line is called (``{{service}}`` is put in by Grafana)."""

    title: str
    asks: Mapping[str, str]
    unit: str = "short"
    width: int = 8
    tells: str = ""


ROWS: Final[Mapping[str, tuple[Panel, ...]]] = {
    "Is anybody waiting?": (
        Panel(
            "Age of the oldest undecided record, by lane",
            {"{{service}} {{lane}}": "max by (service, lane) (leaseline_oldest_unread_seconds) > 0"},
            "s",
            12,
            "Watch age, not offsets. Over 60 s for two minutes is an alert.",
        ),
        Panel(
            "Lanes that nobody decides",
            {
                "{{service}}": "max by (service) (leaseline_lanes) - sum by (service) (leaseline_lanes_held)",
            },
            width=6,
        ),
        Panel(
            "Servers away, processes that are not ready",
            {
                "{{server}}, for {{service}}": "max by (service, server) (leaseline_server_away)",
                "{{service}} on {{instance}}": "1 - min by (service, instance) (leaseline_ready)",
            },
            width=6,
        ),
    ),
    "What comes in, and what becomes of it": (
        Panel(
            "Messages decided a second, by outcome",
            {"{{service}} {{outcome}}": "sum by (service, outcome) (rate(leaseline_decisions_total[5m]))"},
        ),
        Panel(
            "The ten types that come most",
            {"{{type}}": "topk(10, sum by (type) (rate(leaseline_decisions_total[5m])))"},
        ),
        Panel(
            "Refusals a minute, by code",
            {"{{service}} {{code}}": "60 * sum by (service, code) (rate(leaseline_refusals_total[5m]))"},
        ),
        Panel(
            "Dead letters in an hour, by reason",
            {"{{service}} {{reason}}": "sum by (service, reason) (increase(leaseline_dead_letters_total[1h]))"},
        ),
        Panel(
            "Records a second, by what they were",
            {"{{service}} {{kind}}": "sum by (service, kind) (rate(leaseline_records_total[5m]))"},
            tells="forwarded: they came with another client's partitioner; rejects: dead letters.",
        ),
        Panel(
            "What waits, and how long the oldest does",
            {
                "{{service}} {{what}}, days": "max by (service, what) (leaseline_oldest_waiting_seconds) / 86400",
                "{{service}} {{what}}": "max by (service, what) (leaseline_waits)",
            },
        ),
    ),
    "How the lanes work": (
        Panel(
            "Seconds of a batch: half, and 95 of 100",
            {
                f"{{{{service}}}} {share}": f"histogram_quantile({share}, "
                "sum by (le, service) (rate(leaseline_batch_seconds_bucket[5m])))"
                for share in ("0.5", "0.95")
            },
            "s",
        ),
        Panel(
            "Records of a batch",
            {
                "{{service}}": "sum by (service) (rate(leaseline_batch_records_sum[5m])) / "
                "sum by (service) (rate(leaseline_batch_records_count[5m]))"
            },
        ),
        Panel(
            "Batches given back, and lanes acquired, in ten minutes",
            {
                "{{service}} {{why}}": "sum by (service, why) (increase(leaseline_batches_failed_total[10m]))",
                "{{service}} lanes acquired": "sum by (service) (increase(leaseline_lanes_acquired_total[10m]))",
            },
        ),
    ),
    "The watch room": (
        Panel("How far its index is behind", {"behind": "max(leaseline_watch_behind_seconds)"}, "s", 12),
        Panel(
            "Records indexed a second",
            {"{{topic}}": "sum by (topic) (rate(leaseline_watch_records_total[5m]))"},
            width=12,
        ),
    ),
    "The HTTP side": (
        Panel(
            "Answers a second, by status",
            {"{{status}}": "sum by (status) (rate(leaseline_http_seconds_count[5m]))"},
            width=6,
        ),
        Panel(
            "95 of 100 answers take at most",
            {"{{route}}": "histogram_quantile(0.95, sum by (le, route) (rate(leaseline_http_seconds_bucket[5m])))"},
            "s",
            12,
        ),
        Panel(
            "Requests that wait for an answer, and those that got none",
            {
                "{{service}} waiting": "sum by (service) (leaseline_http_waiting)",
                "{{service}} sent again": "max by (service) (leaseline_http_unanswered)",
            },
            width=6,
        ),
    ),
}
"""By the question that each row answers."""


def expressions() -> tuple[str, ...]:
    """Everything that the panels ask."""
    return tuple(asks for panels in ROWS.values() for panel in panels for asks in panel.asks.values())


def dashboard() -> str:
    """The file that Grafana imports."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in ROWS.items():
        place = {"x": 0, "y": top, "w": WIDTH, "h": 1}
        panels.append({"type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []})
        top, left = top + 1, 0
        for panel in row:
            if left + panel.width > WIDTH:
                top, left = top + HEIGHT, 0
            panels.append(_panel(panel, {"x": left, "y": top, "w": panel.width, "h": HEIGHT}))
            left += panel.width
        top += HEIGHT
    for number, made in enumerate(panels, 1):
        made["id"] = number
    whole = {
        "uid": "leaseline",
        "title": "Leaseline",
        "tags": ["leaseline"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [{"type": "datasource", "name": "source", "label": "Prometheus", "query": "prometheus"}]
        },
        "panels": panels,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _panel(panel: Panel, place: Mapping[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + number), "datasource": _SOURCE, "expr": asks, "legendFormat": called}
        for number, (called, asks) in enumerate(panel.asks.items())
    ]
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.tells,
        "datasource": _SOURCE,
        "gridPos": dict(place),
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets,
    }
