"""One of the two names is enough, and a business with a company name needs neither.

Rule: ``docs/domain.md`` section 1.
"""

from typing import Any

import pytest

from contracts.messages.customers import Customer, CustomerSnapshot
from contracts.messages.orders import OrderPlaced, OrderSubmitted
from services.billing.documents.newest import name_of
from services.orders.documents.order import PlacedOrder
from tests.orders.clerks import amend, contact
from tests.orders.shop import ACME, ADA, open_shop, order, raw, refusals
from tests.scene import Scene, only

NOTHING = [None, "", "  ", "\u200b"]


def kept(shop: Scene) -> PlacedOrder:
    return shop.document(PlacedOrder, "o-1")


def placed(customer: Customer, **names: Any) -> CustomerSnapshot:
    """The customer of an order as the fact about it keeps them."""
    given = raw(order(customer=customer))
    person = {name: value for name, value in (given["customer"] | names).items() if value is not None}
    return only(open_shop().hears({**given, "customer": person}, kind=OrderSubmitted), OrderPlaced).order.customer


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize(("names", "called"), [(("Sukarno", None), "Sukarno"), ((None, "Suharto"), "Suharto")])
def test_a_mononym_is_a_name(names: tuple[str | None, str | None], called: str, nothing: str | None) -> None:
    first, last = (nothing if name is None else name for name in names)
    customer = placed(ADA, first_name=first, last_name=last)

    assert (customer.first_name, customer.last_name) == tuple(name or "" for name in names)
    assert name_of(customer) == called


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_company_orders_without_a_person(nothing: str | None) -> None:
    customer = placed(ACME, first_name=nothing, last_name=nothing)

    assert (customer.first_name, customer.last_name) == ("", "")
    assert name_of(customer) == "Acme"


@pytest.mark.parametrize("nothing", NOTHING)
def test_nobody_at_all_is_refused_with_every_other_reason(nothing: str | None) -> None:
    given = raw(order(customer=ADA))
    for currency, more in (("EUR", set()), ("XXX", {("currency_unknown", "currency")})):
        person = {
            "id": "ada",
            "email": "ada@example.com",
            "type": "individual",
            "first_name": nothing,
            "last_name": nothing,
        }
        nameless = {name: value for name, value in person.items() if value is not None}
        said = open_shop().hears({**given, "customer": nameless, "currency": currency}, kind=OrderSubmitted)
        assert refusals(said) == {("field_required", "customer.last_name")} | more


def test_a_business_without_company_and_names_needs_its_company() -> None:
    given = raw(order(customer=ACME))
    firm = {"id": "acme", "email": "office@acme.example", "type": "business", "company_name": "\u3164"}

    said = open_shop().hears({**given, "customer": firm}, kind=OrderSubmitted)

    assert refusals(said) == {("company_required", "customer.company_name")}


@pytest.mark.parametrize("wrong", [7, ["Ada"], {"first": "Ada"}])
def test_a_name_of_another_type_is_refused_for_that_alone(wrong: Any) -> None:
    given = raw(order(customer=ADA))
    person = {"id": "ada", "email": "ada@example.com", "type": "individual", "last_name": wrong}

    said = open_shop().hears({**given, "customer": person}, kind=OrderSubmitted)

    assert refusals(said) == {("wrong_type", "customer.last_name")}


def test_a_second_name_that_was_none_is_taken_away_and_the_last_one_is_not() -> None:
    shop = open_shop()
    shop.hears(order(customer=ADA))

    shop.hears(amend(clear=("last_name",)))
    assert (kept(shop).customer.first_name, kept(shop).customer.last_name) == ("Ada", "")

    assert refusals(shop.hears(amend(clear=("first_name",)))) == {("field_required", "contact.last_name")}
    assert refusals(shop.hears(amend(clear=("first_name", "last_name")))) == {("field_required", "contact.last_name")}
    assert kept(shop).customer.first_name == "Ada"

    shop.hears(amend(contact=contact(last_name="Byron").contact, clear=("first_name",)))
    assert (kept(shop).customer.first_name, kept(shop).customer.last_name) == ("", "Byron")


def test_a_name_that_is_given_and_cleared_is_refused() -> None:
    shop = open_shop()
    shop.hears(order(customer=ADA))

    said = shop.hears(amend(contact=contact(last_name="Byron").contact, clear=("last_name",)))

    assert refusals(said) == {("value_invalid", "clear")}
