"""A message on a topic that is not its own, a type with a slip in it: named in the dead letter, on every topic.

Rule: ``docs/domain.md`` section 4, 4.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import OrderSubmitted
from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.message import Kind
from services.engine.core.reading import IGNORED, Reject
from services.engine.core.service import Service
from tests.contracts.test_answered import SERVICES
from tests.engine.batch import Shelf, record

TOPICS = sorted((topic, service) for service, each in SERVICES.items() for topic in each.topics())
SCAN, ORDER = ItemFulfillmentRequested.type_name(), OrderSubmitted.type_name()


def read(service: Service, topic: str, event: Mapping[str, Any]) -> Any:
    found, _, _ = Shelf(1, service).reader.read(record(json.dumps(event).encode(), topic=topic), 0)
    return found


def rejected(service: str, topic: str, event: Mapping[str, Any]) -> tuple[str, str]:
    found = read(SERVICES[service], topic, event)
    assert isinstance(found, Reject), found
    return found.reason, found.detail


@pytest.mark.parametrize(("topic", "service"), TOPICS)
def test_a_request_on_another_topic_is_told_where_it_belongs(topic: str, service: str) -> None:
    """Also among events, where what nobody handles is passed over: its sender waits for it."""
    for name, model in MESSAGES.items():
        if model.kind is Kind.REQUEST and model.topic != topic and not topic.endswith(".internal"):
            reason, detail = rejected(service, topic, example_of(name))
            assert reason == "wrong_topic"
            assert f"{model.__name__} belongs to {model.topic}" in detail


def test_a_scan_among_orders_is_told_its_topic() -> None:
    found = rejected("orders", "orders.requests", example_of(SCAN))

    assert found == ("wrong_topic", "ItemFulfillmentRequested belongs to fulfillment.requests: send it there")


@pytest.mark.parametrize(("topic", "service"), [place for place in TOPICS if place[0].endswith(".requests")])
def test_a_fact_on_a_topic_of_requests_is_told_where_it_belongs(topic: str, service: str) -> None:
    for name, model in MESSAGES.items():
        if model.kind is not Kind.REQUEST:
            reason, detail = rejected(service, topic, example_of(name))
            assert (reason, model.topic in detail) == ("wrong_topic", True)


def test_another_services_request_on_an_internal_topic_is_told_where_it_belongs() -> None:
    assert rejected("orders", "orders.internal", example_of(SCAN))[0] == "wrong_topic"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("leaseline.orders.OrderSubmited.v1", ORDER),
        ("leaseline.orders.OrderSubmitted.v2", ORDER),
        ("leaseline.order.OrderSubmitted.v1", ORDER),
        ("leaseline.orders.ordersubmitted.v1", ORDER),
        ("OrderSubmitted", ORDER),
        ("order_submitted", ORDER),
        ("leaseline.fulfillment.ItemFulfilmentRequested.v1", SCAN),
        ("leaseline.fulfillment.ReturnSubmited.v1", "leaseline.fulfillment.ReturnSubmitted.v1"),
    ],
)
def test_a_slip_in_a_type_names_the_type_that_was_meant(slip: str, meant: str) -> None:
    for service, topic in (("orders", "orders.requests"), ("billing", "billing.requests")):
        reason, detail = rejected(service, topic, {**example_of(ORDER), "type": slip})
        assert reason == "unknown_type"
        assert detail == f"{slip}: perhaps {meant} is meant"


@pytest.mark.parametrize("type_", ["leaseline.orders.OrderEaten.v1", "com.shop.checkout.done", "x" * 256, "...", "."])
def test_a_type_that_resembles_none_is_only_named(type_: str) -> None:
    assert rejected("orders", "orders.requests", {**example_of(ORDER), "type": type_}) == ("unknown_type", type_[:120])


@pytest.mark.parametrize("topic", ["orders.events"])
def test_an_unknown_event_is_still_passed_over(topic: str) -> None:
    event = {**example_of("leaseline.orders.OrderPlaced.v1"), "type": "leaseline.orders.OrderPlacd.v1"}

    assert read(SERVICES["fulfillment"], topic, event) is IGNORED
