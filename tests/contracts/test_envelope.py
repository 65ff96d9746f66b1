"""Reading one record: an event whose data may be wrong, or nothing that makes sense. Never an exception."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.orders import NoteSubmitted, OrderPlaced
from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.envelope import Opened, Senseless, opened
from tests.contracts.wire import NOTE, ORDER, Headers, binary, event, note, read, senseless, structured, understood

NINE = datetime(2024, 5, 14, 9, 0, tzinfo=UTC)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def test_an_event_in_structured_mode_is_read() -> None:
    found = understood(structured(event(note())))

    assert found.body == NoteSubmitted(order_id="RETRO-1001", text="Ring twice.", author="Ada Okafor")
    assert (found.source, found.id, found.time) == ("shop.retro-office.example", "cart-77", NINE)
    assert (found.refusals, found.unknown) == ((), 0)


def test_an_event_in_binary_mode_is_the_same_message() -> None:
    assert understood(*binary(event(note()))) == understood(structured(event(note())))


def test_a_whole_event_stays_one_although_a_forwarder_left_attributes_in_its_headers() -> None:
    stray: Headers = (("ce_type", b"something.else"), ("content-type", b"application/cloudevents+json; charset=UTF-8"))

    assert understood(structured(event(note())), stray) == understood(structured(event(note())))


def test_headers_of_others_are_no_concern_of_ours_whatever_is_in_them() -> None:
    stray: Headers = (
        ("traceparent", b"\xff\xfe"),
        ("reply_to", b"billing.internal"),
        ("nothing", None),
        ("ce_type", None),
    )

    assert understood(structured(event(note())), stray).body is not None


def test_extension_attributes_are_read_past() -> None:
    found = understood(structured(event(note(), shoplocale="en-IE", traceparent="00-1-2-01", subject="another")))

    assert found.body is not None
    assert found.body.subjects() == ("RETRO-1001",)


def test_a_record_without_a_value_is_senseless() -> None:
    assert senseless(None) == "null_value"


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"not json", b"\xff\xfe\x00", b"{'single': 'quotes'}", b'{"a": 1,}', b"\xef\xbb\xbf{}", b'{"a": NaN}'],
)
def test_what_is_not_json_is_senseless(value: bytes) -> None:
    assert senseless(value) == "not_json"


@pytest.mark.parametrize("value", [b"null", b"1", b'"text"', b"[]", b"[{}]", b"{}", b'{"type": 1}'])
def test_json_that_is_no_event_is_senseless(value: bytes) -> None:
    assert senseless(value) == "not_an_envelope"


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type"])
@pytest.mark.parametrize("found", [None, "", "x" * 257, 7, ["a"], {"a": "b"}])
def test_an_event_without_one_of_its_attributes_is_senseless(attribute: str, found: Any) -> None:
    assert senseless(structured(event(note(), **{attribute: found}))) == "not_an_envelope"


@pytest.mark.parametrize("version", ["0.3", "1", "1.", "1.0beta", "2.0", "11.0", "1.x"])
def test_another_version_of_cloudevents_is_senseless_in_either_mode(version: str) -> None:
    assert senseless(structured(event(note(), specversion=version))) == "not_an_envelope"
    assert senseless(*binary(event(note(), specversion=version))) == "not_an_envelope"


@pytest.mark.parametrize("data", [None, 1, True, "text", '"text"', "[]", [], [note()]])
def test_a_request_whose_data_is_no_object_is_refused_for_it_and_no_dead_letter(data: Any) -> None:
    found = understood(structured(event(data)))

    code = "field_required" if data is None else "wrong_type"
    assert [(r.field, r.code.value) for r in found.refusals] == [("data", code)]
    assert (found.body, found.data, found.source, found.id) == (None, None, "shop.retro-office.example", "cart-77")


@pytest.mark.parametrize("value", [b"null", b"[]", b"7", b"", None, b"{", b"\xff", b'{"order_id": NaN}'])
def test_the_same_holds_in_binary_mode_whatever_the_value(value: bytes | None) -> None:
    found = understood(value, binary(event(note()))[1])

    code = "wrong_type" if value else "field_required"
    assert [(r.field, r.code.value) for r in found.refusals] == [("data", code)]


def test_what_is_no_request_and_has_no_data_is_senseless() -> None:
    placed = OrderPlaced.type_name()

    assert senseless(structured(event(None, placed))) == "not_an_envelope"
    assert senseless(b"{", binary(event({}, placed))[1]) == "not_json"


def test_a_type_that_nobody_knows_is_senseless_and_named_so_that_events_can_be_passed_over() -> None:
    unknown = event(note(), "leaseline.orders.OrderSung.v1")

    for value, headers in ((structured(unknown), ()), binary(unknown)):
        assert read(value, headers) == Senseless("unknown_type", "leaseline.orders.OrderSung.v1")


def test_a_type_is_unknown_to_a_reader_that_was_not_told_of_it() -> None:
    found = opened(structured(event(note())), (), {ORDER: MESSAGES[ORDER]})

    assert found == Senseless("unknown_type", NOTE)


def test_the_type_is_that_of_the_event_even_if_the_data_name_another_one_first() -> None:
    value = b'{"data": {"type": "%s"}, ' % ORDER.encode() + structured(event(note()))[1:]

    assert understood(value).model is NoteSubmitted


def test_of_two_attributes_of_one_name_the_last_counts() -> None:
    value = structured(event(note()))[:-1] + b', "type": "%s"}' % ORDER.encode()

    assert understood(value).model is MESSAGES[ORDER]


@pytest.mark.parametrize("levels", [100, 150, 250, 20_000])
def test_what_is_nested_too_deeply_is_refused_where_the_envelope_can_be_read_and_senseless_where_not(
    levels: int,
) -> None:
    deep = b'{"a":' * levels + b"1" + b"}" * levels
    data = structured(note())[:-1] + b', "later": ' + deep + b"}"
    whole = structured(event({}))[:-3] + data + b"}"
    refused = [("data", "value_invalid")]

    assert [(r.field, r.code.value) for r in understood(data, binary(event(note()))[1]).refusals] == refused
    if levels < 200:
        assert [(r.field, r.code.value) for r in understood(whole).refusals] == refused
    else:
        assert senseless(whole) == "too_deep"


def test_what_is_nested_deeply_but_not_too_deeply_is_read() -> None:
    assert understood(structured(event(note(later=nested(90))))).unknown == 1


@pytest.mark.parametrize(
    "value",
    [
        event(note(text="\ud800")),
        event(note(later="\udfff")),
        event(note(), id="\ud83d"),
        event(note(), subject="\udead"),
    ],
)
def test_half_a_surrogate_pair_is_senseless_wherever_it_stands(value: dict[str, Any]) -> None:
    assert senseless(structured(value)) == "not_json"


def test_half_a_surrogate_pair_in_data_is_refused_in_binary_mode_where_the_envelope_is_apart() -> None:
    found = understood(structured(note(text="\ud800")), binary(event(note()))[1])

    assert [(r.field, r.code.value) for r in found.refusals] == [("data", "wrong_type")]


@pytest.mark.parametrize("name", ["ce_type", "ce_id", "ce_source", "ce_specversion", "ce_shoplocale"])
def test_an_attribute_in_a_header_that_is_not_utf_8_is_senseless(name: str) -> None:
    value, headers = binary(event(note()))
    spoiled = (*(h for h in headers if h[0] != name), (name, b"\xff\xfe"))

    assert senseless(value, spoiled) == "not_an_envelope"


@pytest.mark.parametrize("name", ["id", "source", "specversion"])
def test_an_event_in_binary_mode_without_one_of_its_attributes_is_senseless(name: str) -> None:
    value, headers = binary(event(note()))

    assert senseless(value, tuple(h for h in headers if h[0] != f"ce_{name}")) == "not_an_envelope"
    assert senseless(value, tuple((n, None if n == f"ce_{name}" else c) for n, c in headers)) == "not_an_envelope"


@pytest.mark.parametrize(
    "time",
    ["yesterday", " ", "2024-05-14", "2024-05-14T09:00:00", "2024-02-30T09:00:00Z", "0001-01-01T00:00:00+23:00",
     "9999-12-31T23:59:59-23:00", "2" * 300, 1715677200, {"at": "noon"}, ["2024-05-14T09:00:00Z"]],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_as_good_as_none_but_wrong(time: Any) -> None:
    found = understood(structured(event(note(), time=time)))

    assert (found.time, found.time_wrong) == (None, True)
    assert found.body is not None


def test_an_event_without_a_time_is_read_and_nothing_is_wrong_with_it() -> None:
    null = structured(event(note(), time=None))[:-1] + b', "time": null}'

    for value in (structured(event(note(), time=None)), null, structured(event(note(), time=""))):
        found = understood(value)
        assert (found.time, found.time_wrong) == (None, False)


@pytest.mark.parametrize(
    ("time", "read_as"),
    [
        ("2024-05-14T11:00:00+02:00", NINE),
        ("2024-05-14T09:00:00.1239999Z", NINE.replace(microsecond=123_000)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_utc_in_whole_milliseconds(time: str, read_as: datetime) -> None:
    assert understood(structured(event(note(), time=time))).time == read_as


headers_of_any_kind = st.lists(
    st.tuples(st.sampled_from(["ce_type", "ce_id", "ce_source", "ce_specversion", "content-type", "x"]),
              st.none() | st.binary(max_size=9) | st.sampled_from([b"1.0", NOTE.encode(), b"application/json"])),
    max_size=7,
)  # fmt: skip


@given(value=st.none() | st.binary(max_size=200), headers=headers_of_any_kind)
def test_no_record_whatsoever_raises(value: bytes | None, headers: list[tuple[str, bytes | None]]) -> None:
    assert isinstance(read(value, tuple(headers)), Opened | Senseless)


def test_a_fact_is_read_although_its_country_is_no_longer_on_the_list() -> None:
    said = deepcopy(dict(example_of(OrderPlaced.type_name())))
    said["data"]["order"]["billing_address"]["country"] = "SU"
    found = opened(structured(said), (), MESSAGES)

    assert isinstance(found, Opened)
    assert isinstance(found.body, OrderPlaced)
    assert found.body.order.billing_address.country == "SU"
