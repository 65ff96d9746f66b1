"""The figures of a worker, as Prometheus reads them: no ids, no names, nothing personal in any label."""

import time
from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.engine.core.plan import Plan
from services.engine.core.record import Record

SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RECORDS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class PrometheusFigures:
    """The port ``Figures``. Names follow Prometheus' rules; ``docs/operations.md`` section 4 lists them."""

    def __init__(self, service: str) -> None:
        self.registry: Final = CollectorRegistry()
        here = self.registry
        told = ("service",)
        self._records = Counter(
            "leaseline_records", "Records that were read, by what they were.", (*told, "kind"), registry=here
        )
        self._decisions = Counter(
            "leaseline_decisions",
            "Messages that were decided, by type and outcome.",
            (*told, "type", "outcome"),
            registry=here,
        )
        self._refusals = Counter(
            "leaseline_refusals", "Codes that were told, by type.", (*told, "type", "code"), registry=here
        )
        self._dead = Counter(
            "leaseline_dead_letters", "Records that nobody decided, by reason.", (*told, "reason"), registry=here
        )
        self._failed = Counter(
            "leaseline_batches_failed", "Batches that were given back, by why.", (*told, "why"), registry=here
        )
        for why in ("conflict", "doubt", "error"):  # from 0: a count that begins with 1 never rises
            self._failed.labels(service, why)
        self._acquired = Counter("leaseline_lanes_acquired", "Lanes that were acquired.", told, registry=here)
        self._seconds = Histogram(
            "leaseline_batch_seconds", "From reading a batch to its commit.", told, buckets=SECONDS, registry=here
        )
        self._size = Histogram("leaseline_batch_records", "Records in a batch.", told, buckets=RECORDS, registry=here)
        self._oldest = Gauge(
            "leaseline_oldest_unread_seconds",
            "Age of the oldest record that was read and is not decided.",
            (*told, "lane"),
            registry=here,
        )
        self._service = service
        self._pending: dict[int, float] = {}

    def consumed(self, records: Sequence[Record]) -> None:
        """The oldest of each lane: it is what its sender waits for."""
        oldest: dict[int, int] = {}
        for record in records:
            lane, time_ = record.partition, record.timestamp
            oldest[lane] = min(time_, oldest.get(lane, time_))
        for lane, milliseconds in oldest.items():
            if lane not in self._pending:
                self._oldest.labels(self._service, str(lane)).set_function(_Age(self._pending, lane))
            self._pending[lane] = milliseconds / 1000

    def decided(self, plan: Plan, seconds: float) -> None:
        """What a batch came to."""
        service, counts = self._service, plan.counts
        for kind in ("messages", "forwarded", "rejects", "ignored"):
            self._records.labels(service, kind).inc(getattr(counts, kind))
        for type_, outcome, count in plan.outcomes:
            self._decisions.labels(service, type_, outcome).inc(count)
        for incident in plan.incidents:
            about = incident.about
            if incident.event == "message.dead_letter":
                self._dead.labels(service, about["reason"]).inc()
            elif incident.event == "request.refused":
                codes = about.get("codes")
                for code in {str(each).partition(" ")[0] for each in codes} if isinstance(codes, list) else ():
                    self._refusals.labels(service, about["type"], code).inc()
        self._seconds.labels(service).observe(seconds)
        self._size.labels(service).observe(counts.records)
        for checkpoint in plan.checkpoints:
            self._pending[checkpoint.lane] = 0.0

    def failed(self, why: str) -> None:
        """A batch was given back."""
        self._failed.labels(self._service, why).inc()

    def acquired(self, lane: int) -> None:
        """A lane was acquired: nothing of it is read yet."""
        self._acquired.labels(self._service).inc()
        if lane in self._pending:
            self._pending[lane] = 0.0

    def reassigned(self) -> None:
        """The group changed: what was read of lanes that another one has by now is no longer ours to tell of."""
        self._pending.update(dict.fromkeys(self._pending, 0.0))


class _Age:
    """Seconds since the lane's oldest undecided record was written; 0 while there is none."""

    def __init__(self, pending: dict[int, float], lane: int) -> None:
        self._pending = pending
        self._lane = lane

    def __call__(self) -> float:
        since = self._pending[self._lane]
        return max(0.0, time.time() - since) if since else 0.0
