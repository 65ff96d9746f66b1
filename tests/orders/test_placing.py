from datetime import timedelta

import pytest

from contracts.messages.changes import ContactChange, OrderAmended
from contracts.messages.customers import Customer
from contracts.messages.orders import CustomerGroupChangeRequested, NoteAdded, OrderPlaced
from contracts.values.money import MAX_PRICE
from services.orders.documents.customer import KnownCustomer, id_from_email
from services.orders.documents.findable import Findable, StatusTally
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.settings import Settings
from tests.orders.clerks import amend
from tests.orders.shop import (
    ACME,
    ADA,
    CANAL,
    CHAIR,
    CLOCK,
    HARBOUR,
    POSTER,
    as_said,
    group,
    item,
    kinds,
    open_shop,
    order,
    price,
    variant,
    written,
)
from tests.scene import NOON, only


def test_an_order_is_priced_by_the_catalog_and_keeps_a_snapshot_of_it() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(item(CLOCK, 3), item(CHAIR, 2))), OrderPlaced)
    assert placed.version == 1
    clock, chair = placed.order.items
    assert (clock.unit_price, clock.product_name, clock.variant_name, clock.catalog_version) == (
        1000,
        "Retro-Clock",
        "Red",
        1,
    )
    assert (clock.item_id, chair.item_id) == ("1", "2")
    assert clock.status == "pending"
    assert placed.order.monthly_total == 3 * 1000 + 2 * 2500
    assert placed.order.contract_value == 12 * (3 * 1000 + 2 * 2500)
    assert placed.order.original_monthly_total == placed.order.monthly_total
    assert placed.order.original_contract_value == placed.order.contract_value


def test_a_later_catalog_change_does_not_touch_a_placed_order() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(variant(CLOCK, price(12, 7777), product_name="Another clock"))
    kept = shop.document(PlacedOrder, "o-1").items[0]
    assert (kept.unit_price, kept.product_name, kept.catalog_version) == (1000, "Retro-Clock", 1)


def test_the_same_sku_in_two_items_of_different_length_has_two_prices() -> None:
    placed = only(open_shop().hears(order(item(CLOCK, months=12), item(CLOCK, months=24))), OrderPlaced)
    assert [i.unit_price for i in placed.order.items] == [1000, 900]
    assert placed.order.contract_value == 12 * 1000 + 24 * 900


def test_a_free_variant_is_priced_zero_and_needs_no_price() -> None:
    placed = only(open_shop().hears(order(item(POSTER, 5), item(CLOCK))), OrderPlaced)
    poster = placed.order.items[0]
    assert poster.free
    assert poster.unit_price == 0
    assert not placed.order.holds
    assert placed.order.monthly_total == 1000


def test_zero_decimal_currencies_are_counted_in_whole_units() -> None:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(12, 150_000, "JPY")))
    placed = only(shop.hears(order(item(CLOCK, 2), currency="JPY")), OrderPlaced)
    assert (placed.order.currency, placed.order.monthly_total) == ("JPY", 300_000)


def test_the_largest_order_still_counts_in_64_bits() -> None:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(36, MAX_PRICE)))
    placed = only(shop.hears(order(*[item(CLOCK, 500, 36) for _ in range(4)])), OrderPlaced)
    assert placed.order.contract_value == 2000 * 36 * MAX_PRICE
    assert placed.order.contract_value < 2**63


def test_an_individual_pays_at_once_and_by_themselves() -> None:
    placed = only(open_shop().hears(order(customer=ADA)), OrderPlaced).order
    assert (placed.term, placed.payer, placed.group, placed.group_source) == ("at_once", "customer:ada", None, None)


def test_a_default_group_of_the_customer_does_not_apply_to_an_individual() -> None:
    shop = open_shop()
    shop.hears(CustomerGroupChangeRequested(customer_id="ada", group=group("nl"), actor="Grace"))
    assert only(shop.hears(order(customer=ADA)), OrderPlaced).order.payer == "customer:ada"


def test_a_business_without_a_group_pays_by_itself_by_the_term_of_the_order_if_any() -> None:
    shop = open_shop()
    with_term = only(shop.hears(order(customer=ACME, term="net_30")), OrderPlaced).order
    without = only(shop.hears(order(customer=ACME, id="o-2")), OrderPlaced).order
    assert (with_term.term, with_term.payer) == ("net_30", "customer:acme")
    assert without.term is None


def test_the_orders_own_group_comes_before_the_customers_default_and_the_order_says_which() -> None:
    shop = open_shop()
    shop.hears(CustomerGroupChangeRequested(customer_id="acme", group=group("nl"), actor="Grace"))
    by_default = only(shop.hears(order(customer=ACME)), OrderPlaced).order
    own = only(shop.hears(order(customer=ACME, group=group("be"), id="o-2")), OrderPlaced).order
    assert (by_default.payer, by_default.group_source) == ("group:nl", "customer")
    assert by_default.group == group("nl")
    assert (own.payer, own.group_source) == ("group:be", "order")


def test_a_new_default_group_counts_for_orders_placed_from_then_on() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    shop.hears(CustomerGroupChangeRequested(customer_id="acme", group=group("nl"), actor="Grace"))
    assert shop.document(PlacedOrder, "o-1").payer == "customer:acme"
    shop.hears(CustomerGroupChangeRequested(customer_id="acme", actor="Grace"))
    assert only(shop.hears(order(customer=ACME, id="o-2")), OrderPlaced).order.payer == "customer:acme"


def test_a_customer_without_an_id_gets_one_that_follows_from_the_normalised_email() -> None:
    shop = open_shop()
    nameless = ADA.model_copy(update={"id": None, "email": "  Bob@EXAMPLE.com"})
    placed = only(shop.hears(order(customer=nameless)), OrderPlaced).order
    assert placed.customer.id == id_from_email("bob@example.com")
    assert placed.customer.email == "  Bob@EXAMPLE.com"
    assert "bob" not in placed.customer.id.lower()


def test_addresses_channel_and_test_mark_are_kept_as_given() -> None:
    sent = order(shipping_address=HARBOUR, channel="phone", test=True)
    placed = only(open_shop().hears(sent), OrderPlaced).order
    assert (placed.billing_address, placed.shipping_address) == (as_said(CANAL), as_said(HARBOUR))
    assert (placed.channel, placed.test) == ("phone", True)


def test_an_order_is_pending_unless_it_was_reviewed_before_it_was_sent() -> None:
    shop = open_shop()
    pending = only(shop.hears(order()), OrderPlaced).order
    confirmed = only(shop.hears(order(id="o-2", confirmed=True)), OrderPlaced).order
    assert (pending.status, pending.confirmed_at) == ("pending", None)
    assert (confirmed.status, confirmed.confirmed_at) == ("confirmed", NOON)


@pytest.mark.parametrize("required", [False, True])
def test_the_placed_order_says_whether_scans_wait_for_its_confirmation(required: bool) -> None:
    shop = open_shop(Settings(confirmation_required=required))
    assert only(shop.hears(order()), OrderPlaced).order.confirmation_required is required


def test_the_notes_of_a_submission_are_told_one_by_one_after_the_order() -> None:
    said = open_shop().hears(order(notes=(written("Second floor"), written("Ring twice"))))
    assert kinds(said) == ["OrderPlaced", "NoteAdded", "NoteAdded"]
    notes = [body for body in said if isinstance(body, NoteAdded)]
    assert [(n.number, n.text, n.version, n.written_at) for n in notes] == [
        (1, "Second floor", 2, NOON),
        (2, "Ring twice", 3, NOON),
    ]


def test_a_missing_time_makes_the_records_count_and_is_no_reason_to_suspect_a_clock() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(), time=None, recorded=NOON), OrderPlaced).order
    assert (placed.placed_at, placed.flags) == (NOON, ())


def test_a_time_far_ahead_makes_the_records_count_and_marks_the_clock() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(), time=NOON + timedelta(days=2), recorded=NOON), OrderPlaced).order
    assert (placed.placed_at, placed.flags) == (NOON, ("clock_suspect",))


def test_a_customer_known_by_id_with_another_type_is_flagged_and_still_placed() -> None:
    shop = open_shop()
    shop.hears(order(customer=ADA))
    firm = ADA.model_copy(update={"type": "business", "company_name": "Engines"})
    placed = only(shop.hears(order(customer=firm, id="o-2")), OrderPlaced).order
    assert placed.flags == ("customer_differs",)


def test_a_customer_known_by_email_with_another_company_is_flagged() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    other = ACME.model_copy(update={"id": "roadrunner", "email": "OFFICE@acme.example", "company_name": "Beep"})
    assert only(shop.hears(order(customer=other, id="o-2")), OrderPlaced).order.flags == ("customer_differs",)


ANNA = Customer(id="1042", email="anna@alt.example", first_name="Anna", last_name="Alt", type="individual")
BRUNO = Customer(id="1042", email="bruno@neu.example", first_name="Bruno", last_name="Neu", type="individual")


def test_two_people_under_one_id_of_two_shops_are_flagged_in_the_order_and_with_the_customer() -> None:
    shop = open_shop()
    first = only(shop.hears(order(customer=ANNA), source="shop-a"), OrderPlaced).order
    second = only(shop.hears(order(customer=BRUNO, id="o-2"), source="shop-b"), OrderPlaced).order
    assert (first.flags, first.customer.differs) == ((), None)
    assert (second.flags, second.customer.differs) == (("customer_differs",), True)
    again = only(shop.hears(order(customer=BRUNO, id="o-3"), source="shop-b"), OrderPlaced).order
    assert again.flags == ("customer_differs",)
    assert only(shop.hears(order(customer=ANNA, id="o-4"), source="shop-a"), OrderPlaced).order.flags == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "anna@work.example"},
        {"last_name": "Neu"},
        {"email": "ANNA@ALT.example", "first_name": "Bruno"},
        {"email": "anna@work.example", "first_name": "ANNA", "last_name": " alt "},
    ],
    ids=["another address", "married", "one address of two", "written otherwise"],
)
def test_one_of_the_two_alone_is_no_other_person(changed: dict[str, str]) -> None:
    shop = open_shop()
    shop.hears(order(customer=ANNA))
    placed = only(shop.hears(order(customer=Customer(**(dict(ANNA) | changed)), id="o-2")), OrderPlaced).order
    assert placed.flags == ()


def test_a_colleague_who_orders_for_the_same_company_is_no_other_customer() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    colleague = ACME.model_copy(update={"email": "road@acme.example", "first_name": "Road", "last_name": "Runner"})
    assert only(shop.hears(order(customer=colleague, id="o-2")), OrderPlaced).order.flags == ()


def test_two_people_are_told_apart_among_real_and_among_test_customers() -> None:
    shop = open_shop()
    shop.hears(order(customer=ANNA, test=True))
    assert only(shop.hears(order(customer=BRUNO, id="o-2")), OrderPlaced).order.flags == ()
    placed = only(shop.hears(order(customer=BRUNO, id="o-3", test=True)), OrderPlaced).order
    assert placed.flags == ("customer_differs",)


def test_a_customer_seen_before_names_were_kept_is_compared_as_before() -> None:
    shop = open_shop()
    shop.keep(KnownCustomer, "real:1042", KnownCustomer(type="individual"))
    assert only(shop.hears(order(customer=BRUNO)), OrderPlaced).order.flags == ()


def test_the_mark_stays_with_the_customer_when_their_contact_data_change() -> None:
    shop = open_shop()
    shop.hears(order(customer=ANNA))
    shop.hears(order(customer=BRUNO, id="o-2"))
    after = only(shop.hears(amend("o-2", contact=ContactChange(phone="1"))), OrderAmended).order
    assert after.customer.differs


def test_the_same_customer_again_is_not_flagged_nor_is_another_spelling_of_the_company() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    shouting = ACME.model_copy(update={"company_name": "ACME"})
    assert only(shop.hears(order(customer=shouting, id="o-2")), OrderPlaced).order.flags == ()


def test_what_is_known_of_a_customer_is_the_first_sight_and_no_later_one() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    other = ACME.model_copy(update={"company_name": "Beep"})
    shop.hears(order(customer=other, id="o-2"))
    assert only(shop.hears(order(customer=ACME, id="o-3")), OrderPlaced).order.flags == ()


def test_real_and_test_customers_are_known_apart() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME, test=True))
    other = ACME.model_copy(update={"company_name": "Beep"})
    assert only(shop.hears(order(customer=other, id="o-2")), OrderPlaced).order.flags == ()


def test_a_customer_without_an_id_is_known_by_one_document_and_found_by_email() -> None:
    shop = open_shop()
    nameless = ACME.model_copy(update={"id": None})
    shop.hears(order(customer=nameless))
    assert [id_ for name, id_ in shop.documents if name == "known_customers"] == [f"real:{id_from_email(ACME.email)}"]
    other = ACME.model_copy(update={"company_name": "Beep"})
    assert only(shop.hears(order(customer=other, id="o-2")), OrderPlaced).order.flags == ("customer_differs",)


def test_the_hot_path_asks_for_everything_at_once() -> None:
    shop = open_shop()
    message = shop._message(type(order()), order(customer=ACME, notes=(written("Hi"),)), "m", "shop", NOON, NOON)
    asked = set(shop.service.prefetch(message))
    shop.hears(order(customer=ACME, notes=(written("Hi"),)), id="m")
    kinds = {collection.name: collection.kind for collection in shop.service.collections}
    touched = {(kinds[name], id_) for name, id_ in shop.documents if name not in ("catalog", "decided_requests")}
    touched -= {each for each in touched if each[0] in (Findable, StatusTally)}  # they follow, and nobody loads them
    assert touched <= asked
    assert (Variant, CLOCK) in asked
