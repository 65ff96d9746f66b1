"""A request over HTTP is the very message that a Kafka client would have sent."""

import json
from datetime import UTC, datetime

import pytest

from contracts.messages.orders import OrderConfirmationRequested, OrderSubmitted
from contracts.registry import MESSAGES
from contracts.wire.envelope import Opened, opened
from services.engine.core.document import replace
from services.http.asking.door import Taken
from services.http.asking.intake import Asked, Intake, read_key, take_in
from services.http.asking.outcome import outcome_of
from services.http.asking.request_store import stored
from services.http.callers.caller import Caller
from services.http.imports.judging import take_line
from services.http.imports.kind import KINDS
from services.http.imports.line import ReadLine
from services.http.imports.reading import JsonLines
from services.http.telling.problem import Problem
from tests.contracts.test_trace import VALID
from tests.system.shop import order_data

CLERK = Caller("office", "Ada", frozenset())
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def confirmation(body: bytes = b"{}", order_id: str = "A-1") -> Asked:
    return Asked(OrderConfirmationRequested, "POST", f"/orders/{order_id}", body, {"order_id": order_id}, "actor", {})


def refused(asked: Asked) -> Problem:
    with pytest.raises(Problem) as found:
        take_in(asked, CLERK, "k", NOW, 8)
    return found.value


def test_the_record_is_read_by_the_reader_of_the_kafka_edge() -> None:
    intake = take_in(confirmation(), CLERK, "k", NOW, 8)
    found = opened(intake.record.value, intake.record.headers, MESSAGES)
    assert isinstance(found, Opened)
    assert (found.source, found.id, found.time) == ("http:office", "k", NOW)
    assert found.body == OrderConfirmationRequested(order_id="A-1", actor="Ada")


def test_the_trace_of_the_caller_goes_with_the_record_and_changes_nothing_else() -> None:
    plain = take_in(confirmation(), CLERK, "k", NOW, 8)
    traced = take_in(replace(confirmation(), trace=VALID), CLERK, "k", NOW, 8)
    found = opened(traced.record.value, traced.record.headers, MESSAGES)
    assert isinstance(found, Opened)
    assert found.trace == VALID
    assert traced.record.headers == (*plain.record.headers, ("ce_traceparent", VALID.encode()))
    assert replace(traced, record=plain.record) == plain


def test_each_line_of_a_file_is_in_the_trace_of_the_request_that_sent_it() -> None:
    body = json.dumps({**order_data("F-1"), "order_id": "F-1"}).encode()
    taken = take_line("job", KINDS["orders"], ReadLine(1, body), JsonLines(), CLERK, NOW, 8, VALID)
    assert isinstance(taken, Intake)
    assert ("ce_traceparent", VALID.encode()) in taken.record.headers


def test_the_outcome_names_the_trace_under_which_the_request_was_stored() -> None:
    traced = take_in(replace(confirmation(), trace=VALID), CLERK, "k", NOW, 8)
    plain = take_in(confirmation(), CLERK, "k", NOW, 8)
    told = [outcome_of(Taken(stored(each, "office", NOW, stale=False), None)).traceparent for each in (traced, plain)]
    assert told == [VALID, None]


def test_the_actor_is_the_keys_whatever_the_body_says() -> None:
    intake = take_in(confirmation(b'{"actor": "somebody else"}'), CLERK, "k", NOW, 8)
    assert json.loads(intake.record.value or b"")["actor"] == "Ada"


def test_the_same_is_the_same_whatever_was_filled_in() -> None:
    first = take_in(confirmation(), CLERK, "k", NOW, 8)
    again = take_in(confirmation(b" { } "), CLERK, "k", NOW.replace(hour=10), 8)
    assert (first.id, first.fingerprint) == (again.id, again.fingerprint)


@pytest.mark.parametrize("other", [confirmation(b'{"x": 1}'), confirmation(order_id="A-2")])
def test_other_content_or_another_address_is_another_fingerprint(other: Asked) -> None:
    first = take_in(confirmation(), CLERK, "k", NOW, 8)
    assert take_in(other, CLERK, "k", NOW, 8).fingerprint != first.fingerprint


def test_a_body_that_names_another_one_than_the_address_is_refused() -> None:
    problem = refused(confirmation(b'{"order_id": "B-2"}'))
    assert (problem.document.code, problem.document.errors[0].pointer) == ("path_differs", "/order_id")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a": NaN}', b"1", b"\xff", b'{"a":' * 200 + b"1" + b"}" * 200])
def test_what_is_no_json_object_is_told_so(body: bytes) -> None:
    assert refused(confirmation(body)).document.status in (400, 422)


def test_every_wrong_field_is_told_with_its_pointer() -> None:
    asked = Asked(
        OrderSubmitted, "POST", "/orders", b'{"items": [{"sku": "X", "months": 7, "quantity": 0}]}', {}, None, {}
    )
    found = {(each.pointer, each.code) for each in refused(asked).document.errors}
    assert {("/items/0/months", "contract_length_invalid"), ("/items/0/quantity", "quantity_limit")} <= found
    assert ("/customer", "field_required") in found


@pytest.mark.parametrize(("sent", "meant"), [("k1", "k1"), ('"k1"', "k1"), (" k1 ", "k1"), (None, None)])
def test_the_quoted_and_the_bare_key_are_equal(sent: str | None, meant: str | None) -> None:
    assert read_key(sent) == meant


@pytest.mark.parametrize("sent", ["", '""', "k 1", "ключ", "k" * 201])
def test_a_key_that_is_none_is_told_so(sent: str) -> None:
    with pytest.raises(Problem):
        read_key(sent)
