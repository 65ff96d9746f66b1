"""What finance gives a payer: name, address, billing day, default term."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.messages.billing import BillingAccountChanged, RequestRefused, RequestRepeated
from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values.places import Address
from contracts.wire.message import Body
from services.billing.documents.account import Account
from services.billing.documents.payer import Payer
from services.billing.service import billing
from tests.billing.subscriptions import COOLSINGEL, TULIP, created, invoices, run
from tests.scene import NOON, Scene, only


def settings(**given: Any) -> PayerSettingsSubmitted:
    who = {} if "customer_id" in given else {"group_id": "tulip"}
    return PayerSettingsSubmitted(actor="Hedy", **{**who, **given})


def codes(said: list[Body]) -> list[tuple[str, str]]:
    return [(r.code.value, r.field) for r in only(said, RequestRefused).refusals]


def test_a_payers_settings_are_set_field_by_field_and_told_whole() -> None:
    scene = Scene(billing())
    scene.hears(settings(name="Tulip Holding", billing_day=5))
    fact = only(scene.hears(settings(default_term="net_30", address=Address(**dict(COOLSINGEL)))), PayerSettingsChanged)
    assert fact == PayerSettingsChanged(
        version=2,
        payer=TULIP,
        name="Tulip Holding",
        address=COOLSINGEL,
        billing_day=5,
        default_term="net_30",
        actor="Hedy",
    )


def test_a_setting_can_be_emptied() -> None:
    scene = Scene(billing())
    scene.hears(settings(billing_day=5, default_term="net_7"))
    fact = only(scene.hears(settings(clear=("billing_day",))), PayerSettingsChanged)
    assert (fact.billing_day, fact.default_term) == (None, "net_7")


def test_a_customer_who_pays_alone_can_be_given_settings_too() -> None:
    scene = Scene(billing())
    assert only(scene.hears(settings(customer_id="ada", billing_day=3)), PayerSettingsChanged).payer == "customer:ada"


def test_an_older_message_never_replaces_newer_settings() -> None:
    scene = Scene(billing())
    scene.hears(settings(name="New"))
    assert codes(scene.hears(settings(name="Old"), time=NOON - timedelta(days=1))) == [("superseded", "")]
    assert scene.document(Payer, TULIP).name == "New"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, ("field_required", "")),
        ({"customer_id": "ada", "group_id": "tulip", "name": "Who?"}, ("value_invalid", "customer_id")),
        ({"name": "Tulip", "clear": ("name",)}, ("value_invalid", "clear")),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], code: tuple[str, str]) -> None:
    body = PayerSettingsSubmitted(actor="Hedy", **({"group_id": "tulip"} | given))
    assert codes(Scene(billing()).hears(body)) == [code]


def test_a_billing_day_lies_between_the_first_and_the_28th() -> None:
    data = {"group_id": "tulip", "billing_day": 29, "actor": "Hedy"}
    said = Scene(billing()).hears(data, kind=PayerSettingsSubmitted)
    assert codes(said) == [("value_invalid", "billing_day")]


def test_the_same_message_twice_is_a_repeat_and_another_one_under_its_id_is_refused() -> None:
    scene = Scene(billing())
    scene.hears(settings(name="Tulip"), id="s1")
    assert only(scene.hears(settings(name="Tulip"), id="s1"), RequestRepeated).outcome == "PayerSettingsChanged"
    assert codes(scene.hears(settings(name="Rose"), id="s1")) == [("id_reused", "")]
    scene.hears({"group_id": "tulip"}, kind=PayerSettingsSubmitted, id="s2")
    again = only(scene.hears({"group_id": "tulip"}, kind=PayerSettingsSubmitted, id="s2"), RequestRepeated)
    assert (again.outcome, again.codes) == ("RequestRefused", ("field_required",))


def test_a_known_group_keeps_its_name_until_it_is_renamed_and_its_accounts_say_so() -> None:
    scene = Scene(billing())
    scene.hears(created(group_name="Tulip"))
    scene.hears(created("o1/2", version=2, group_name="Rose"))
    assert scene.document(Payer, TULIP).name == "Tulip"
    told = only(scene.hears(settings(name="Rose")), BillingAccountChanged).account
    assert told.payer_name == "Rose"


def test_a_test_order_names_a_group_on_its_own_accounts_only() -> None:
    scene = Scene(billing())
    tried = only(scene.hears(created("o1/1", group_name="Try-out", test=True)), BillingAccountChanged).account
    scene.hears(created("o2/1", group_name="Tulip"))
    names = {i.test: i.payer_name for i in invoices(run(scene, "2024-05"))}
    assert (tried.payer_name, names) == ("Try-out", {True: "Tulip", False: "Tulip"})


def test_the_billing_day_moves_the_next_issue_date() -> None:
    scene = Scene(billing())
    scene.hears(created())
    told = only(scene.hears(settings(billing_day=20)), BillingAccountChanged).account
    assert (told.next_issue_date, told.next_due_date) == (date(2024, 6, 20), date(2024, 7, 4))


def test_a_new_default_term_counts_for_subscriptions_from_then_on_and_moves_none_that_is_known() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    scene.hears(settings(default_term="net_30"))
    scene.hears(created("o2/1"))
    scene.hears(created("o1/1", version=2))
    terms = {a.term: a.active for a in (scene.document(Account, f"{TULIP}/{t}/EUR") for t in ("net_14", "net_30"))}
    assert terms == {"net_14": 1, "net_30": 1}


def test_a_change_of_the_term_moves_no_issued_due_date() -> None:
    scene = Scene(billing())
    scene.hears(created())
    (first,) = invoices(run(scene, "2024-05"))
    scene.hears(settings(default_term="net_30"), time=NOON + timedelta(days=30))
    (second,) = invoices(run(scene, "2024-06"))
    assert (first.due_date, second.due_date) == (date(2024, 6, 15), date(2024, 7, 15))
