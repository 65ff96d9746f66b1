"""What we say is read by somebody else's CloudEvents library, by its binding to Kafka."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.v1.kafka import KafkaMessage as OldKafkaMessage
from cloudevents.v1.kafka import from_structured as old_from_structured

from contracts.messages.clock import ClockTicked
from contracts.values.refusals import Code, refusal
from contracts.wire.encoding import CONTENT_TYPE, STRUCTURED
from services.engine.core.lanes import home
from services.engine.core.message import Message
from services.engine.core.outbox import to_records
from services.engine.core.reading import ORIGIN, Forwarded, Reader
from services.engine.core.record import Outgoing
from services.engine.core.service import Emit
from services.engine.runtime.ticking import record_of
from tests.engine.batch import asking, record
from tests.engine.simulation.tally import SERVICE, Counted, StepDue, TallyRefused

READER = Reader("tally", SERVICE.known(), 4)
ASKED = asking("AddRequested", {"counter": "c1", "amount": 3}, id="7", time="2023-11-14T22:13:00.5Z")


def _said() -> list[Outgoing]:
    read, _, _ = READER.read(record(ASKED, 5, lane=home("c1", 4)), 0)
    assert isinstance(read, Message)
    emits = [
        Emit(Counted(counter="c1", version=9, total=1, changes=1)),
        Emit(TallyRefused(subject="c1", refusals=(refusal(Code.ID_REUSED),))),
        Emit(StepDue(counter="c2", left=1, run=1)),
    ]
    tick = record_of(
        ClockTicked(lane=1, as_of=datetime(2026, 1, 2, tzinfo=UTC)), 1, "leaseline/orders", datetime.now(UTC)
    )
    return [*to_records(emits, read, "tally", 4), tick]


def _headers(said: Outgoing) -> Mapping[str, bytes]:
    return {name: content for name, content in said.headers if content is not None}


@pytest.mark.parametrize("said", _said(), ids=["a fact", "an answer", "to itself", "a tick"])
def test_what_we_say_is_opened_by_a_foreign_library(said: Outgoing) -> None:
    value = said.value or b""
    envelope = json.loads(value)
    event = from_structured(KafkaMessage(headers=dict(_headers(said)), key=said.key, value=value), JSONFormat())
    assert (event.get_id(), event.get_type(), event.get_source()) == (
        envelope["id"],
        envelope["type"],
        envelope["source"],
    )
    assert event.get_subject() == envelope["subject"]
    assert event.get_data() == envelope["data"]


@pytest.mark.parametrize("said", _said(), ids=["a fact", "an answer", "to itself", "a tick"])
def test_it_is_opened_by_the_library_s_older_interface_too(said: Outgoing) -> None:
    value = said.value or b""
    event = old_from_structured(OldKafkaMessage(headers=dict(_headers(said)), key=said.key, value=value))
    assert event["id"] == json.loads(value)["id"]
    assert _headers(said)["content-type"] == b"application/cloudevents+json; charset=utf-8"


def test_every_kind_of_what_we_say_carries_the_header_once() -> None:
    for said in _said():
        assert [content for name, content in said.headers if name == "content-type"] == [STRUCTURED.encode()]


@pytest.mark.parametrize("headers", [(), (("content-type", b"application/json"),), (("x", b"\xff"),), (CONTENT_TYPE,)])
def test_what_is_passed_on_keeps_its_own_headers(headers: tuple[tuple[str, bytes], ...]) -> None:
    read, _, _ = READER.read(record(ASKED, 5, lane=(home("c1", 4) + 1) % 4, headers=headers), 0)
    assert isinstance(read, Forwarded)
    (passed,) = read.records
    assert tuple(pair for pair in passed.headers if pair[0] != ORIGIN) == headers
    assert passed.value == ASKED
