"""Accounts: what they are made of, and why one stands apart from the rest of its payer."""

import pytest

from contracts.messages.billing import BillingAccountChanged
from services.billing.documents.account import Account, AccountKey, rebuild
from services.billing.documents.share import Share
from services.billing.rules.contract import find_reasons
from services.billing.service import billing
from tests.billing.subscriptions import JOHANNES, created
from tests.scene import Scene, only

HOME = AccountKey("group:tulip", "net_14", "EUR", test=False)
LATER = AccountKey("group:tulip", "net_30", "EUR", test=False)
DOLLARS = AccountKey("group:tulip", "net_14", "USD", test=False)
TRIAL = AccountKey("group:tulip", "net_14", "EUR", test=True)


@pytest.mark.parametrize(("key", "id_"), [(HOME, "group:tulip/net_14/EUR"), (TRIAL, "group:tulip/net_14/EUR/test")])
def test_an_accounts_id_names_its_four_parts(key: AccountKey, id_: str) -> None:
    assert key.id == id_
    assert AccountKey.parse(id_) == key


@pytest.mark.parametrize("id_", ["group:tulip/net_14/EUR/real", "group:tulip/net_45/EUR", "group:tulip/net_14/XYZ"])
def test_no_account_is_made_of_parts_that_do_not_exist(id_: str) -> None:
    with pytest.raises(ValueError, match="no "):
        AccountKey.parse(id_)


def test_the_only_account_of_a_payer_stands_apart_from_nothing() -> None:
    assert find_reasons(HOME, [HOME]) == ()


def test_another_term_and_another_currency_are_told_on_both_sides() -> None:
    assert find_reasons(HOME, [HOME, LATER]) == ("term",)
    assert find_reasons(LATER, [HOME, LATER]) == ("term",)
    assert find_reasons(DOLLARS, [HOME, DOLLARS]) == ("currency",)
    assert find_reasons(HOME, [HOME, LATER, DOLLARS]) == ("term", "currency")


def test_a_test_account_stands_apart_as_such_and_moves_no_real_one_apart() -> None:
    assert find_reasons(TRIAL, [HOME, TRIAL]) == ("test",)
    assert find_reasons(HOME, [HOME, TRIAL]) == ()
    assert find_reasons(TRIAL, [TRIAL]) == ()


def test_an_account_shows_that_a_customer_in_it_was_known_as_somebody_else_while_it_counts() -> None:
    scene = Scene(billing())
    scene.hears(created(payers="customer:johannes", customer=JOHANNES))
    other = JOHANNES.model_copy(update={"first_name": "Bruno", "email": "bruno@neu.example", "differs": True})
    said = scene.hears(created("o2/1", payers="customer:johannes", customer=other))
    assert only(said, BillingAccountChanged).account.customer_differs
    said = scene.hears(created("o2/1", version=2, payers="customer:johannes", customer=other, state="reversed"))
    assert not only(said, BillingAccountChanged).account.customer_differs
    kept = {id_: scene.document(Account, id_).totals() for name, id_ in scene.documents if name == "accounts"}
    assert kept == rebuild(scene.document(Share, id_) for name, id_ in scene.documents if name == "shares")
