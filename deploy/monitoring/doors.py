"""Alerts about the HTTP sides."""

from typing import Final

from deploy.monitoring.alert import Alert, Group, Scene
from deploy.monitoring.lanes import LINES

COUNT: Final = "leaseline_http_seconds_count"
BUCKET: Final = "leaseline_http_seconds_bucket"
QUICK: Final = 'route!~"/events|/imports.*",status!="202"'
"""What is answered when it is decided: neither a reader who waits for news, nor a file, nor what is still open."""


def _counted(status: int, values: str) -> dict[str, str]:
    return {f'{COUNT}{{route="/orders",method="POST",status="{status}"}}': values}


def _taking(seconds: str, route: str, values: str) -> dict[str, str]:
    labels = f'route="{route}",method="POST",status="201"'
    return {f'{BUCKET}{{{labels},le="{bound}"}}': values if bound == "+Inf" else "0x60" for bound in (seconds, "+Inf")}


GROUP: Final = Group(
    "leaseline-http",
    (
        Alert(
            name="LeaselineHttpFails",
            asks=f'sum by (route) (rate({COUNT}{{status=~"5.."}}[5m])) > 0.05 * sum by (route) (rate({COUNT}[5m]))',
            holds="5m",
            severity="page",
            summary="{{ $labels.route }} answers 5xx",
            means="More than one answer of twenty is 500 or 503: callers must send the same again.",
            do="http.defect in the log is a defect: report it. 503: mongodb.away or a bound of docs/settings.md, as "
            "the problem's code says.",
            section=LINES,
            scenes=(
                Scene({**_counted(503, "0+10x60"), **_counted(201, "0+90x60")}, "15m", {"route": "/orders"}),
                Scene({**_counted(503, "0+1x60"), **_counted(422, "0+90x60")}, "15m"),
            ),
        ),
        Alert(
            name="LeaselineHttpSlow",
            asks=f"histogram_quantile(0.95, sum by (le, route) (rate({BUCKET}{{{QUICK}}}[5m]))) > 2",
            holds="10m",
            severity="ticket",
            summary="{{ $labels.route }} takes more than two seconds",
            means="One of twenty answers takes longer, readers of events and files left out: lanes are behind, or a "
            "question to MongoDB is.",
            do="Compare the age of the lanes on the dashboard: high, look there; low, look at MongoDB.",
            section=LINES,
            scenes=(
                Scene(_taking("5.0", "/orders", "0+10x60"), "20m", {"route": "/orders"}),
                Scene(
                    {**_taking("5.0", "/events", "0+10x60"), **_taking("5.0", "/imports/{job_id}", "0+10x60")}, "20m"
                ),
                Scene(
                    {
                        f'{BUCKET}{{route="/orders",method="POST",status="201",le="{bound}"}}': "0+10x60"
                        for bound in ("0.1", "5.0", "+Inf")
                    },
                    "20m",
                ),
            ),
        ),
        Alert(
            name="LeaselineRequestsUnanswered",
            asks="max by (service) (leaseline_http_unanswered) > 0",
            holds="10m",
            severity="page",
            summary="Requests to {{ $labels.service }} are not answered",
            means="They are stored, were sent again, and no lane has answered: their senders wait.",
            do="See whether a lane stands still or has no owner; request.not_sent names a server that does not take "
            "them. Nothing is lost: each is done once.",
            section=LINES,
            scenes=(
                Scene({'leaseline_http_unanswered{service="orders"}': "0 3x60"}, "15m", {"service": "orders"}),
                Scene({'leaseline_http_unanswered{service="orders"}': "0 3x10 0x60"}, "15m"),
            ),
        ),
    ),
)
