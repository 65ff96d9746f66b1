"""A dead letter is read back as what it was, and goes back to where it first stood."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contracts.messages.invoices import LaneInvoicingDue
from contracts.messages.orders import OrderSubmitted
from contracts.tools.generate import example_of
from contracts.wire.encoding import CONTENT_TYPE
from services.engine.core.lanes import home
from services.engine.core.letter import Letter, NotSentAgain, as_event, letter_of, sent_again
from services.engine.core.message import Origin
from services.engine.core.outbox import dead_letter
from services.engine.core.reading import Reject
from services.engine.core.record import Headers
from tests.engine.memory.log import MemoryRecord

LANES = 8
ORIGIN = Origin("orders.requests", 0, 5, 120, 1_700_000_000_000)
ORDER: Mapping[str, Any] = example_of(OrderSubmitted.type_name())


def letter(
    value: bytes | None = None,
    *,
    origin: Origin = ORIGIN,
    why: str = "cannot_be_decided",
    key: bytes | None = b"k",
    headers: Headers = (),
    service: str = "orders",
) -> Letter:
    """What a service says of a record, read back."""
    said = MemoryRecord(origin.topic, origin.partition, origin.offset, origin.timestamp, key, value, tuple(headers))
    out = dead_letter(service, 2, said, origin, Reject(why, "why exactly"))
    found = letter_of(MemoryRecord(out.topic, out.lane, 9, 1_700_000_000_500, out.key, out.value, out.headers))
    assert found is not None
    return found


def event(**changed: Any) -> bytes:
    return json.dumps({**ORDER, **changed}).encode()


def test_it_tells_what_the_record_was_and_where_it_stood() -> None:
    found = letter(event(), headers=(("trace", b"1"),))

    assert (found.service, found.place, found.address) == ("orders", "orders.dead-letters/2/9", "orders.requests/5/120")
    assert (found.why, found.detail, found.at) == ("cannot_be_decided", "why exactly", 1_700_000_000_500)
    assert (found.key, found.value, found.headers) == (b"k", event(), (("trace", b"1"),))
    assert (found.name, found.source, found.id) == ("OrderSubmitted", ORDER["source"], ORDER["id"])
    assert (found.subject, found.request) == (ORDER["data"]["order_id"], True)


def test_it_goes_back_as_it_was_to_the_topic_and_partition_where_it_first_stood() -> None:
    found = letter(event(), key=None, headers=(("trace", None),))

    back = sent_again(found, LANES)

    assert (back.topic, back.lane, back.key, back.value) == ("orders.requests", 5, None, event())
    assert back.headers == (("trace", None),)


@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe", b"[" * 5000, b'{"id": 7}', b"42"])
def test_whatever_stands_in_it_goes_back_byte_for_byte(value: bytes | None) -> None:
    found = letter(value, why="not_json")

    assert sent_again(found, LANES).value == value
    assert (found.type, found.subject) == ("", "")


def test_what_a_service_said_to_itself_goes_to_the_home_of_its_subject_with_the_time_that_it_had() -> None:
    said = json.dumps(example_of(LaneInvoicingDue.type_name())).encode()
    lane = json.loads(said)["data"]["lane"]
    found = letter(said, origin=Origin("billing.internal", 0, 1, 7, 1_600_000_000_000), service="billing")

    back = sent_again(found, 64)

    assert (back.topic, back.lane) == ("billing.internal", home(f"lane:{lane}", 64))
    assert ("leaseline-recorded", b"1600000000000") in back.headers


def test_what_somebody_forged_in_an_internal_topic_goes_nowhere() -> None:
    forged = Origin("orders.internal", 0, 1, 7, 1)
    with pytest.raises(NotSentAgain, match=r"only orders may write"):
        sent_again(letter(event(), origin=forged, why="false_origin"), LANES)
    with pytest.raises(NotSentAgain, match=r"only orders may write"):
        sent_again(letter(event(), origin=forged, why="no_home"), LANES)


def test_what_was_too_large_can_only_be_sent_as_something_else() -> None:
    found = letter(event(note="x" * 600_000), why="too_large")

    with pytest.raises(NotSentAgain, match=r"only the beginning"):
        sent_again(found, LANES)
    assert found.cut


@pytest.mark.parametrize("name", ["source", "id"])
def test_an_edit_keeps_who_sent_it_under_which_name(name: str) -> None:
    with pytest.raises(NotSentAgain, match=f"another {name}"):
        sent_again(letter(event()), LANES, event(**{name: "other"}))


def test_an_edit_keeps_the_cause() -> None:
    caused = event(causationsource="shop", causationid="7")

    with pytest.raises(NotSentAgain, match="another causationsource"):
        sent_again(letter(caused), LANES, event())
    assert sent_again(letter(caused), LANES, caused + b" ").value == caused + b" "


def test_an_edit_of_what_came_in_binary_mode_is_its_data_or_a_whole_event() -> None:
    headers: Headers = (
        ("ce_specversion", b"1.0"),
        ("ce_type", OrderSubmitted.type_name().encode()),
        ("ce_source", b"shop"),
        ("ce_id", b"7"),
        ("content-type", b"application/json"),
        ("trace", b"1"),
    )
    found = letter(json.dumps(ORDER["data"]).encode(), headers=headers)
    whole = as_event(found)
    assert whole is not None
    assert (found.source, found.id, found.subject) == ("shop", "7", ORDER["data"]["order_id"])

    data = sent_again(found, LANES, b'{"order_id": "other"}')
    event_ = sent_again(found, LANES, json.dumps(whole).encode())

    assert (data.headers, data.value) == (headers, b'{"order_id": "other"}')
    assert event_.headers == (("trace", b"1"), CONTENT_TYPE)
    with pytest.raises(NotSentAgain, match="another id"):
        sent_again(found, LANES, json.dumps({**whole, "id": "8"}).encode())


def test_what_no_service_wrote_is_no_letter() -> None:
    assert letter_of(MemoryRecord("orders.dead-letters", 0, 0, 1, None, b"hello", ())) is None
    forged = (("leaseline-topic", b"x"), ("leaseline-offset", b"many"))
    assert letter_of(MemoryRecord("orders.dead-letters", 0, 0, 1, None, b"hello", forged)) is None
