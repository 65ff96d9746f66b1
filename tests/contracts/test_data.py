"""What is wrong in an event's data: every code with its field at once; what is unknown is ignored and counted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.clock import ClockTicked
from contracts.messages.orders import NoteSubmitted
from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.problems import AMOUNT
from tests.contracts.wire import ORDER, address, binary, codes, event, note, order, structured, understood

TICK = ClockTicked.type_name()


def test_an_integer_of_2_to_the_70_is_refused_where_a_number_belongs_and_ignored_where_nothing_does() -> None:
    items = [{"sku": "RETRO-CLOCK", "months": 2**70, "quantity": 2**70}]

    assert codes(order(items=items), ORDER) == {
        ("items.0.months", "contract_length_invalid"),
        ("items.0.quantity", "quantity_limit"),
    }
    assert codes(order(order_id=2**70), ORDER) == {("order_id", "wrong_type")}
    assert understood(structured(event(note(later=2**70)))).unknown == 1


@pytest.mark.parametrize("lane", [2**63, 2**70, -(2**63) - 1])
def test_an_integer_beyond_64_bits_is_refused_in_what_we_say_too(lane: int) -> None:
    assert codes({"lane": lane, "as_of": "2024-05-14T13:00:00Z"}, TICK) == {("lane", "value_invalid")}


@pytest.mark.parametrize("name", MESSAGES)
def test_no_number_of_any_message_may_be_more_than_the_store_can_hold(name: str) -> None:
    def enlarged(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: enlarged(v) for k, v in value.items()}
        if isinstance(value, list):
            return [enlarged(v) for v in value]
        return 2**70 if type(value) is int else value

    example = example_of(name)
    larger = enlarged(example)

    found = understood(structured(larger))

    assert (found.body is None) == (larger != example)


def test_a_number_of_thousands_of_digits_costs_one_short_refusal() -> None:
    value = structured(event(order(), ORDER)).replace(b'"quantity": 1', b'"quantity": ' + b"9" * 4000)

    (refusal,) = understood(value).refusals

    assert (refusal.field, refusal.code) == ("items.0.quantity", "quantity_limit")
    assert len(refusal.detail) <= 200


def test_unknown_fields_are_ignored_and_counted_at_every_depth() -> None:
    plain = event(order(), ORDER)
    newer = event(
        order(
            colour="red",
            billing_address=address(floor=2, wing={"name": "north"}),
            items=[{"sku": "RETRO-CLOCK", "months": 12, "quantity": 1, "engraving": "Ada", "wrap": True}],
        ),
        ORDER,
    )

    found = understood(structured(newer))

    assert found.unknown == 5
    assert found.body == understood(structured(plain)).body
    assert understood(*binary(newer)).unknown == 5


def test_a_refused_order_names_every_code_with_its_field_at_once() -> None:
    wrong = order(
        order_id="RETRO 1001",
        customer={"email": "ada", "first_name": " ", "last_name": "Okafor", "type": "robot", "phone": "9" * 41},
        billing_address=address(country="UK", street=None, city="x" * 201),
        shipping_address=address(postal_code=None, country="GB"),
        items=[
            {"sku": "", "months": 7, "quantity": 501},
            {"months": "12", "quantity": 0, "quoted_price": {"amount": 0, "currency": "BTC"}},
            "one clock please",
        ],
        term="net_45",
        channel="fax",
        test="no",
    )
    del wrong["currency"]

    assert codes(wrong, ORDER) == {
        ("order_id", "id_invalid"),
        ("customer.email", "email_invalid"),
        ("customer.type", "value_invalid"),
        ("customer.phone", "phone_invalid"),
        ("billing_address.country", "country_unknown"),
        ("billing_address.street", "field_required"),
        ("billing_address.city", "text_too_long"),
        ("shipping_address.postal_code", "postal_code_invalid"),
        ("items.0.sku", "id_invalid"),
        ("items.0.months", "contract_length_invalid"),
        ("items.0.quantity", "quantity_limit"),
        ("items.1.sku", "field_required"),
        ("items.1.months", "wrong_type"),
        ("items.1.quantity", "quantity_limit"),
        ("items.1.quoted_price.amount", "price_invalid"),
        ("items.1.quoted_price.currency", "currency_unknown"),
        ("items.2", "wrong_type"),
        ("term", "term_unknown"),
        ("channel", "value_invalid"),
        ("test", "wrong_type"),
        ("currency", "field_required"),
    }


def test_a_refused_event_still_tells_whom_it_is_about() -> None:
    found = understood(structured(event(note(text=""))))

    assert found.body is None
    assert found.data is not None
    assert found.model.subjects_of(found.data) == ("RETRO-1001",)


@pytest.mark.parametrize("id_", ["", "a b", "x" * 65, 7, None, True, ["RETRO-1001"], "RETRO-1001\x00"])
def test_an_event_without_a_valid_id_of_whom_it_is_about_has_no_subject(id_: Any) -> None:
    assert NoteSubmitted.subjects_of({"order_id": id_}) == ()
    assert NoteSubmitted.subjects_of({"order_id": id_, "customer_id": "ada"}) == ("customer:ada",)


@pytest.mark.parametrize(("lane", "subjects"), [(7, ("lane:7",)), (True, ()), ("7", ("lane:7",)), ("a b", ())])
def test_a_lane_is_a_subject_by_its_number(lane: Any, subjects: tuple[str, ...]) -> None:
    assert ClockTicked.subjects_of({"lane": lane}) == subjects


def test_refusals_are_bounded_however_much_is_wrong() -> None:
    found = understood(structured(event(order(items=[{}] * 5000), ORDER)))

    assert len(found.refusals) == 200


def test_in_binary_mode_the_fields_are_named_as_in_structured_mode() -> None:
    wrong = event(note(text="", author=7))

    assert understood(*binary(wrong)).refusals == understood(structured(wrong)).refusals


@pytest.mark.parametrize("as_of", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "2024-05-14T13:00:00"])
def test_an_instant_in_data_that_is_no_time_in_utc_is_refused(as_of: str) -> None:
    assert codes({"lane": 7, "as_of": as_of}, TICK) == {("as_of", "value_invalid")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(name=st.sampled_from(sorted(MESSAGES)), field=st.integers(0, 30), found=json_values)
def test_any_value_in_any_field_of_any_message_is_read_or_refused_and_never_raises(
    name: str, field: int, found: Any
) -> None:
    data = dict(example_of(name)["data"])
    data[list(data)[field % len(data)]] = found

    result = understood(structured(event(data, name)))

    assert (result.body is None) == bool(result.refusals)


@pytest.mark.parametrize(
    ("quoted", "field", "detail"),
    [
        (900, "items.0.quoted_price", "an object is expected, with amount and currency"),
        ("9.00", "items.0.quoted_price", "an object is expected, with amount and currency"),
        ({"amount": "900", "currency": "EUR"}, "items.0.quoted_price.amount", AMOUNT),
        ({"amount": 9.5, "currency": "EUR"}, "items.0.quoted_price.amount", AMOUNT),
    ],
)
def test_a_price_of_another_shape_is_told_how_a_price_is_written(quoted: Any, field: str, detail: str) -> None:
    item = {"sku": "CLOCK", "months": 12, "quantity": 1, "quoted_price": quoted}
    (refused,) = understood(structured(event(order(items=[item]), ORDER))).refusals
    assert (refused.field, refused.code, refused.detail) == (field, "wrong_type", detail)
