"""An amendment changes an order as a whole or not at all, at today's catalog, and never causes a hold."""

from typing import Any

import pytest

from contracts.messages.changes import (
    BillingChange,
    ContactChange,
    ItemChanged,
    ItemsChange,
    OrderAmended,
    OrderAmendmentRequested,
)
from contracts.messages.orders import HoldReleased, RequestRefused
from contracts.values.money import Money
from contracts.values.refusals import Code
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.rules import objections as amendments
from services.orders.settings import Settings
from tests.orders.clerks import (
    accepted,
    agreed,
    amend,
    billing,
    cancel,
    contact,
    declined,
    edit,
    open_changes,
    proposed,
)
from tests.orders.shop import (
    ACME,
    CHAIR,
    CLOCK,
    HARBOUR,
    POSTER,
    as_said,
    codes,
    group,
    item,
    kinds,
    note,
    open_shop,
    order,
    price,
    progressed,
    refusals,
    variant,
)
from tests.scene import NOON, Scene, only


def sold(*items: Any, **more: Any) -> Scene:
    shop = open_shop()
    shop.hears(order(*(items or (item(CLOCK, 2), item(CHAIR))), **more), id="first")
    return shop


def business() -> Scene:
    return sold(customer=ACME, group=group("north"), term="net_7")


def test_contact_data_are_orders_own_and_changed_at_once() -> None:
    shop = sold(shipping_address=HARBOUR)
    said = shop.hears(amend(contact=contact(first_name="Augusta", phone="+44 1").contact, clear=("shipping_address",)))
    assert kinds(said) == ["OrderAmended"]
    after = only(said, OrderAmended)
    assert (after.version, after.change, after.actor) == (2, "amendment", "Grace")
    assert (after.order.customer.first_name, after.order.customer.phone) == ("Augusta", "+44 1")
    assert after.order.customer.last_name == "Lovelace"
    assert after.order.shipping_address is None


def test_contact_data_can_be_changed_on_a_partial_and_on_a_fulfilled_order() -> None:
    shop = sold(item(CLOCK, 2))
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    assert only(shop.hears(contact(phone="1")), OrderAmended).order.status == "partial"
    shop.hears(progressed(2, ("1", 2, 0), subscriptions=((2, "active"),)))
    assert only(shop.hears(contact(phone="2")), OrderAmended).order.status == "fulfilled"


def test_items_are_proposed_to_fulfillment_whole_and_adopted_when_they_are_accepted() -> None:
    shop = sold()
    proposal = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=5), add=(item(POSTER),), remove=("2",))))
    assert (proposal.number, proposal.change) == (1, "amendment")
    assert [(i.item_id, i.sku, i.quantity, i.unit_price) for i in proposal.items] == [
        ("1", CLOCK, 5, 1000),
        ("3", POSTER, 1, 0),
    ]
    assert shop.document(PlacedOrder, "o-1").items[0].quantity == 2
    after = only(shop.hears(accepted(proposal), source="leaseline/fulfillment"), OrderAmended).order
    assert [(i.item_id, i.quantity) for i in after.items] == [("1", 5), ("3", 1)]
    assert (after.monthly_total, after.original_monthly_total) == (5000, 4500)
    assert open_changes(shop) == []


def test_what_is_not_named_is_proposed_to_the_letter_though_the_catalog_changed() -> None:
    shop = sold()
    shop.hears(variant(CHAIR, price(12, 9999), product_name="Renamed"), source="catalog")
    before = shop.document(PlacedOrder, "o-1").items[1]
    proposal = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=3))))
    assert (proposal.items[1].unit_price, proposal.items[1].product_name) == (2500, before.product_name)


def test_an_item_whose_variant_changes_is_priced_by_todays_catalog() -> None:
    shop = sold()
    shop.hears(variant(CLOCK, price(12, 1100)), source="catalog")
    shop.hears(variant(CHAIR, price(12, 2600)), source="catalog")
    proposal = proposed(shop.hears(edit(ItemChanged(item_id="2", sku=CLOCK, quantity=3))))
    assert (proposal.items[1].unit_price, proposal.items[1].catalog_version) == (1100, 2)


def test_a_refused_change_leaves_the_order_as_it_is_and_names_the_items() -> None:
    shop = sold()
    before = shop.document(PlacedOrder, "o-1")
    proposal = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=3)), id="edit"))
    said = shop.hears(declined(proposal, Code.ITEM_LOCKED, "1"), source="leaseline/fulfillment")
    assert refusals(said) == {("item_locked", "items")}
    assert only(said, RequestRefused).refusals[0].detail == "1"
    after = shop.document(PlacedOrder, "o-1")
    assert (after.items, after.version) == (before.items, before.version)
    assert open_changes(shop) == []


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (edit(ItemChanged(item_id="9", quantity=1)), ("item_unknown", "items.change.0.item_id")),
        (edit(remove=("9",)), ("item_unknown", "items.remove.0")),
        (edit(remove=("1", "2")), ("order_empty", "items")),
        (edit(add=(item("NOVEL"),)), ("variant_unknown", "items.add.0.sku")),
        (edit(add=(item(CLOCK, item_id="1"),)), ("item_id_duplicate", "items.add.0.item_id")),
        (edit(add=(item(CLOCK, months=36),)), ("price_missing", "items.add.0")),
        (edit(add=(item(CLOCK, quoted=999),)), ("price_mismatch", "items.add.0.quoted_price")),
        (
            edit(add=(item(CLOCK, quoted=1000, quoted_in="USD"),)),
            ("mixed_currency", "items.add.0.quoted_price.currency"),
        ),
        (edit(ItemChanged(item_id="1", sku="NOVEL")), ("variant_unknown", "items.change.0.sku")),
        (
            edit(ItemChanged(item_id="1", quoted_price=Money(amount=1, currency="EUR"))),
            ("price_mismatch", "items.change.0.quoted_price"),
        ),
        (edit(ItemChanged(item_id="1", quantity=1), remove=("1",)), ("value_invalid", "items")),
        (edit(ItemChanged(item_id="1")), ("field_required", "items.change.0")),
        (edit(remove=("1", "1")), ("value_invalid", "items")),
        (edit(add=(item(CLOCK, item_id="x"), item(CLOCK, item_id="x"))), ("item_id_duplicate", "items.add.1.item_id")),
        (
            edit(ItemChanged(item_id="1", quoted_price=Money(amount=1000, currency="USD"))),
            ("mixed_currency", "items.change.0.quoted_price.currency"),
        ),
        (amend(), ("field_required", "")),
        (amend(contact=ContactChange()), ("field_required", "")),
        (amend(billing=BillingChange(), items=ItemsChange()), ("field_required", "")),
        (amend(contact=contact(phone="1").contact, clear=("phone",)), ("value_invalid", "clear")),
    ],
)
def test_an_edit_that_breaks_a_rule_is_refused_with_its_field(request_: Any, expected: tuple[str, str]) -> None:
    shop = sold()
    said = shop.hears(request_)
    assert expected in refusals(said)
    assert open_changes(shop) == []


def test_all_reasons_are_told_at_once() -> None:
    said = sold().hears(
        edit(
            ItemChanged(item_id="9", quantity=1),
            add=(item("NOVEL"), item(CLOCK, 500, months=36), *[item(CLOCK, 500) for _ in range(4)]),
            remove=("8",),
            billing=BillingChange(group=group("north"), term="net_7"),
        )
    )
    assert sorted(codes(said)) == [
        "group_not_allowed",
        "item_unknown",
        "item_unknown",
        "order_too_large",
        "price_missing",
        "term_not_allowed",
        "variant_unknown",
    ]


def test_an_inactive_variant_is_refused_in_new_items_and_kept_in_placed_ones() -> None:
    shop = sold()
    shop.hears(variant(CLOCK, price(12, 1000), active=False), source="catalog")
    assert codes(shop.hears(edit(add=(item(CLOCK),)))) == ["variant_inactive"]
    assert proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=3)))).items[0].quantity == 3


def test_a_changed_sku_is_a_new_choice_and_must_be_offered() -> None:
    shop = sold()
    shop.hears(variant(CHAIR, price(12, 2500), active=False), source="catalog")
    assert refusals(shop.hears(edit(ItemChanged(item_id="1", sku=CHAIR)))) == {
        ("variant_inactive", "items.change.0.sku")
    }


def test_a_changed_item_keeps_its_id_and_length_and_no_quote_that_was_made_for_what_it_was() -> None:
    shop = sold(item(CLOCK, 2, quoted=1000))
    changed = proposed(shop.hears(edit(ItemChanged(item_id="1", sku=CHAIR)))).items[0]
    assert (changed.item_id, changed.sku, changed.months, changed.quantity) == ("1", CHAIR, 12, 2)
    assert (changed.unit_price, changed.quoted_price) == (2500, None)


def test_a_list_that_is_longer_than_any_order_is_refused_without_a_look_at_the_catalog() -> None:
    shop = sold()
    request = edit(add=tuple(item(f"SKU-{n}") for n in range(201)))
    assert refusals(shop.hears(request)) == {("order_too_large", "items.add")}
    message = shop._message(OrderAmendmentRequested, request, "m", "shop", NOON, NOON)
    assert not [key for key in shop.service.prefetch(message) if isinstance(key, tuple) and key[0] is Variant]


def test_an_order_does_not_grow_beyond_its_limits() -> None:
    shop = open_shop(Settings(most_items=2, most_units=10))
    shop.hears(order(item(CLOCK, 5), item(CHAIR)))
    assert codes(shop.hears(edit(add=(item(POSTER),)))) == ["order_too_large"]
    assert codes(shop.hears(edit(ItemChanged(item_id="1", quantity=10)))) == ["order_too_large"]


def test_the_id_of_a_removed_item_is_never_used_again() -> None:
    shop = sold()
    agreed(shop, edit(remove=("2",)))
    assert codes(shop.hears(edit(add=(item(CHAIR, item_id="2"),)))) == ["item_id_duplicate"]
    proposal = proposed(shop.hears(edit(add=(item(CHAIR), item(POSTER)))))
    assert [i.item_id for i in proposal.items] == ["1", "3", "4"]


def test_so_many_ids_of_items_one_order_may_use_and_then_nothing_is_added_but_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amendments, "MOST_IDS", 3)
    shop = sold()
    agreed(shop, edit(remove=("2",), add=(item(CHAIR),)))
    assert refusals(shop.hears(edit(add=(item(POSTER),)))) == {("order_too_large", "items.add")}
    assert [i.item_id for i in proposed(shop.hears(edit(remove=("3",)))).items] == ["1"]


def test_an_item_added_without_an_id_gets_none_that_another_one_asked_for() -> None:
    proposal = proposed(sold().hears(edit(add=(item(CHAIR), item(POSTER, item_id="3")))))
    assert [i.item_id for i in proposal.items] == ["1", "2", "4", "3"]


def test_nothing_is_kept_of_the_units_of_a_removed_item() -> None:
    shop = sold()
    shop.hears(progressed(1, ("2", 1, 0), subscriptions=((1, "active"),)))
    shop.hears(progressed(2, ("2", 0, 0), subscriptions=((1, "reversed"),)))
    agreed(shop, edit(remove=("2",)), version=3)
    assert [row.item_id for row in shop.document(PlacedOrder, "o-1").progress] == ["1"]


def test_billing_data_go_to_fulfillment_too() -> None:
    shop = business()
    proposal = proposed(shop.hears(billing(term="net_30", group=group("south"), vat_id="NL1", billing_address=HARBOUR)))
    data = proposal.billing
    assert (data.term, data.payer, data.group_source, data.vat_id) == ("net_30", "group:south", "order", "NL1")
    after = only(shop.hears(accepted(proposal), source="leaseline/fulfillment"), OrderAmended).order
    assert (after.term, after.payer, after.customer.vat_id, after.billing_address) == (
        "net_30",
        "group:south",
        "NL1",
        as_said(HARBOUR),
    )


def test_without_its_group_an_order_is_paid_by_the_customer() -> None:
    data = proposed(business().hears(billing(clear=("group", "term")))).billing
    assert (data.payer, data.group, data.group_source, data.term) == ("customer:acme", None, None, None)


def test_who_becomes_an_individual_must_drop_group_and_term_in_the_same_request() -> None:
    shop = business()
    assert refusals(shop.hears(billing(type="individual"))) == {
        ("term_not_allowed", "billing.term"),
        ("group_not_allowed", "billing.group"),
    }
    data = proposed(shop.hears(billing(type="individual", clear=("group", "term")))).billing
    assert (data.customer_type, data.payer, data.term) == ("individual", "customer:acme", "at_once")


def test_an_individual_gets_no_group_and_no_term_and_a_business_needs_a_company() -> None:
    shop = sold()
    assert refusals(shop.hears(billing(group=group("north"), term="net_7"))) == {
        ("group_not_allowed", "billing.group"),
        ("term_not_allowed", "billing.term"),
    }
    assert refusals(shop.hears(billing(type="business"))) == {("company_required", "billing.company_name")}
    data = proposed(shop.hears(billing(type="business", company_name="Engine Ltd"))).billing
    assert (data.customer_type, data.company_name, data.term) == ("business", "Engine Ltd", None)


def test_billing_data_that_fulfillment_refuses_are_named_in_the_answer() -> None:
    for request, field in ((billing(term="net_30"), "billing"), (billing(clear=("term",)), "clear")):
        shop = business()
        proposal = proposed(shop.hears(request))
        said = shop.hears(declined(proposal, Code.ORDER_HAS_SUBSCRIPTIONS), source="leaseline/fulfillment")
        assert refusals(said) == {("order_has_subscriptions", field)}


def test_billing_data_that_are_already_so_need_not_be_asked_for() -> None:
    said = business().hears(billing(term="net_7"))
    assert kinds(said) == ["OrderAmended"]


def test_an_expected_version_is_compared_with_the_last_edit_not_with_notes_or_scans() -> None:
    shop = sold(item(CLOCK, 3))
    shop.hears(note())
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    assert kinds(shop.hears(amend(contact=contact(phone="1").contact, expected_version=1))) == ["OrderAmended"]
    again = shop.hears(amend(contact=contact(phone="2").contact, expected_version=1))
    assert refusals(again) == {("version_conflict", "expected_version")}
    present = shop.document(PlacedOrder, "o-1").version
    assert kinds(shop.hears(amend(contact=contact(phone="3").contact, expected_version=present))) == ["OrderAmended"]
    assert codes(shop.hears(amend(contact=contact(phone="4").contact, expected_version=99))) == ["version_conflict"]


def test_an_edit_may_resolve_a_hold_and_what_was_submitted_as_confirmed_is() -> None:
    shop = sold(item(CLOCK, months=36), item(CHAIR), confirmed=True)
    said = shop.hears(edit(remove=("1",)))
    after = only(said, OrderAmended).order
    assert kinds(said) == ["OrderAmended"]
    assert (after.holds, after.status, after.original_monthly_total) == ((), "confirmed", 2500)
    late = shop.hears(variant(CLOCK, price(36, 800), price(12, 1000)), source="catalog")
    assert not [body for body in late if isinstance(body, HoldReleased)]


def test_a_price_that_came_is_an_edit_for_those_who_expect_a_version() -> None:
    shop = sold(item(CLOCK, months=36))
    shop.hears(variant(CLOCK, price(36, 800)), source="catalog")
    assert codes(shop.hears(amend(contact=ContactChange(phone="1"), expected_version=1))) == ["version_conflict"]
    assert kinds(shop.hears(amend(contact=ContactChange(phone="1"), expected_version=2))) == ["OrderAmended"]


def test_an_edit_of_a_held_order_that_would_cause_another_hold_is_refused() -> None:
    shop = sold(item(CLOCK, months=36))
    assert codes(shop.hears(edit(add=(item(CHAIR, months=24),)))) == ["price_missing"]
    assert codes(shop.hears(edit(ItemChanged(item_id="1", sku=CHAIR)))) == ["price_missing"]


def test_a_hold_of_an_item_that_is_not_touched_stays() -> None:
    shop = sold(item(CLOCK, quoted=1), item(CHAIR))
    after = only(shop.hears(edit(ItemChanged(item_id="2", quantity=4))), OrderAmended).order
    assert [(h.reason, h.item_id) for h in after.holds] == [("price_mismatch", "1")]
    quoted = ItemChanged(item_id="1", quoted_price=Money(amount=1000, currency="EUR"))
    resolved = only(shop.hears(edit(quoted)), OrderAmended).order
    assert (resolved.holds, resolved.items[0].quoted_price, resolved.monthly_total) == ((), 1000, 11000)


def test_a_cancelled_order_is_not_edited() -> None:
    shop = sold()
    agreed(shop, cancel())
    assert codes(shop.hears(contact(phone="1"))) == ["order_cancelled"]


def test_the_first_submission_again_is_a_repeat_also_after_an_edit() -> None:
    shop = sold()
    agreed(shop, edit(ItemChanged(item_id="1", quantity=9)))
    assert kinds(shop.hears(order(item(CLOCK, 2), item(CHAIR)))) == ["RequestRepeated"]
    assert codes(shop.hears(order(item(CLOCK, 9), item(CHAIR)))) == ["order_conflict"]


def test_an_edit_heard_twice_changes_nothing_more() -> None:
    shop = sold()
    agreed(shop, edit(ItemChanged(item_id="1", quantity=9)))
    request = edit(add=(item(POSTER),))
    said = shop.hears(request, id="twice")
    shop.hears(accepted(proposed(said), version=2), source="leaseline/fulfillment")
    before = dict(shop.documents)
    assert kinds(shop.hears(request, id="twice")) == ["RequestRepeated"]
    assert shop.documents == before
    assert codes(shop.hears(edit(add=(item(CHAIR),)), id="twice")) == ["id_reused"]


def test_wrong_shapes_are_refused_with_their_fields() -> None:
    shop = sold()
    data = {
        "order_id": "o-1",
        "actor": "Grace",
        "items": {"change": [{"item_id": "1", "quantity": 0}]},
        "billing": {"term": "net_45"},
    }
    assert refusals(shop.hears(data, kind=OrderAmendmentRequested)) == {
        ("quantity_limit", "items.change.0.quantity"),
        ("term_unknown", "billing.term"),
    }
