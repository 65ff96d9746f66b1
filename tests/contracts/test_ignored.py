"""A slip in an optional field is no secret: whatever answers the request names what was ignored, also if it waited."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.message import Kind
from services.engine.core.record import Outgoing
from tests.contracts.test_answered import SERVICES, said
from tests.engine.batch import Shelf, record

ORDER = "leaseline.orders.OrderSubmitted.v1"
VARIANT = "leaseline.orders.VariantSubmitted.v1"
REQUESTS = sorted(name for name, model in MESSAGES.items() if model.kind is Kind.REQUEST)


def hears(service: str, *events: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything that a service says to these requests, one batch each, with what it says to itself heard too."""
    shelf, spoken, at = Shelf(1, SERVICES[service]), [], 0
    waiting: list[tuple[str, bytes | None, Any]] = [
        (MESSAGES[str(event["type"])].topic, json.dumps(event).encode(), ()) for event in events
    ]
    while waiting:
        topic, value, headers = waiting.pop(0)
        outgoing = said(shelf.save(shelf.plan([record(value, at, topic=topic, headers=headers)])))
        at += 1
        spoken += [json.loads(each.value or b"") for each in outgoing]
        waiting = [*_own(outgoing, service), *waiting]
    return spoken


def _own(outgoing: Sequence[Outgoing], service: str) -> list[tuple[str, bytes | None, Any]]:
    return [(each.topic, each.value, each.headers) for each in outgoing if each.topic == f"{service}.internal"]


def about(event: Mapping[str, Any], spoken: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    cause = (event["source"], event["id"])
    return [each for each in spoken if (each.get("causationsource"), each.get("causationid")) == cause]


def request(name: str, **more: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(json.dumps(example_of(name)))
    event["data"] |= more
    return event


@pytest.mark.parametrize("name", REQUESTS)
def test_whatever_answers_a_request_names_what_was_ignored(name: str) -> None:
    event = request(name, comfirmed=True, shipping_adress={"city": "Dublin"})
    service = MESSAGES[name].service

    for each in about(event, hears(service, event)):
        if MESSAGES[each["type"]].kind not in (Kind.INTERNAL, Kind.PROPOSAL) and not _at_the_end(each):
            assert each["data"]["ignored"] == ["comfirmed", "shipping_adress"], each["type"]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_without_surprises_is_answered_without_a_word_about_it(name: str) -> None:
    event = request(name)

    for each in hears(MESSAGES[name].service, event):
        assert "ignored" not in each["data"]


def _at_the_end(event: Mapping[str, Any]) -> bool:
    """What is said once a batch about all of its messages answers none of them."""
    return any(word in event["type"] for word in ("OrderProgressed", "BillingAccountChanged"))


def test_an_order_is_placed_and_says_what_was_ignored() -> None:
    variant, order = request(VARIANT), request(ORDER, comfirmed=True)
    order["data"]["items"] = [{"sku": variant["data"]["sku"], "months": 12, "quantity": 1, "wrap": True}]
    spoken = hears("orders", variant, order)

    (placed,) = [each for each in about(order, spoken) if each["type"].endswith("OrderPlaced.v1")]
    assert placed["data"]["ignored"] == ["items.0.wrap", "comfirmed"] or set(placed["data"]["ignored"]) == {
        "items.0.wrap",
        "comfirmed",
    }


def test_a_request_that_waited_names_it_in_its_answer_too() -> None:
    variant, order = request(VARIANT), request(ORDER)
    order["data"]["items"] = [{"sku": variant["data"]["sku"], "months": 12, "quantity": 1}]
    order["data"].pop("confirmed", None)
    early = request("leaseline.orders.OrderConfirmationRequested.v1", acter="Ada")
    early["data"]["order_id"] = order["data"]["order_id"]

    spoken = about(early, hears("orders", variant, early, order))

    assert {each["type"].split(".")[2]: each["data"]["ignored"] for each in spoken} == {
        "RequestParked": ["acter"],
        "OrderConfirmed": ["acter"],
    }
