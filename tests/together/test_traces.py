"""A trace goes through all three services, through what waits and what is sent on; and changes nothing else."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest

from services.billing.documents import run
from services.engine.core.document import replace, replace_by
from services.engine.core.message import Cause, Message
from services.engine.core.record import Outgoing
from services.fulfillment.documents.request import KeptRequest
from services.fulfillment.handlers import subscriptions
from services.orders.documents.awaited import Parked
from tests.engine.simulation.traces import sent_with, valid
from tests.together.recording import Recording, bench, demonstration, recorded
from tests.together.simulation.trial import THREE

_ATTRIBUTE = re.compile(rb',"traceparent":"[^"]*"')
SEEDS = 120
"""At most so many until it must have been noticed."""


def traced(batches: Iterator[list[Outgoing]] | Any) -> Iterator[list[Outgoing]]:
    """The same records, some with a trace, some with what is none."""
    for number, batch in enumerate(batches):
        yield [_traced(record, f"{number}.{place}") for place, record in enumerate(batch)]


def _traced(record: Outgoing, number: str) -> Outgoing:
    trace = sent_with(record.topic, number, 0)
    if not isinstance(trace, str):
        return record
    if any(name == "ce_type" for name, _ in record.headers):
        return replace(record, headers=(*record.headers, ("ce_traceparent", trace.encode())))
    value = (record.value or b"").replace(b'"specversion":', f'"traceparent":"{trace}","specversion":'.encode(), 1)
    return replace_by(record, {"value": value})


def events(recording: Recording) -> dict[tuple[str, int], list[bytes]]:
    """What the services said, by partition, without the traces."""
    return {
        place: [_ATTRIBUTE.sub(b"", record.value or b"") for record in records]
        for place, records in recording.topics.items()
        if place[0].endswith(".events")
    }


def documents(recording: Recording) -> list[str]:
    return [json.dumps(sorted(shelf.documents.items()), default=str) for shelf in recording.shelves]


def test_a_trace_changes_nothing_but_the_trace() -> None:
    plain, told = recorded(bench(60)), recorded(traced(bench(60)))
    assert events(told) == events(plain)
    assert documents(told) == documents(plain)
    assert not any(b"traceparent" in (r.value or b"") for records in plain.topics.values() for r in records)
    assert any(b"traceparent" in (r.value or b"") for r in told.topics["billing.events", 0])


@pytest.mark.parametrize("fed", [bench, pytest.param(demonstration, marks=pytest.mark.long)])
def test_every_answer_is_in_the_trace_of_its_request(fed: Callable[[], Any]) -> None:
    recording = recorded(traced(fed()))
    asked: dict[tuple[str, str], set[str]] = {}
    for records in recording.topics.values():
        for record in records:
            envelope = envelope_of(record.value, record.headers)
            name = (str(envelope.get("source")), str(envelope.get("id")))
            asked.setdefault(name, set()).add(valid(envelope.get("traceparent"))[3:35])
    said = 0
    for (topic, _), records in recording.topics.items():
        for record in records:
            envelope = envelope_of(record.value, record.headers)
            if topic.endswith((".events", ".internal")) and "causationid" in envelope:
                cause = (envelope["causationsource"], envelope["causationid"])
                assert envelope.get("traceparent", "")[3:35] in asked[cause], (topic, envelope)
                said += "traceparent" in envelope
    assert said > 5_000


def envelope_of(value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]) -> dict[str, Any]:
    found = {name[3:]: (text or b"").decode("utf-8", "replace") for name, text in headers if name.startswith("ce_")}
    if "type" in found:
        return found
    try:
        read = json.loads(value or b"")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _without(kept: Any) -> Cause:
    return Cause(kept.source, kept.id, kept.address, kept.ignored)


def _sent_on(message: Message[Any]) -> Message[Any]:
    return replace(_first(message), trace="")


_first, _parked = subscriptions._first, Parked.message_of


def _again(kept: Parked, model: Any, lane: int) -> Message[Any]:
    return replace(_parked(kept, model, lane), trace="")


FORGETTING: dict[str, Callable[[], Any]] = {
    "what waits in orders": lambda: patch.object(Parked, "message_of", _again),
    "what waits in fulfillment": lambda: patch.object(KeptRequest, "cause", property(_without)),
    "a billing run": lambda: patch.object(run.Pass, "cause", property(_without)),
    "what a serial's home sends on": lambda: patch.object(subscriptions, "_first", _sent_on),
}


@pytest.mark.parametrize("which", FORGETTING)
def test_whoever_forgets_the_trace_of_what_waits_is_noticed(which: str) -> None:
    with FORGETTING[which]():
        for seed in range(SEEDS):
            violations = THREE.judged(THREE.experiment(seed)).violations
            if violations:
                assert all("in the trace" in each for each in violations), violations
                return
    pytest.fail(f"{which} forgets it, and nobody noticed in {SEEDS} seeds")
