"""The order form: what its buttons do, what it costs, what is submitted."""

from services.console.pages.catalog import Catalog
from services.console.pages.order_form import body, changed, items, missing, totals

PRICES = [{"months": months, "currency": "EUR", "amount": 1000 - months} for months in (6, 12, 24, 36)]
CHAIR = {"sku": "CHAIR", "product_name": "Chair", "variant_name": "Red", "free": False, "prices": PRICES}
GIFT = {"sku": "GIFT", "product_name": "Gift", "variant_name": "Blue", "free": True, "prices": []}
CATALOG = Catalog({"CHAIR": CHAIR, "GIFT": GIFT})
ADDING = {"adding.product": "Chair", "adding.sku": "CHAIR", "adding.months": "12", "adding.quantity": "2"}
FORM = {"currency": "EUR", "customer.type": "individual", "customer.email": "a@b.example", **ADDING}


def test_an_item_is_added_and_the_next_one_can_be_typed() -> None:
    form = changed(FORM, "add")
    (row,) = items(form, CATALOG, {})
    assert (row.product, row.variant, row.months, row.quantity, row.price, row.total) == (
        "Chair", "Red", "12", "2", 988, 1976,
    )  # fmt: skip
    assert (form["adding.product"], form["adding.quantity"]) == ("", "1")


def test_an_item_is_removed_and_the_others_keep_their_numbers() -> None:
    three = changed({**changed({**changed(FORM, "add"), **ADDING}, "add"), **ADDING}, "add")
    left = changed(three, "remove-1")
    assert [row.number for row in items(left, CATALOG, {})] == ["0", "2"]
    assert [row.number for row in items(changed({**left, **ADDING}, "add"), CATALOG, {})] == ["0", "2", "3"]


def test_what_is_missing_is_said_at_its_field_and_nothing_is_added() -> None:
    form = {**FORM, "adding.sku": "", "adding.months": "", "adding.quantity": "0"}
    assert set(missing(form)) == {"adding.product", "adding.months", "adding.quantity"}
    assert changed(form, "add") == form


def test_totals_are_those_of_all_items() -> None:
    form = changed({**changed(FORM, "add"), **ADDING, "adding.months": "24", "adding.quantity": "1"}, "add")
    found = totals(items(form, CATALOG, {}))
    assert (found.monthly, found.contract) == (988 * 2 + 976, 988 * 2 * 12 + 976 * 24)


def test_a_price_that_is_missing_leaves_the_total_open_and_a_free_variant_costs_nothing() -> None:
    assert totals(items({**changed(FORM, "add"), "currency": "CHF"}, CATALOG, {})).monthly is None
    free = {**FORM, "adding.sku": "GIFT"}
    assert totals(items(changed(free, "add"), CATALOG, {})).monthly == 0


def test_an_item_that_was_placed_keeps_its_price_and_is_locked_by_a_device() -> None:
    form = {**FORM, "items.0.sku": "CHAIR", "items.0.months": "12", "items.0.quantity": "2", "items.0.item_id": "1"}
    placed = {"1": {"product_name": "Chair of then", "variant_name": "Red", "unit_price": 700, "taken": 1}}
    (row,) = items(form, CATALOG, placed)
    assert (row.product, row.price) == ("Chair of then", 700)
    assert "subscription" in row.locked


def test_what_is_submitted_is_what_was_typed() -> None:
    form = changed(
        {**FORM, "order_id": "W-1", "billing_address.city": "Berlin", "shipping_address.city": "Bonn"}, "add"
    )
    assert body(form) == {
        "order_id": "W-1",
        "channel": "phone",
        "test": False,
        "currency": "EUR",
        "customer": {"type": "individual", "email": "a@b.example"},
        "billing_address": {"city": "Berlin"},
        "items": [{"sku": "CHAIR", "months": 12, "quantity": 2}],
    }


def test_an_individual_has_nothing_of_a_company_and_a_business_has_it_again() -> None:
    form = {**FORM, "customer.company_name": "C Ltd", "group.id": "g", "term": "net_7", "test": "yes", "note": " Hi "}
    assert not {"group", "term"} & body(form).keys()
    business = body({**form, "customer.type": "business", "author": "Ada"})
    assert (business["customer"]["company_name"], business["group"], business["term"]) == (
        "C Ltd",
        {"id": "g"},
        "net_7",
    )
    assert (business["test"], business["notes"]) == (True, [{"text": "Hi", "author": "Ada"}])
