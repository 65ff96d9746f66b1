"""Whatever stands on the topics and in the databases, the report comes to its end and says what it left out."""

import json
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.topics import TOPICS
from operations.verify.kept import COLLECTIONS, enter_checkpoint
from operations.verify.report import Report
from tests.operations.verify.small_installation import LANES, SmallInstallation, healthy, invoiced

LEFT_OUT = "records of events, internal topics and dead letters that no service wrote, left out"
ODD = "documents that are not as a service writes them, left out"
WRITTEN_BY_SERVICES = [topic.name for topic in TOPICS if not topic.name.endswith(".requests")]
ISSUED = invoiced()
SAID = [r for records in ISSUED.log.values() for r in records if not r.topic.endswith(".requests") and r.value]

odd_json = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**70), 2**70)
    | some.floats()
    | some.text()
    | some.sampled_from(["9999-12-31", "net_x", "c-o-1", "\x00", "lane:7"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
odd_bson = odd_json | some.binary(max_size=8) | some.datetimes() | some.builds(ObjectId)
headers = some.lists(
    some.tuples(
        some.sampled_from(
            [
                "leaseline-origin",
                "leaseline-recorded",
                "leaseline-topic",
                "leaseline-partition",
                "leaseline-offset",
                "leaseline-incarnation",
                "leaseline-reason",
                "ce_type",
                "ce_id",
            ]
        )
        | some.text(max_size=5),
        some.none() | some.binary(max_size=12) | some.sampled_from([b"orders.requests|0|0|0|1", b"7", b"\xff"]),
    ),
    max_size=6,
).map(tuple)


def found_out(report: Report) -> dict[str, int]:
    return {each.what: each.count for each in report.waits}


def holds_beside(small: SmallInstallation, left_out: int) -> None:
    report = small.report()
    assert report.holds, report
    assert found_out(report).get(LEFT_OUT, 0) == left_out


@pytest.mark.parametrize("topic", WRITTEN_BY_SERVICES)
@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\x00\xff\xfe",
        b"[]",
        b"null",
        b'{"source": "leaseline/orders"}',
        b'{"source": "leaseline/orders", "type": 7, "id": null, "data": "text"}',
        b'{"source": "leaseline/billing", "type": "leaseline.x.v1", "id": "a@1", "data": {"version": 1e400}}',
        b'{"source": "leaseline/orders", "type": "x", "id": "a@1", "data": {"version": 99999999999999999999999}}',
        b'{"source": "leaseline/orders", "type": "\\ud800", "id": "\\ud800", "data": {"version": 1}}',
        b"[" * 100_000,
        b'{"source": "somebody"}',
    ],
)
def test_a_record_that_no_service_wrote_is_left_out_and_counted(topic: str, value: bytes | None) -> None:
    small = healthy()
    small.append(topic, 0, value)
    holds_beside(small, 1)


@pytest.mark.parametrize("content", [None, b"\xff", b"", b"a|b|c", b"orders.requests|x|y|z|1"])
def test_a_forged_origin_is_left_out_and_counted(content: bytes | None) -> None:
    small = healthy()
    small.append("orders.internal", 1, b"{", headers=(("leaseline-origin", content),))
    report = small.report()
    assert report.holds


def test_a_dead_letter_with_forged_headers_is_left_out_and_counted() -> None:
    small = healthy()
    forged = (("leaseline-topic", b"orders.requests"), ("leaseline-partition", b"one"), ("leaseline-offset", b"\xff"))
    small.append("orders.dead-letters", 0, b"x", headers=forged)
    holds_beside(small, 1)


def test_a_fact_with_forged_types_tells_nothing_of_what_it_carries() -> None:
    """A version that is text would otherwise be newer than every number."""
    small = healthy()
    created = small.said("SubscriptionCreated", "o-1/1")[0]
    forged = json.loads(created.text)
    forged["data"]["version"] = "newest"
    forged["data"]["subscription"]["state"] = ["reversed"]
    small.append(created.topic, created.partition, json.dumps(forged).encode())
    holds_beside(small, 1)


@settings(max_examples=40, deadline=None)
@given(data=some.data())
def test_any_bytes_and_headers_on_any_topic_end_in_a_report(data: some.DataObject) -> None:
    small = healthy()
    for _ in range(data.draw(some.integers(1, 4))):
        value = some.none() | some.binary(max_size=40) | odd_json.map(lambda each: json.dumps(each).encode())
        topic = data.draw(some.sampled_from([topic.name for topic in TOPICS]))
        small.append(topic, data.draw(some.integers(0, LANES - 1)), data.draw(value), headers=data.draw(headers))
    assert small.report().summary


def _altered(document: Any, path: list[int], put: Any) -> Any:
    """The same with something else at one place, which is found by walking down."""
    inside = document if isinstance(document, dict | list | tuple) and len(document) else None
    if inside is None or not path:
        return put
    if isinstance(inside, dict):
        name = sorted(inside, key=str)[path[0] % len(inside)]
        return {**inside, name: _altered(inside[name], path[1:], put)}
    place = path[0] % len(inside)
    return [*inside[:place], _altered(inside[place], path[1:], put), *inside[place + 1 :]]


PATH = some.lists(some.integers(0, 40), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(said=some.sampled_from(SAID), path=PATH, put=odd_json)
def test_a_message_of_ours_with_anything_anywhere_in_it_ends_in_a_report(said: Any, path: list[int], put: Any) -> None:
    small = healthy()
    try:
        message = json.loads(said.value)
    except ValueError:
        message = {}
    small.append(said.topic, said.partition, json.dumps(_altered(message, path, put)).encode(), headers=said.headers)
    assert small.report().summary


@settings(max_examples=80, deadline=None)
@given(where=some.sampled_from(COLLECTIONS), number=some.integers(0, 20), path=PATH, put=odd_bson)
def test_a_document_with_anything_anywhere_in_it_ends_in_a_report(
    where: tuple[str, str, Any], number: int, path: list[int], put: Any
) -> None:
    small = healthy()
    small.documents = {place: dict(held) for place, held in ISSUED.documents.items()}
    held = small.documents.setdefault(where[:2], {})
    id_, document = sorted(held.items())[number % len(held)] if held else ("x", {})
    held[id_] = _altered(document, path, put)
    if not isinstance(held[id_], dict):
        held[id_] = {"put": put}
    assert small.report().summary


def test_a_document_that_is_not_as_a_service_writes_it_is_named() -> None:
    small = healthy()
    small.documents["fulfillment", "assets"]["odd"] = {"state": 7, "history": 5}
    small.documents["orders", "orders"]["odder"] = {}
    report = small.report()
    assert found_out(report)[ODD] == 1
    assert report.holds


@pytest.mark.parametrize(
    "document",
    [
        {"_id": 0},
        {"_id": "x", "epoch": "y", "outgoing": b"1nonsense"},
        {"_id": 1, "epoch": 1, "outgoing": b"0\x05"},
        {"_id": 1, "epoch": 1, "offsets": [["orders.requests", 2**70]]},
        {"_id": 1, "epoch": 1, "offsets": 7},
    ],
)
def test_an_odd_checkpoint_is_named(document: dict[str, Any]) -> None:
    small = healthy()
    books = small.books()
    enter_checkpoint(books, "orders", document)
    assert books.one("SELECT count(*) FROM unreadable WHERE place LIKE 'document orders.checkpoints %'") == 1
