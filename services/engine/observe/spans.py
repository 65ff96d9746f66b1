"""Spans as they are told here, before any library of tracing sees them; and their way out, which nobody waits for."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter

from contracts.values.immutable import Immutable

MOST_WAITING: Final = 10_000
"""Spans that wait to be sent at most; one more is dropped, and counted."""
AT_ONCE: Final = 512
WITHIN: Final = 2.0
"""Seconds that the end of a process waits for what is still to be sent."""


class Span(Immutable):
    """Something that took from ``begun`` to ``ended`` (nanoseconds since 1970, UTC).

    ``trace`` is the ``traceparent`` that names it, ``above`` that of the span it lies in; ``links`` are others that
    belong to it. Attributes have no personal data: ids, types, counts.
    """

    name: str
    kind: Literal["consumer", "server"]
    trace: str
    begun: int
    ended: int
    attributes: Mapping[str, str | int]
    above: str = ""
    links: tuple[str, ...] = ()
    failed: bool = False


class Exporter:
    """Sends spans from a thread of its own. ``send`` may take as long as it likes, and says whether it succeeded."""

    def __init__(
        self,
        send: Callable[[Sequence[Span]], bool],
        registry: CollectorRegistry,
        service: str,
        most: int = MOST_WAITING,
    ) -> None:
        self._send = send
        self._most = most
        told = Counter(
            "leaseline_spans", "Spans that were sent, not taken, or dropped.", ("service", "fate"), registry=registry
        )
        self._sent, self._failed, self._dropped = (told.labels(service, fate) for fate in ("sent", "failed", "dropped"))
        self._waiting: deque[Span] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def offer(self, spans: Sequence[Span]) -> None:
        """Takes as many as there is room for. Never raises, never waits for the collector."""
        with self._changed:
            room = max(0, self._most - len(self._waiting))
            self._waiting.extend(spans[:room])
            self._changed.notify()
        if len(spans) > room:
            self._dropped.inc(len(spans) - room)

    def close(self, within: float = WITHIN) -> None:
        """Sends what waits, for so many seconds at most; the process may end then."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(within)

    def _run(self) -> None:
        while spans := self._next():
            try:
                taken = self._send(spans)
            except Exception:  # noqa: BLE001 - whatever the library raises, the next spans have their turn
                taken = False
            (self._sent if taken else self._failed).inc(len(spans))

    def _next(self) -> list[Span]:
        """The next to send; none once it is closed and all are."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
