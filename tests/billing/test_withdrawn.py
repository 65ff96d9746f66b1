"""A currency, a term, a country that is taken off its list stays readable and payable wherever it is in use."""

import pytest

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.invoices import BillingRunCompleted
from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values import money, places
from contracts.values import words as values
from contracts.values.places import AddressSnapshot
from services.billing.documents.account import AccountKey
from services.billing.service import billing
from tests.billing.subscriptions import TULIP, completed, created, invoices, run
from tests.scene import Scene, only

BRNO = AddressSnapshot(street="Hlavní 1", city="Brno", postal_code="60200", country="CZ")


@pytest.fixture
def withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an update of the packages: Czechia, its currency, a term are on no list any more."""
    monkeypatch.delitem(money.CURRENCY_EXPONENTS, "CZK")
    monkeypatch.setattr(places, "COUNTRIES", places.COUNTRIES - {"CZ"})
    monkeypatch.setattr(places, "demands_postal_code", lambda _country: True)
    for module in ("contracts.values.words", "services.billing.settings"):
        monkeypatch.setattr(f"{module}.TERMS", ("net_7", "net_14"))
    monkeypatch.setattr(values, "LENGTHS", (6,))


@pytest.mark.parametrize("test", [False, True])
@pytest.mark.usefixtures("withdrawn")
def test_a_fact_about_an_account_of_before_is_taken_in_and_said(test: bool) -> None:
    scene = Scene(billing())
    told = only(
        scene.hears(created(currency="CZK", term="net_30", address=BRNO, test=test)), BillingAccountChanged
    ).account

    assert (told.currency, told.term, told.active_subscriptions) == ("CZK", "net_30", 1)
    assert AccountKey.parse(told.account_id) == AccountKey(TULIP, "net_30", "CZK", test)


@pytest.mark.usefixtures("withdrawn")
def test_its_payer_gets_its_invoice_and_other_settings() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", currency="CZK", term="net_30", address=BRNO))
    scene.hears(created("o2/1"))
    said = run(scene, "2024-05")

    assert sorted((each.currency, each.term) for each in invoices(said)) == [("CZK", "net_30"), ("EUR", "net_14")]
    assert isinstance(completed(said), BillingRunCompleted)
    request = PayerSettingsSubmitted(group_id="tulip", name="Tulip BV", actor="Hedy")
    only(scene.hears(request), PayerSettingsChanged)
    assert len(scene.hears(created("o1/2", currency="CZK", term="net_30", version=2))) == 1


@pytest.mark.usefixtures("withdrawn")
def test_a_payers_default_term_that_is_no_longer_offered_still_counts_for_it() -> None:
    scene = Scene(billing())
    with pytest.MonkeyPatch.context() as before:
        before.setattr(values, "TERMS", ("net_7", "net_14", "net_30"))
        scene.hears(PayerSettingsSubmitted(group_id="tulip", default_term="net_30", actor="Hedy"))

    assert only(scene.hears(created()), BillingAccountChanged).account.term == "net_30"


@pytest.mark.parametrize(
    "id_", ["group:a/net_14/eur", "group:a/net_14/XXX", "group:a/net_14/EURO", "group:a/net_45/EUR", "group:a/net_14"]
)
def test_what_was_never_an_account_is_none(id_: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each in its own words
        AccountKey.parse(id_)
