"""What was let in is not judged again: a list that became shorter, a rule that became stricter."""

from typing import Any

import pytest

from contracts.messages.catalog import VariantChanged, VariantSubmitted
from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.life import ExtensionRequested
from contracts.messages.orders import OrderSubmitted
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.values import money, places
from contracts.values import words as values
from contracts.values.judging import read_again
from contracts.values.money import CURRENCY_EXPONENTS, MAX_PRICE
from tests.contracts.wire import ORDER, codes, event, order, structured, understood

EXTENSION: dict[str, Any] = {
    "subscription_id": "o1/1",
    "ends_before": "2025-05-20",
    "months": 12,
    "price": {"amount": 2900, "currency": "CZK"},
    "actor": "Ada",
    "reason": "agreed",
}
VARIANT: dict[str, Any] = {
    "sku": "RETRO-CLOCK",
    "product_name": "Clock",
    "variant_name": "Red",
    "prices": [{"months": 24, "currency": "CZK", "amount": 2900}],
}


def test_a_new_order_in_a_withdrawn_currency_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(order(currency="CZK"), ORDER) == set()
    monkeypatch.delitem(CURRENCY_EXPONENTS, "CZK")

    assert codes(order(currency="CZK"), ORDER) == {("currency", "currency_unknown")}
    assert codes(VARIANT, VariantSubmitted.type_name()) == {("prices.0.currency", "currency_unknown")}


def test_a_contract_in_a_withdrawn_currency_is_extended_at_an_agreed_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CURRENCY_EXPONENTS, "CZK")

    assert codes(EXTENSION, ExtensionRequested.type_name()) == set()
    unheard = EXTENSION | {"price": {"amount": 2900, "currency": "XXX"}}
    assert codes(unheard, ExtensionRequested.type_name()) == {("price.currency", "currency_unknown")}


def test_a_fact_of_before_is_read_whatever_was_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    price = {"months": 24, "currency": "CZK", "amount": 100 * MAX_PRICE}
    fact = VARIANT | {"version": 3, "active": True, "free": False, "prices": [price]}
    monkeypatch.delitem(CURRENCY_EXPONENTS, "CZK")
    monkeypatch.setattr(values, "LENGTHS", (6, 12))

    found = understood(structured(event(fact, VariantChanged.type_name())))

    assert isinstance(found.body, VariantChanged)
    assert (found.body.prices[0].currency, found.body.prices[0].months) == ("CZK", 24)


WAITING: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "extension": (ExtensionRequested, EXTENSION),
    "variant": (VariantSubmitted, VARIANT),
    "order": (OrderSubmitted, order(currency="CZK", term="net_30")),
    "settings": (
        PayerSettingsSubmitted,
        {"group_id": "g", "default_term": "net_30", "billing_day": 28, "actor": "Ada", "address": {
            "street": "Hlavní 1", "city": "Brno", "country": "CZ", "postal_code": "60200"}},
    ),
    "amendment": (
        OrderAmendmentRequested,
        {
            "order_id": "o1",
            "actor": "Ada",
            "reason": "typing",
            "billing": {"term": "net_30", "billing_address": {
                "street": "Hlavní 1", "city": "Brno", "country": "CZ", "postal_code": "60200"}},
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAITING)
def test_a_request_that_waited_is_read_again_whatever_became_stricter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, data = WAITING[name]
    body = understood(structured(event(data, model.type_name()))).body
    assert body is not None
    kept = body.model_dump_json(exclude_none=True)
    monkeypatch.delitem(CURRENCY_EXPONENTS, "CZK")
    monkeypatch.delitem(money.KNOWN_EXPONENTS, "CZK")
    monkeypatch.setattr(places, "COUNTRIES", frozenset({"DE"}))
    monkeypatch.setattr(values, "TERMS", ("net_7",))
    monkeypatch.setattr(values, "LENGTHS", (6,))
    monkeypatch.setattr(money, "MAX_PRICE", 1)

    assert codes(data, model.type_name())
    assert read_again(model, kept) == body
