"""What senders write though it is not to the letter: read where it is meant, named where it is not known."""

import json
from base64 import b64encode
from typing import Any

import pytest

from contracts.messages.orders import OrderSubmitted
from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.envelope import Senseless
from contracts.wire.message import Kind
from tests.contracts.wire import ORDER, address, codes, event, note, order, read, senseless, structured, understood

REQUESTS = sorted(name for name, model in MESSAGES.items() if model.kind is Kind.REQUEST)


def base64(data: Any) -> str:
    return b64encode(json.dumps(data).encode()).decode()


def with_base64(encoded: Any, **attributes: Any) -> bytes:
    return structured({**event(None), "data_base64": encoded, **attributes})


@pytest.mark.parametrize("name", REQUESTS)
def test_data_as_bytes_and_data_as_text_are_the_same_data(name: str) -> None:
    whole = dict(example_of(name))
    data = whole.pop("data")
    plain = understood(structured({**whole, "data": data}))

    assert understood(structured({**whole, "data": json.dumps(data)})) == plain
    assert understood(structured({**whole, "data_base64": base64(data)})) == plain
    assert plain.body is not None


@pytest.mark.parametrize(
    "kind", [None, "application/json", "text/json", "application/json; charset=utf-8", "APPLICATION/VND.SHOP+JSON"]
)
def test_bytes_of_a_json_content_type_are_read(kind: str | None) -> None:
    attributes = {} if kind is None else {"datacontenttype": kind}

    assert understood(with_base64(base64(note()), **attributes)).body is not None


@pytest.mark.parametrize(
    "value",
    [
        with_base64(base64(note()), datacontenttype="application/xml"),
        with_base64(base64(note()), datacontenttype=7),
        with_base64("no base64!"),
        with_base64("\u00e9"),
        with_base64(7),
        with_base64(b64encode(b"no JSON").decode()),
        with_base64(base64([1])),
        with_base64(base64(note()), data=note()),
        structured(event("no JSON")),
        structured(event(json.dumps("[]"))),
    ],
)
def test_what_cannot_be_read_as_data_is_refused_with_an_answer(value: bytes) -> None:
    found = understood(value)

    (refusal,) = found.refusals
    assert refusal.field == "data"
    assert refusal.detail


def test_null_for_an_optional_field_that_has_a_default_counts_as_absent() -> None:
    nulls: dict[str, Any] = dict.fromkeys(("channel", "test", "confirmed", "notes", "group", "term"))
    found = understood(structured(event({**order(), **nulls, "billing_address": address(country="IE")}, ORDER)))

    assert found.refusals == ()
    assert found.body == understood(structured(event(order(billing_address=address(country="IE")), ORDER))).body
    assert codes({**order(), "currency": None}, ORDER) == {("currency", "wrong_type")}


def test_a_whole_number_written_as_a_float_is_that_number() -> None:
    items = [
        {"sku": "RETRO-CLOCK", "months": 12.0, "quantity": 2.0, "quoted_price": {"amount": 1e3, "currency": "EUR"}}
    ]
    found = understood(structured(event(order(items=items), ORDER)))

    assert isinstance(found.body, OrderSubmitted)
    (item,) = found.body.items
    assert (item.months, item.quantity, item.quoted_price and item.quoted_price.amount) == (12, 2, 1000)
    assert isinstance(item.quantity, int)


@pytest.mark.parametrize("quantity", [2.5, 1e300, -0.5, "2", True, 2**53 * 2.0])
def test_what_is_no_whole_number_is_refused(quantity: Any) -> None:
    items = [{"sku": "RETRO-CLOCK", "months": 12, "quantity": quantity}]

    assert codes(order(items=items), ORDER) == {("items.0.quantity", "wrong_type")}


def test_ignored_fields_are_named_by_their_paths_also_where_something_is_refused() -> None:
    wrong = order(
        shipping_adress=address(),
        billing_address=address(floor=2),
        items=[{"sku": "RETRO-CLOCK", "months": 12, "quantity": 1, "wrap": True}, {"sku": "X", "engraving": "Ada"}],
    )
    found = understood(structured(event(wrong, ORDER)))

    assert found.ignored == (
        "billing_address.floor", "items.0.wrap", "items.1.engraving", "shipping_adress",
    )  # fmt: skip
    assert found.body is None
    assert understood(structured(event(order(comfirmed=True), ORDER))).ignored == ("comfirmed",)


def test_at_most_twenty_ignored_fields_are_named_and_none_at_any_length() -> None:
    many = {f"field_{number:03}" + "x" * 500: number for number in range(300)}
    found = understood(structured(event(order(**many), ORDER)))

    assert (len(found.ignored), found.unknown) == (20, 300)
    assert max(map(len, found.ignored)) <= 64


@pytest.mark.parametrize(
    ("given", "missing"), [("customr", "customer"), ("Currency", "currency"), ("billingAddress", "billing_address"),
                           ("order-id", "order_id"), ("item", "items")]
)  # fmt: skip
def test_a_field_that_is_missing_names_the_one_that_looks_like_it(given: str, missing: str) -> None:
    data = order()
    data[given] = data.pop(missing)
    found = understood(structured(event(data, ORDER)))

    (refusal,) = found.refusals
    assert (refusal.field, refusal.code.value) == (missing, "field_required")
    assert given in refusal.detail


def test_a_field_that_is_missing_inside_names_its_neighbour_there() -> None:
    items = [{"sku": "RETRO-CLOCK", "month": 12, "quantity": 1}, {"skuu": "A", "months": 12, "quantity": 1}]
    found = understood(structured(event(order(items=items, months=12), ORDER)))

    assert {(r.field, r.detail.split(" is given")[0].split("; ")[-1]) for r in found.refusals} == {
        ("items.0.months", "items.0.month"), ("items.1.sku", "items.1.skuu"),
    }  # fmt: skip


def test_a_known_field_is_never_taken_for_a_slip_of_another() -> None:
    data = order(shipping_address=address())
    del data["billing_address"]
    found = understood(structured(event(data, ORDER)))

    assert [(r.field, "shipping" in r.detail) for r in found.refusals] == [("billing_address", False)]


def test_every_line_of_a_file_sent_line_by_line_is_told_so() -> None:
    whole = json.dumps(example_of(ORDER), indent=2)
    told = [_hinted(line.encode()) for line in whole.splitlines()]

    assert all(told), [line for line, hint in zip(whole.splitlines(), told, strict=True) if not hint]


def test_a_list_of_texts_sent_line_by_line_is_told_so() -> None:
    whole = json.dumps({"serials": ["S-1", "S-2"], "numbers": [1, 2.5], "nested": [{"a": None}]}, indent=4)

    assert all(_hinted(line.encode()) for line in whole.splitlines())


@pytest.mark.parametrize("value", [b"an order, please", b"<order id='1'/>", b"", b"\xff", b'{"specversion": "1.0", ',
                                   b'{\n"specversion":\n'])  # fmt: skip
def test_what_is_no_line_of_a_file_is_not_called_one(value: bytes) -> None:
    assert not _hinted(value)


def _hinted(value: bytes) -> bool:

    found = read(value)
    assert isinstance(found, Senseless)
    return "looks like one line of a file" in found.detail


def test_what_is_no_request_is_read_as_loosely_and_never_names_what_it_ignores() -> None:
    name = "leaseline.orders.OrderPlaced.v1"
    placed = json.loads(json.dumps(example_of(name)))
    placed["data"]["newer"] = 1
    found = understood(structured(placed))

    assert (found.unknown, found.ignored) == (1, ())
    assert senseless(structured({**placed, "data": None})) == "not_an_envelope"
