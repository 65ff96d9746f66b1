"""Whoever can be told is told: a request that names nobody is refused in the lane where it was found, never buried.

Rule: ``docs/domain.md`` section 4, 4.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.message import Kind
from services.billing.service import billing
from services.engine.core.plan import Plan
from services.engine.core.record import Outgoing
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.contracts.wire import binary
from tests.engine.batch import Shelf, record

SERVICES: Mapping[str, Service] = {service.name: service for service in (orders(), fulfillment(), billing())}
REQUESTS = sorted(name for name, model in MESSAGES.items() if model.kind is Kind.REQUEST)
NAMES_SOMEBODY = ("order_id", "customer_id", "group_id", "sku", "period", "subscription_id", "serial")
LANES = 4


def example(name: str) -> dict[str, Any]:
    return json.loads(json.dumps(example_of(name)))  # type: ignore[no-any-return]


def about(name: str, found: Any) -> dict[str, Any]:
    """The example with this in every field that could say whom it is about; None: without them."""
    event = example(name)
    naming = [field for field in NAMES_SOMEBODY if field in event["data"] and not _is_the_scans(name, field)]
    for field in naming:
        del event["data"][field]
        if found is not None:
            event["data"][field] = "x" * 65 if (field, found) == ("serial", "#1001") else found  # a label may say so
    return event


def _is_the_scans(name: str, field: str) -> bool:
    return "ItemFulfillmentRequested" in name and field == "sku"


def decided(name: str, value: bytes | None, lane: int = 2, headers: Any = (), times: int = 1) -> list[Plan]:
    model = MESSAGES[name]
    shelf = Shelf(LANES, SERVICES[model.service])
    heard = (record(value, at, lane=lane, topic=model.topic, headers=headers) for at in range(times))
    return [shelf.save(shelf.plan([each])) for each in heard]


def said(plan: Plan) -> list[Outgoing]:
    return [outgoing for checkpoint in plan.checkpoints for outgoing in checkpoint.outgoing]


def the_answer(name: str, plan: Plan) -> dict[str, Any]:
    """The one refusal that came of it; fails the test if anything else did."""
    (outgoing,) = said(plan)
    assert outgoing.topic == f"{MESSAGES[name].service}.events"
    answer: dict[str, Any] = json.loads(outgoing.value or b"")
    assert answer["type"] == f"leaseline.{MESSAGES[name].service}.RequestRefused.v1"
    assert outgoing.key == answer["subject"].encode() == answer["data"]["subject"].encode()
    assert plan.writes == ()
    return answer


def told(answer: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(refusal["field"], refusal["code"]) for refusal in answer["data"]["refusals"]}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize(
    "found", [None, 450789469, "#1001", "", " \t", "a\x00b", True, ["a"], {"id": "a"}, 1.5, "x" * 300]
)
def test_a_request_that_names_nobody_is_refused_with_code_and_field(name: str, found: Any) -> None:
    event = about(name, found)

    for lane in range(LANES):
        (plan,) = decided(name, json.dumps(event).encode(), lane)
        answer = the_answer(name, plan)
        assert (answer["causationsource"], answer["causationid"]) == (event["source"], event["id"])
        assert told(answer)
        for field, code in told(answer):
            assert field in NAMES_SOMEBODY
            expected = "field_required" if found is None else "wrong_type" if not isinstance(found, str) else None
            assert expected in (code, None)
            assert code in {"field_required", "wrong_type", "id_invalid", "serial_invalid", "value_invalid"}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("data", [None, 7, "no JSON", [], "[1]"])
def test_a_request_without_data_is_refused_in_either_mode(name: str, data: Any) -> None:
    event = {**example(name), "data": data}
    bare, headers = binary({**event, "data": 0})

    (plan,) = decided(name, json.dumps(event).encode())
    (apart,) = decided(name, None if data is None else b"no JSON", headers=headers)

    code = "field_required" if data is None else "wrong_type"
    assert told(the_answer(name, plan)) == {("data", code)} == told(the_answer(name, apart))
    assert bare == b"0"


@pytest.mark.parametrize("name", REQUESTS)
def test_the_same_again_is_refused_again_each_time_to_its_own_record(name: str) -> None:
    event = about(name, "#1001")

    answers = [the_answer(name, plan) for plan in decided(name, json.dumps(event).encode(), times=3)]

    assert len({answer["id"] for answer in answers}) == 3
    assert len({json.dumps(answer["data"]) for answer in answers}) == 1


@pytest.mark.parametrize("name", REQUESTS)
@settings(max_examples=10)
@given(lane=st.integers(0, LANES - 1), source=st.text(min_size=1, max_size=9), id_=st.text(min_size=1, max_size=9))
def test_the_answers_subject_is_a_hash_of_the_senders_identity_that_finds_a_lane(
    name: str, lane: int, source: str, id_: str
) -> None:
    event = {**about(name, "#1001"), "source": source, "id": id_}

    (plan,) = decided(name, json.dumps(event).encode(), lane)
    (outgoing,) = said(plan)

    subject = (outgoing.key or b"").decode()
    assert subject.startswith("unaddressed:")
    assert len(subject) == len("unaddressed:") + 24
    assert 0 <= outgoing.lane < LANES


def test_everything_else_that_is_wrong_is_told_with_it() -> None:
    event = about("leaseline.orders.OrderSubmitted.v1", "#1001")
    event["data"]["currency"] = "XXX"

    (plan,) = decided("leaseline.orders.OrderSubmitted.v1", json.dumps(event).encode())

    assert told(the_answer("leaseline.orders.OrderSubmitted.v1", plan)) == {
        ("order_id", "id_invalid"),
        ("currency", "currency_unknown"),
    }


@pytest.mark.parametrize("around", [" {}", "{}\r", "{}\r\n", "\t{}", "\n {} \t", "\u00a0{}"])
@pytest.mark.parametrize("name", REQUESTS)
def test_blanks_around_an_id_are_not_part_of_it(name: str, around: str) -> None:
    plain, event = example(name), example(name)
    for field in ("order_id", "customer_id", "group_id", "sku", "period", "subscription_id", "item_id"):
        if isinstance(event["data"].get(field), str):
            event["data"][field] = around.format(event["data"][field])

    def read(event: Mapping[str, Any]) -> Any:
        reader = Shelf(1, SERVICES[MESSAGES[name].service]).reader
        found, _, _ = reader.read(record(json.dumps(event).encode(), topic=MESSAGES[name].topic), 0)
        return getattr(found, "body", None), getattr(found, "subjects", None)

    assert read(event) == read(plain) != (None, None)


@pytest.mark.parametrize("name", sorted(set(MESSAGES) - set(REQUESTS)))
def test_what_is_no_request_and_names_nobody_stays_a_dead_letter(name: str) -> None:
    service = next((s for s in SERVICES.values() if name in s.known()), None)
    if service is None:
        return
    model = MESSAGES[name]
    event = {**example(name), "data": {}}
    shelf = Shelf(LANES, service)

    plan = shelf.plan([record(json.dumps(event).encode(), topic=model.topic)])

    (outgoing,) = said(plan)
    assert outgoing.topic == f"{service.name}.dead-letters"
