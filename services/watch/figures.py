"""The figures of the watch service, as Prometheus reads them."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge


class WatchFigures:
    """``docs/operations.md`` section 4 lists the names."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        here = self.registry
        self._told = Counter(
            "leaseline_watch_records", "Records that were told and indexed.", ("topic",), registry=here
        )
        self._behind = Gauge("leaseline_watch_behind_records", "Records that are not indexed yet.", registry=here)
        self._seconds = Gauge(
            "leaseline_watch_behind_seconds", "Age of the last indexed record, while more are there.", registry=here
        )
        self._lost = Counter(
            "leaseline_watch_lost_records", "Records that were deleted before they were read.", registry=here
        )

    def told(self, topic: str, count: int) -> None:
        """So many records of a topic have their rows."""
        self._told.labels(topic).inc(count)

    def stands(self, behind: int, seconds: float) -> None:
        """How far behind the index is."""
        self._behind.set(behind)
        self._seconds.set(seconds)

    def lost(self, count: int) -> None:
        """So many were deleted unread."""
        self._lost.inc(count)
