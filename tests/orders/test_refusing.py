from datetime import timedelta
from typing import Any

import pytest

from contracts.messages.customers import Customer
from contracts.messages.orders import ItemSubmitted, OrderPlaced, OrderSubmitted, RequestRefused
from contracts.wire.message import Body
from services.orders.documents.order import PlacedOrder
from tests.orders.shop import (
    ACME,
    ADA,
    CHAIR,
    CLOCK,
    NO_WAITING,
    codes,
    group,
    item,
    kinds,
    open_shop,
    order,
    price,
    raw,
    refusals,
    variant,
    written,
)
from tests.scene import NOON, Scene, only


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (order(customer=ADA, term="net_14"), {("term_not_allowed", "term")}),
        (order(customer=ADA, group=group("nl")), {("group_not_allowed", "group")}),
        (
            order(customer=ACME.model_copy(update={"company_name": None})),
            {("company_required", "customer.company_name")},
        ),
        (
            order(customer=Customer(**{**dict(ACME), "company_name": " "})),
            {("company_required", "customer.company_name")},
        ),
        (order(item(), item(item_id="1")), {("item_id_duplicate", "items.1.item_id")}),
        (order(item(item_id="2"), item()), {("item_id_duplicate", "items.1.item_id")}),
        (
            order(item(quoted=900, quoted_in="USD")),
            {("mixed_currency", "items.0.quoted_price.currency")},
        ),
        (order(*[item() for _ in range(201)]), {("order_too_large", "items")}),
        (order(*[item(quantity=500) for _ in range(5)]), {("order_too_large", "items")}),
        (order(notes=tuple(written(str(n)) for n in range(11))), {("too_many_notes", "notes")}),
    ],
    ids=[
        "individual_with_term",
        "individual_with_group",
        "business_without_company",
        "business_with_blank_company",
        "item_id_is_anothers_position",
        "position_is_anothers_item_id",
        "quoted_in_another_currency",
        "201_items",
        "2500_units",
        "11_notes",
    ],
)
def test_a_submission_that_breaks_a_rule_is_refused_with_code_and_field(
    sent: OrderSubmitted, expected: set[tuple[str, str]]
) -> None:
    assert refusals(open_shop().hears(sent)) == expected


def test_an_order_without_items_is_refused() -> None:
    assert refusals(open_shop().hears(raw(order(), items=[]), kind=OrderSubmitted)) == {("field_required", "items")}


def test_200_items_and_2000_units_are_still_an_order() -> None:
    said = open_shop().hears(order(*[item(quantity=10) for _ in range(200)]))
    assert kinds(said) == ["OrderPlaced"]


def test_an_inactive_variant_is_refused_in_new_orders_and_kept_in_placed_ones() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(variant(CLOCK, price(12, 1000), active=False))
    assert refusals(shop.hears(order(id="o-2"))) == {("variant_inactive", "items.0.sku")}
    assert shop.document(PlacedOrder, "o-1").items[0].sku == CLOCK


def test_every_code_is_told_at_once() -> None:
    shop = open_shop()
    shop.hears(variant(CHAIR, active=False))
    sent = order(item("NO-SUCH"), item(CHAIR, quoted=1, quoted_in="USD"), customer=ADA, term="net_7", group=group("x"))
    assert refusals(shop.hears(sent)) == {
        ("term_not_allowed", "term"),
        ("group_not_allowed", "group"),
        ("variant_unknown", "items.0.sku"),
        ("variant_inactive", "items.1.sku"),
        ("mixed_currency", "items.1.quoted_price.currency"),
    }


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"term": "net_45"}, ("term_unknown", "term")),
        ({"currency": "XXX"}, ("currency_unknown", "currency")),
        ({"billing_address": None}, ("field_required", "billing_address")),
        ({"items": [{"sku": CLOCK, "months": 13, "quantity": 1}]}, ("contract_length_invalid", "items.0.months")),
        ({"items": [{"sku": CLOCK, "months": 12, "quantity": 80_995}]}, ("quantity_limit", "items.0.quantity")),
    ],
)
def test_a_wrong_shape_is_refused_at_once_because_waiting_will_not_mend_it(
    wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in refusals(open_shop().hears(raw(order(customer=ACME), **wrong), kind=OrderSubmitted))


def test_items_that_can_be_read_are_checked_against_the_catalog_although_others_cannot() -> None:
    good, unknown, odd = (
        {"sku": CLOCK, "months": 12, "quantity": 1},
        {"sku": "NO-SUCH", "months": 12, "quantity": 1},
        {"sku": CLOCK, "months": 12, "quantity": "many"},
    )
    data = raw(order(customer=ADA), items=[odd, unknown, good], term="net_45", notes=[{}] * 11)
    found = refusals(open_shop().hears(data, kind=OrderSubmitted))
    assert {
        ("wrong_type", "items.0.quantity"),
        ("variant_unknown", "items.1.sku"),
        ("term_unknown", "term"),
        ("term_not_allowed", "term"),
        ("too_many_notes", "notes"),
    } <= found


@pytest.mark.parametrize(
    "broken",
    [
        {"customer": "Ada"},
        {"items": "one clock"},
        {"items": [17]},
        {"notes": "none"},
        {"currency": 978},
    ],
)
def test_data_of_any_shape_is_refused_and_never_breaks_the_reader(broken: dict[str, Any]) -> None:
    assert "wrong_type" in codes(open_shop().hears(raw(order(), **broken), kind=OrderSubmitted))


def test_a_hundred_wrong_items_get_one_answer_of_bounded_size() -> None:
    sent = order(*[item("NO-SUCH", item_id="same", quoted=1, quoted_in="USD") for _ in range(200)])
    assert len(only(open_shop().hears(sent), RequestRefused).refusals) == 200


def test_a_refused_submission_does_not_use_up_its_order_id() -> None:
    shop = open_shop(NO_WAITING)
    shop.hears(order(item("NEW-THING")))
    shop.hears(variant("NEW-THING", price(12, 500)))
    assert only(shop.hears(order(item("NEW-THING"))), OrderPlaced).version == 1


def test_a_refusal_says_what_to_do_and_whose_clock_was_not_believed() -> None:
    said: list[Body] = open_shop(NO_WAITING).hears(order(item("NO-SUCH")), time=NOON + timedelta(days=2), recorded=NOON)
    answer = only(said, RequestRefused)
    assert answer.clock_suspect
    assert answer.subject == "o-1"
    assert answer.refusals[0].what_to_do.startswith("Check the SKU")


def off_sale(shop: Scene) -> Scene:
    shop.hears(variant(CHAIR, active=False), source="catalog")
    return shop


TOO_MANY = [item() for _ in range(201)]


@pytest.mark.parametrize(
    ("items", "place"),
    [
        ([item(CHAIR), *TOO_MANY], 0),
        ([*TOO_MANY, item(CHAIR)], 201),
        ([*TOO_MANY[:150], item(CHAIR), *TOO_MANY], 150),
        ([*[item(quantity=500) for _ in range(4)], item(CHAIR)], 4),
        ([*[item(quantity=1) for _ in range(999)], item(CHAIR)], 999),
    ],
    ids=["first", "behind the 200th", "in the midst", "too many units", "the 1,000th"],
)
def test_an_order_that_is_too_large_hears_of_a_variant_off_sale_too(items: list[ItemSubmitted], place: int) -> None:
    assert refusals(off_sale(open_shop()).hears(order(*items))) == {
        ("order_too_large", "items"),
        ("variant_inactive", f"items.{place}.sku"),
    }


def test_behind_the_thousandth_item_nobody_asks_the_catalog() -> None:
    found = refusals(off_sale(open_shop()).hears(order(*[item(quantity=1) for _ in range(1000)], item(CHAIR))))
    assert found == {("order_too_large", "items")}


def test_an_unknown_sku_in_an_order_that_is_too_large_does_not_wait() -> None:
    assert refusals(open_shop().hears(order(*TOO_MANY, item("NO-SUCH")))) == {
        ("order_too_large", "items"),
        ("variant_unknown", "items.201.sku"),
    }


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"quantity": 80_995}, ("quantity_limit", "items.0.quantity")),
        ({"quantity": "2"}, ("wrong_type", "items.0.quantity")),
        ({"months": 13}, ("contract_length_invalid", "items.0.months")),
        ({"quoted_price": {"amount": 0, "currency": "EUR"}}, ("price_invalid", "items.0.quoted_price.amount")),
    ],
)
def test_of_an_item_that_is_wrong_elsewhere_the_variant_is_judged_all_the_same(
    wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    line = {"sku": CHAIR, "months": 12, "quantity": 1, **wrong}
    found = refusals(off_sale(open_shop()).hears(raw(order(), items=[line]), kind=OrderSubmitted))
    assert found == {expected, ("variant_inactive", "items.0.sku")}


def test_an_order_that_is_too_large_and_wrong_elsewhere_hears_of_everything() -> None:
    lines = [{"sku": CHAIR, "months": 12, "quantity": 1}] * 201
    data = raw(order(customer=ADA, term="net_7"), items=lines, currency="XXX")
    found = {code for code, _ in refusals(off_sale(open_shop()).hears(data, kind=OrderSubmitted))}
    assert found == {"order_too_large", "variant_inactive", "currency_unknown", "term_not_allowed"}


def test_of_more_reasons_than_one_answer_holds_each_code_is_told() -> None:
    lines = [{"sku": CHAIR, "months": 13, "quantity": 0, "item_id": "a"}] * 300
    data = raw(order(customer=ADA, term="net_7"), items=lines, channel="fax")
    answer = only(off_sale(open_shop()).hears(data, kind=OrderSubmitted), RequestRefused)
    assert len(answer.refusals) == 200
    assert {each.code.value for each in answer.refusals} == {
        "contract_length_invalid",
        "item_id_duplicate",
        "order_too_large",
        "quantity_limit",
        "term_not_allowed",
        "value_invalid",
        "variant_inactive",
    }


@pytest.mark.parametrize("items", [[], None], ids=["empty", "missing"])
@pytest.mark.parametrize(
    ("more", "others"),
    [
        ({}, set()),
        ({"currency": "XXX", "term": "net_7"}, {("currency_unknown", "currency"), ("term_not_allowed", "term")}),
    ],
    ids=["else right", "else wrong"],
)
def test_an_order_without_any_item_lacks_its_items(
    items: list[Any] | None, more: dict[str, Any], others: set[tuple[str, str]]
) -> None:
    data = raw(order(customer=ADA), items=items, **more)
    assert refusals(open_shop().hears(data, kind=OrderSubmitted)) == {("field_required", "items")} | others
