"""Alerts about the watch service: whoever looks for a story must know whether it is whole."""

from typing import Final

from deploy.monitoring.alert import Alert, Group, Scene
from deploy.monitoring.lanes import LINES

GROUP: Final = Group(
    "leaseline-watch",
    (
        Alert(
            name="LeaselineWatchBehind",
            asks="max(leaseline_watch_behind_seconds) > 600",
            holds="10m",
            severity="ticket",
            summary="The watch room is behind by more than ten minutes",
            means="Stories lack what was said since. Nothing is decided there, nobody else waits.",
            do="It yields to everything else on its machine: give it more, or wait until the load is over. "
            "watch.not_kept in its log names what keeps it from going on.",
            section=LINES,
            scenes=(
                Scene({"leaseline_watch_behind_seconds": "0+30x80"}, "35m", {}),
                Scene({"leaseline_watch_behind_seconds": "0+30x30 0x40"}, "30m"),
            ),
        ),
        Alert(
            name="LeaselineWatchLost",
            asks="increase(leaseline_watch_lost_records_total[1h]) > 0",
            holds="0m",
            severity="ticket",
            summary="The watch room missed records that were deleted by their age",
            means="Stories lack them for ever; the services had read them.",
            do="Let it run more often than the topics' retention.ms.",
            section=LINES,
            scenes=(
                Scene({"leaseline_watch_lost_records_total": "0x10 40x20"}, "8m", {}),
                Scene({"leaseline_watch_lost_records_total": "40x200"}, "80m"),
            ),
        ),
    ),
)
