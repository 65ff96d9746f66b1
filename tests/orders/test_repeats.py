import pytest

from contracts.messages.orders import OrderSubmitted, RequestRepeated
from services.engine.core.document import replace
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.order import PlacedOrder
from tests.orders.shop import (
    ADA,
    CANAL,
    CHAIR,
    HARBOUR,
    NO_WAITING,
    codes,
    confirm,
    item,
    kinds,
    note,
    open_shop,
    order,
    price,
    raw,
    refusals,
    variant,
    written,
)
from tests.scene import only


def test_the_same_message_again_has_no_effect_and_the_same_outcome() -> None:
    shop = open_shop()
    shop.hears(order(), id="first")
    before = dict(shop.documents)
    again = only(shop.hears(order(), id="first"), RequestRepeated)
    assert (again.subject, again.first_source, again.first_id, again.outcome) == ("o-1", "shop", "first", "OrderPlaced")
    assert shop.documents == before


def test_the_same_order_under_a_new_id_is_a_repeat() -> None:
    shop = open_shop()
    shop.hears(order(), id="first")
    again = only(shop.hears(order(), id="second", source="another shop"), RequestRepeated)
    assert (again.first_id, again.outcome) == ("first", "OrderPlaced")


def test_two_senders_may_both_count_one_two_three() -> None:
    shop = open_shop()
    shop.hears(order(), id="1", source="shop a")
    assert kinds(shop.hears(order(id="o-2"), id="1", source="shop b")) == ["OrderPlaced"]


def test_content_is_compared_normalised_with_its_defaults() -> None:
    shop = open_shop()
    shop.hears(order(item(), customer=ADA.model_copy(update={"email": "ada@example.com"})))
    spelled_out = order(
        item(item_id="1"),
        customer=ADA.model_copy(update={"email": " ADA@example.COM"}),
        shipping_address=CANAL,
        channel="shop",
    )
    assert kinds(shop.hears(spelled_out)) == ["RequestRepeated"]


def test_a_blank_field_of_a_form_is_no_other_content() -> None:
    shop = open_shop()
    shop.hears(order(), id="1")
    filled = raw(order())
    filled["customer"] |= {"phone": "", "company_name": " ", "vat_id": ""}
    filled["billing_address"] |= {"street2": "", "region": " "}
    assert kinds(shop.hears(filled, kind=OrderSubmitted, id="1")) == ["RequestRepeated"]
    assert kinds(shop.hears(filled, kind=OrderSubmitted, id="2")) == ["RequestRepeated"]


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (order(item(quantity=2)), {"items"}),
        (order(item(CHAIR), confirmed=True), {"items", "confirmed"}),
        (order(shipping_address=HARBOUR, test=True), {"shipping_address", "test"}),
        (order(customer=ADA.model_copy(update={"phone": "1"}), notes=(written("Hi"),)), {"customer", "notes"}),
    ],
)
def test_the_same_order_id_with_other_content_is_a_conflict_that_names_the_fields(
    other: OrderSubmitted, fields: set[str]
) -> None:
    shop = open_shop()
    shop.hears(order())
    placed = shop.document(PlacedOrder, "o-1")
    assert refusals(shop.hears(other)) == {("order_conflict", field) for field in fields}
    kept = shop.document(PlacedOrder, "o-1")
    assert replace(kept, heard=placed.heard) == placed


def test_real_and_test_orders_share_the_space_of_ids() -> None:
    shop = open_shop()
    shop.hears(order())
    assert codes(shop.hears(order(test=True))) == ["order_conflict"]


def test_a_conflict_is_a_repeat_only_under_its_own_id() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(order(item(CHAIR)), id="other")
    again = only(shop.hears(order(item(CHAIR)), id="other"), RequestRepeated)
    assert (again.first_id, again.outcome, again.codes) == ("other", "RequestRefused", ("order_conflict",))
    assert codes(shop.hears(order(item(CHAIR)), id="yet another")) == ["order_conflict"]


def test_a_message_id_that_was_used_for_other_content_is_refused() -> None:
    shop = open_shop()
    shop.hears(order(), id="m")
    assert codes(shop.hears(order(item(CHAIR)), id="m")) == ["id_reused"]
    assert codes(shop.hears(confirm(), id="m")) == ["id_reused"]
    assert kinds(shop.hears(order(), id="m")) == ["RequestRepeated"]


def test_a_submission_of_wrong_shape_for_a_placed_order_is_refused_and_remembered() -> None:
    shop = open_shop()
    shop.hears(order())
    data = raw(order(), currency="XXX")
    assert refusals(shop.hears(data, kind=OrderSubmitted, id="wrong")) == {("currency_unknown", "currency")}
    assert kinds(shop.hears(data, kind=OrderSubmitted, id="wrong")) == ["RequestRepeated"]


def test_a_refused_submission_is_recognised_under_its_id_also_once_it_would_succeed() -> None:
    shop = open_shop(NO_WAITING)
    shop.hears(order(item("NEW-THING")), id="early")
    shop.hears(variant("NEW-THING", price(12, 500)))
    again = only(shop.hears(order(item("NEW-THING")), id="early"), RequestRepeated)
    assert (again.outcome, again.codes) == ("RequestRefused", ("variant_unknown",))
    assert kinds(shop.hears(order(item("NEW-THING")), id="later")) == ["OrderPlaced"]
    assert kinds(shop.hears(order(item("NEW-THING")), id="early")) == ["RequestRepeated"]
    assert "awaited_orders" not in {name for name, _ in shop.documents}


def test_a_refused_submissions_id_with_other_content_is_refused() -> None:
    shop = open_shop()
    shop.hears(order(item("NO-SUCH")), id="m")
    assert codes(shop.hears(order(), id="m")) == ["id_reused"]


def test_the_id_of_a_waiting_request_cannot_be_used_for_an_order() -> None:
    shop = open_shop()
    shop.hears(note(), id="m")
    assert codes(shop.hears(order(), id="m")) == ["id_reused"]
    assert len(shop.document(AwaitedOrder, "o-1").parked) == 1


def test_an_order_remembers_its_last_thousand_refusals_and_what_took_effect_for_ever() -> None:
    shop = open_shop()
    shop.hears(order(), id="first")
    for n in range(1001):
        shop.hears(order(item(CHAIR)), id=f"wrong {n}")
    assert len(shop.document(PlacedOrder, "o-1").heard) <= 1101
    assert only(shop.hears(order(), id="first"), RequestRepeated).outcome == "OrderPlaced"
    assert kinds(shop.hears(order(item(CHAIR)), id="wrong 1")) == ["RequestRepeated"]
    assert kinds(shop.hears(order(item(CHAIR)), id="wrong 0")) == ["RequestRefused"]


def test_the_identity_of_a_repeat_is_taken_too_and_told_the_same_again() -> None:
    shop = open_shop()
    shop.hears(order(), id="one")
    for _ in range(2):
        answer = only(shop.hears(order(), id="two"), RequestRepeated)
        assert (answer.first_id, answer.outcome, answer.codes) == ("one", "OrderPlaced", ())
    assert codes(shop.hears(note(), id="two")) == ["id_reused"]
