"""What the last records show: written into real topics as anybody may write them."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from contracts.messages.catalog import VariantSubmitted
from contracts.wire.encoding import encoded
from installation.kept import KNOWN
from operations.doctor import messages
from operations.doctor.limits import Limits
from tests.operations.doctor.ward import Ward
from tests.operations.verify.small_installation import variant

WHEN = datetime(2026, 11, 28, tzinfo=UTC)
PLAIN = encoded(variant(), id="v1", source="catalog", time=WHEN)
TYPE = VariantSubmitted.type_name().encode()
TOPICS = ("catalog.requests", "orders.requests", "orders.events", "orders.dead-letters")


@pytest.fixture(autouse=True)
async def _emptied(ward: Ward) -> AsyncIterator[None]:
    yield
    await ward.empty(*TOPICS)


def _of(type_: str) -> bytes:
    return PLAIN.replace(TYPE, type_.encode())


async def _found(ward: Ward, **limits: float) -> dict[str, str]:
    found = await ward.findings("records", on=ward.ground(Limits(between=0.0, **limits)))  # type: ignore[arg-type]
    return {each.name: each.what for each in found.values()}


async def test_what_everybody_knows_has_no_finding(ward: Ward) -> None:
    await ward.publish("catalog.requests", 1, PLAIN, PLAIN)
    assert await _found(ward) == {}


@pytest.mark.parametrize(
    ("topic", "value", "name", "what"),
    [
        (
            "orders.events",
            _of("leaseline.orders.OrderPlaced.v2"),
            "types.newer",
            "leaseline.orders.OrderPlaced.v2 on orders.events (1)",
        ),
        (
            "catalog.requests",
            _of("leaseline.orders.VariantSubmited.v1"),
            "types.unknown",
            f"leaseline.orders.VariantSubmited.v1 on catalog.requests, perhaps {TYPE.decode()} (1)",
        ),
        ("orders.events", _of("Ada King, London"), "types.unknown", "a type of other signs on orders.events (1)"),
        ("orders.requests", PLAIN, "types.misplaced", "VariantSubmitted on orders.requests (1)"),
        ("catalog.requests", b"Ada King", "types.unreadable", "catalog.requests: not_json (1)"),
        ("catalog.requests", b"x" * 600_000, "types.unreadable", "catalog.requests: too_large (1)"),
    ],
    ids=["a newer version", "a slip", "a type of any signs", "another topic's", "no JSON", "too large"],
)
async def test_a_record_that_is_not_as_it_should_be(ward: Ward, topic: str, value: bytes, name: str, what: str) -> None:
    await ward.publish(topic, 1, value)
    assert await _found(ward) == {name: what}


async def test_dead_letters_are_told_by_their_reason_while_they_are_young(ward: Ward) -> None:
    await ward.publish("orders.dead-letters", 0, b"Ada", b"Bob", headers=[("leaseline-reason", b"not_json")])
    await ward.publish("orders.dead-letters", 3, b"Ada", headers=[("leaseline-reason", b"Ada King, London")])
    assert await _found(ward) == {
        "dead_letters": "among the last records: orders.dead-letters: not_json (2), "
        "orders.dead-letters: no reason of ours (1)"
    }
    later = ward.ground(Limits(between=0.0), now=lambda: time.time() + 25 * 3600)
    assert await ward.findings("records", on=later) == {}


async def test_only_the_last_records_are_looked_at(ward: Ward) -> None:
    await ward.publish("catalog.requests", 1, b"no JSON", PLAIN)
    assert await _found(ward, records=1) == {}


async def test_a_service_that_does_not_read_what_the_table_says(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await ward.findings("types") == {}
    known = {"billing": KNOWN["orders"], "fulfillment": KNOWN["fulfillment"]}
    monkeypatch.setattr(messages, "KNOWN", known)
    found = await ward.findings("types")
    assert list(found) == ["types.nobody"]
    assert "SubscriptionCreated (billing)" in found["types.nobody"].what


def test_every_finding_about_records_is_tried() -> None:
    assert {symptom.name for symptom in (*messages.OF_RECORDS, *messages.OF_TABLE)} == {
        "types.newer", "types.unknown", "types.misplaced", "types.unreadable", "dead_letters", "types.nobody",
    }  # fmt: skip
