"""The telling: every type has words of its own, and nothing that is read surprises it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.registry import MESSAGES
from contracts.topics import TOPICS
from services.watch.telling.table import BY_TYPE
from services.watch.telling.tell import tell
from services.watch.telling.told import Fate
from tests.watch.consumed import Consumed, consumed, example
from tests.watch.golden import TOLD, written

PLACED = "leaseline.orders.OrderPlaced.v1"
SUBMITTED = "leaseline.orders.OrderSubmitted.v1"
REFUSED = "leaseline.fulfillment.ItemFulfillmentRefused.v1"
SCANNED = "leaseline.fulfillment.ItemFulfillmentRequested.v1"


def test_every_message_type_has_words_of_its_own() -> None:
    assert set(BY_TYPE) == set(MESSAGES), "add the type to a file of services/watch/telling/words"


def test_every_example_is_told_as_it_was_agreed() -> None:
    assert written() == TOLD.read_text(encoding="utf-8"), "if it is meant: python -m tests.watch.golden"


def test_a_placed_order_is_told_with_what_matters() -> None:
    told = tell(consumed(example(PLACED), "orders.events", partition=5, offset=12))

    assert told.words == "order RETRO-1001 placed: 2 items, 3 units, EUR 62.50 a month"
    assert (told.topic, told.partition, told.offset) == ("orders.events", 5, 12)
    assert told.at == datetime(2024, 5, 14, 9, tzinfo=UTC)
    assert (told.type, told.fate, told.by) == ("OrderPlaced", Fate.SAID, "orders")
    assert told.cause == ("shop.retro-office.example", "cart-77/submit")


def test_a_scan_that_was_refused_names_each_code_once() -> None:
    document = example(REFUSED)
    document["data"]["serials"] = [
        {"serial": f"SN{number}", "code": code, "what_to_do": ""}
        for number, code in enumerate(("serial_in_use", "serial_in_use", "sku_mismatch", "asset_unknown"))
    ]

    told = tell(consumed(document, "fulfillment.events"))

    assert told.codes == ("serial_in_use", "sku_mismatch", "asset_unknown")
    assert "SN0: serial_in_use, SN1: serial_in_use, SN2: sku_mismatch and 1 more" in told.words


def test_no_personal_data_of_any_example_is_in_what_is_told() -> None:
    secret = ("Ada", "Okafor", "555 01", "Fishamble", "Quay Street", "Galway", "back door", "IE4815162N", "Ltd")
    for name, model in MESSAGES.items():
        told = tell(consumed(example(name), model.topic))
        said = json.dumps([told.words, told.subject, told.keys, told.code])
        assert not [each for each in secret if each in said], name


def test_an_actor_by_an_e_mail_address_is_not_told_by_it() -> None:
    document = example("leaseline.orders.OrderConfirmationRequested.v1")
    document["data"]["actor"] = "ada.okafor@crunchy-armchair.example"

    assert tell(consumed(document, "orders.requests")).by == "…@crunchy-armchair.example"


@pytest.mark.parametrize("wrong", ["Ada Okafor", "ada@crunchy.example", "\x1b[2J", "A" * 65])
def test_what_stands_where_an_id_should_is_not_said_again(wrong: str) -> None:
    document = example(SUBMITTED)
    document["data"]["order_id"] = wrong

    told = tell(consumed(document, "orders.requests"))

    assert told.words.startswith("order ? submitted")
    assert told.subject == ""
    assert not [key for key in told.keys if key.startswith("order:")]


def test_a_serial_is_told_as_the_device_is_known_however_it_was_scanned() -> None:
    document = example(SCANNED)
    document["data"]["serials"] = [" arm-0007\t"]

    told = tell(consumed(document, "fulfillment.requests"))

    assert "scan of serial ARM-0007 for" in told.words
    assert "serial:ARM-0007" in told.keys


def dead(value: bytes | None, reason: str) -> Consumed:
    headers: tuple[tuple[str, bytes | None], ...] = (
        ("leaseline-reason", reason.encode()),
        ("leaseline-topic", b"orders.requests"),
        ("leaseline-partition", b"4"),
        ("leaseline-offset", b"812"),
    )
    return Consumed("orders.dead-letters", value, headers)


def test_a_dead_letter_is_told_with_its_reason_its_place_and_whom_it_was_about() -> None:
    told = tell(dead(json.dumps(example(SUBMITTED)).encode(), "cannot_be_stored"))

    assert told.words == "OrderSubmitted of orders.requests/4/812 is a dead letter: cannot be stored"
    assert (told.fate, told.code, told.by) == (Fate.DEAD, "cannot_be_stored", "orders")
    assert "order:RETRO-1001" in told.keys
    assert told.cause == ("shop.retro-office.example", "cart-77/submit")
    assert (told.source, told.id) == ("", "")


def test_a_dead_letter_of_rubbish_is_told_too() -> None:
    told = tell(dead(b"\xff\x00 no JSON", "not_json"))

    assert told.words == "a record of orders.requests/4/812 is a dead letter: not json"
    assert told.code == "not_json"


def test_a_message_in_binary_mode_is_told_as_the_one_in_structured_mode() -> None:
    document = example(PLACED)
    headers = tuple(
        (f"ce_{name}", str(value).encode())
        for name, value in document.items()
        if name not in ("data", "datacontenttype")
    )

    binary = tell(Consumed("orders.events", json.dumps(document["data"]).encode(), headers))

    assert binary == tell(consumed(document, "orders.events"))


def test_a_message_on_a_topic_of_another_is_told_as_what_nobody_believes() -> None:
    told = tell(consumed(example(PLACED), "orders.requests"))

    assert told.fate is Fate.DEAD
    assert told.words.startswith("on a topic where it does not belong: ")


def test_a_request_that_was_forwarded_to_its_lane_is_told_as_that_and_not_as_asked_again() -> None:
    told = tell(consumed(example(SUBMITTED), "orders.internal"))

    assert told.fate is Fate.INTERNAL
    assert told.words.startswith("forwarded to its lane: order RETRO-1001 submitted")


@pytest.mark.parametrize(
    ("topic", "fate"),
    [("orders.requests", Fate.DEAD), ("orders.internal", Fate.DEAD), ("orders.events", Fate.INTERNAL)],
)
def test_a_type_that_nobody_knows_is_told_by_what_its_topic_makes_of_it(topic: str, fate: Fate) -> None:
    told = tell(consumed({"type": "com.example.Thing", "source": "s", "id": "1", "data": {}}, topic))

    assert (told.type, told.fate, told.by) == ("com.example.Thing", fate, "s")


SHAPES: list[Any] = [None, True, 0, -1, 2**70, 1.5, "", "text", [], [None], [[]], {}, {"id": 3}, [{}], {"a": {"b": []}}]


@pytest.mark.parametrize("name", sorted(MESSAGES))
@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_data_of_the_wrong_shape_are_told_by_their_own_words(name: str, shape: Any) -> None:
    document = example(name)
    for field in list(document["data"]):
        told = tell(consumed(document | {"data": document["data"] | {field: shape}}, MESSAGES[name].topic))
        assert told.type == MESSAGES[name].__name__
    assert tell(consumed(document | {"data": shape}, MESSAGES[name].topic)).type == MESSAGES[name].__name__


@given(st.sampled_from([topic.name for topic in TOPICS]), st.binary() | st.none(), st.integers(-(2**63), 2**63 - 1))
def test_no_bytes_are_beyond_telling(topic: str, value: bytes | None, timestamp: int) -> None:
    told = tell(Consumed(topic, value, timestamp=timestamp))

    assert told.words
    assert told.words.isprintable()


def test_nesting_without_an_end_is_told_as_unreadable() -> None:
    assert tell(Consumed("orders.requests", b"[" * 100_000)).words == "a record that cannot be read: not JSON"
    deep = b'{"type":"' + SUBMITTED.encode() + b'","data":' + b'{"order":' * 900 + b"1" + b"}" * 901
    assert tell(Consumed("orders.requests", deep)).fate in (Fate.ASKED, Fate.DEAD)


def test_an_escape_sequence_in_any_text_reaches_no_terminal() -> None:
    document = example(SCANNED)
    document["source"] = "dock\x1b[31m"
    document["id"] = "beep\u202e1"

    told = tell(consumed(document, "fulfillment.requests"))

    assert told.source.isprintable()
    assert told.id.isprintable()
    assert told.by.isprintable()
