"""Spans of a worker: what they name, and that nobody waits for a collector."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry

from services.engine.adapters.tracing import open_tracing
from services.engine.core.trace import trace_below
from services.engine.observe.lane_spans import LaneSpans
from services.engine.observe.spans import Exporter, Span
from tests.contracts.test_trace import SPAN, TRACE, VALID
from tests.engine.batch import Shelf, asking, record

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


class Collected:
    """What was sent, and a collector that answers as a test wants it."""

    def __init__(self, answer: Callable[[], bool] = lambda: True, most: int = 100) -> None:
        self.registry = CollectorRegistry()
        self.spans: list[Span] = []
        self._answer = answer
        self.exporter = Exporter(self._send, self.registry, "tally", most)

    def _send(self, spans: Sequence[Span]) -> bool:
        taken = self._answer()
        self.spans += spans
        return taken

    def count(self, fate: str) -> float | None:
        return self.registry.get_sample_value("leaseline_spans_total", {"service": "tally", "fate": fate})


def spans_of(*traces: str | None) -> list[Span]:
    shelf, collected = Shelf(), Collected()
    records = [
        record(asking("AddRequested", {"counter": "c", "amount": 1}, id=str(n), **({"traceparent": t} if t else {})), n)
        for n, t in enumerate(traces)
    ]
    LaneSpans("tally", collected.exporter).decided(shelf.plan(records), 1, 2, 0.5)
    collected.exporter.close()
    return collected.spans


def test_a_batch_has_one_span_that_names_the_traces_of_its_messages() -> None:
    unsampled = f"00-{TRACE}-{SPAN}-00"
    batch, decided = spans_of(VALID, None, unsampled)
    assert (batch.name, batch.kind, batch.links) == ("batch tally", "consumer", (VALID,))
    assert (batch.attributes["messaging.batch.message_count"], batch.attributes["leaseline.said"]) == (3, 2)
    assert batch.ended - batch.begun == 500_000_000
    assert (decided.name, decided.above, decided.links) == ("decide AddRequested", VALID, (batch.trace,))
    assert decided.attributes["messaging.kafka.offset"] == 0


def test_a_message_has_the_span_that_what_is_said_because_of_it_names() -> None:
    (message,) = Shelf().plan([record(asking("AddRequested", {"counter": "c", "amount": 1}, traceparent=VALID))]).traced
    assert spans_of(VALID)[1].trace == trace_below(message.cause, "tally")


def test_a_batch_without_traces_has_a_span_of_its_own() -> None:
    (only,) = spans_of(None)
    assert (only.links, only.above) == ((), "")
    assert spans_of(None)[0].trace != only.trace


def test_a_collector_that_does_not_answer_holds_up_nobody_and_what_is_dropped_is_counted() -> None:
    waits = threading.Event()
    collected = Collected(lambda: waits.wait(30), most=10)
    (span,) = spans_of(None)
    collected.exporter.offer([span])  # the collector has this one
    began = time.monotonic()
    while collected.exporter._waiting:
        time.sleep(0.001)
    for _ in range(5):
        collected.exporter.offer([span] * 4)
    assert time.monotonic() - began < 20
    assert collected.count("dropped") == 10
    waits.set()
    collected.exporter.close(30)
    assert (len(collected.spans), collected.count("sent")) == (11, 11)


def test_a_collector_that_raises_or_refuses_is_counted_and_asked_again() -> None:
    answers = iter((False, True))

    def answer() -> bool:
        try:
            return next(answers)
        except StopIteration:
            raise OSError("gone") from None

    collected = Collected(answer)
    (span,) = spans_of(None)
    for number in range(3):
        collected.exporter.offer([span])
        while (collected.count("sent") or 0) + (collected.count("failed") or 0) <= number:
            time.sleep(0.001)
    collected.exporter.close()
    assert (collected.count("sent"), collected.count("failed")) == (1, 2)


def test_the_end_of_a_process_does_not_wait_for_a_collector_for_long() -> None:
    waits = threading.Event()
    collected = Collected(lambda: waits.wait(60))
    collected.exporter.offer(spans_of(None))
    collected.exporter.close(0.01)
    waits.set()


def test_nobody_is_told_anything_unless_a_collector_is_named() -> None:
    for environment in ({}, {"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, {**ENDPOINT, "OTEL_SDK_DISABLED": "true"}):
        assert open_tracing("tally", CollectorRegistry(), environment) is None


def test_a_protocol_that_we_do_not_speak_is_told_and_stops_nothing() -> None:
    assert open_tracing("tally", CollectorRegistry(), {**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}) is None


_ASKED = """
import sys
{before}
from prometheus_client import CollectorRegistry
from services.engine.adapters import process
from services.engine.adapters.tracing import open_tracing
found = open_tracing("tally", CollectorRegistry(), {environment!r})
print(found is not None, 'opentelemetry.sdk' in sys.modules)  # FastStream itself looks for its semconv
"""
_MISSING = "sys.modules['opentelemetry'] = None"


def asked(before: str, environment: dict[str, str]) -> str:
    code = _ASKED.format(before=before, environment=environment)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[-2]


def test_the_library_is_imported_only_where_it_is_needed_and_may_be_missing() -> None:
    assert asked("", {}) == "False False"
    assert asked("", ENDPOINT) == "True True"
    assert asked(_MISSING, ENDPOINT).startswith("False")
