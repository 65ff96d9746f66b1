"""An edited order: only what was touched is asked for; what others changed meanwhile is theirs, or told."""

from typing import Any

from services.console.asking.problem import Problem, Reason
from services.console.pages.order_changes import amendment, at_fields, begun, crossed, merged

ORDER: dict[str, Any] = {
    "order_id": "A-1",
    "version": 3,
    "currency": "EUR",
    "customer": {
        "email": "a@b.example",
        "first_name": "Ada",
        "last_name": "Okafor",
        "phone": "1",
        "type": "individual",
    },
    "billing_address": {"street": "1 Main Street", "city": "Berlin", "country": "DE", "postal_code": "10115"},
    "term": "at_once",
    "items": [
        {"item_id": "1", "sku": "CHAIR", "months": 12, "quantity": 2},
        {"item_id": "2", "sku": "DESK", "months": 24, "quantity": 1},
    ],
}


def newer(**more: Any) -> dict[str, Any]:
    return {**ORDER, "version": 4, **more}


def test_a_form_that_nobody_touched_asks_for_nothing() -> None:
    assert amendment(begun(ORDER)) == {}


def test_only_what_was_touched_is_asked_for() -> None:
    form = {**begun(ORDER), "customer.phone": "2", "items.0.quantity": "5", "billing_address.city": "Bonn"}
    assert amendment(form) == {
        "contact": {"phone": "2"},
        "billing": {
            "billing_address": {"street": "1 Main Street", "city": "Bonn", "country": "DE", "postal_code": "10115"}
        },
        "items": {"change": [{"item_id": "1", "quantity": 5}]},
    }


def test_what_was_emptied_is_named() -> None:
    assert amendment({**begun(ORDER), "customer.phone": " "}) == {"clear": ["phone"]}


def test_items_are_added_and_removed() -> None:
    form = {name: value for name, value in begun(ORDER).items() if not name.startswith("items.0.")}
    form |= {"items.2.sku": "LAMP", "items.2.months": "6", "items.2.quantity": "3"}
    assert amendment(form) == {"items": {"add": [{"sku": "LAMP", "months": 6, "quantity": 3}], "remove": ["1"]}}


def test_a_shipping_address_comes_and_goes() -> None:
    address = {"street": "4 Shop Street", "city": "Galway", "country": "IE"}
    form = begun(ORDER) | {f"shipping_address.{name}": value for name, value in address.items()}
    assert amendment({**form, "ships_elsewhere": "yes"}) == {"contact": {"shipping_address": address}}
    there = begun({**ORDER, "shipping_address": address})
    del there["ships_elsewhere"]
    assert amendment(there) == {"clear": ["shipping_address"]}


def test_what_only_others_changed_is_theirs_and_crosses_nothing() -> None:
    form = {**begun(ORDER), "customer.phone": "2"}
    now = newer(billing_address={**ORDER["billing_address"], "city": "Potsdam"})
    assert crossed(form, now) == []
    both = merged(form, now)
    assert (both["billing_address.city"], both["version"]) == ("Potsdam", "4")
    assert amendment(both) == {"contact": {"phone": "2"}}


def test_a_field_that_both_changed_is_told_with_all_three_values_and_mine_stays_in_the_form() -> None:
    form = {**begun(ORDER), "customer.phone": "2"}
    now = newer(customer={**ORDER["customer"], "phone": "9"})
    (row,) = crossed(form, now)
    assert (row.field, row.was, row.now, row.mine) == ("customer.phone", "1", "9", "2")
    assert amendment(merged(form, now)) == {"contact": {"phone": "2"}}


def test_who_changed_the_same_to_the_same_crosses_nothing() -> None:
    form = {**begun(ORDER), "customer.phone": "9"}
    now = newer(customer={**ORDER["customer"], "phone": "9"})
    assert crossed(form, now) == []
    assert amendment(merged(form, now)) == {}


def test_a_refusal_lands_at_the_field_of_the_form() -> None:
    form = {
        **begun(ORDER),
        "items.1.quantity": "x",
        "items.5.sku": "NONE",
        "items.5.months": "7",
        "items.5.quantity": "1",
    }
    fields = {
        "contact.email": "customer.email",
        "billing.vat_id": "customer.vat_id",
        "billing.billing_address.city": "billing_address.city",
        "contact.shipping_address.city": "shipping_address.city",
        "billing.term": "term",
        "items.change.0.quantity": "items.1.quantity",
        "items.add.0.months": "items.5.months",
        "items.add.9.months": "items.add.9.months",
    }
    told = Problem(422, "t", "c", [Reason("c", "d", "w", field) for field in fields])
    assert [each.field for each in at_fields(told, amendment(form), form).reasons] == list(fields.values())
