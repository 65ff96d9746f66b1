"""Accounts that do not add up are counted anew, when somebody asks for it; what is right stays as it is."""

from typing import Any

import pytest

from contracts.messages.billing import BillingAccountChanged, RequestRefused, RequestRepeated
from contracts.messages.repairs import AccountTotals, PayerRepaired, PayerRepairRequested
from services.billing.documents.account import Account, rebuild
from services.billing.documents.member import Member
from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.handlers import repairing
from services.billing.service import billing
from services.engine.core.planning import MOST_WORK
from tests.billing.subscriptions import CANAL, JOHANNES, TULIP, created, run
from tests.scene import NOON as _NOON
from tests.scene import Scene, only

ACCOUNT = f"{TULIP}/net_14/EUR"
ALONE = "customer:johannes/at_once/EUR"
WHO: dict[str, Any] = {"actor": "Hedy", "reason": "Found by verify"}


@pytest.fixture
def scene() -> Scene:
    """A group with two members, somebody who pays alone, and a month that was invoiced."""
    scene = Scene(billing())
    scene.hears(created("o1/1"))
    scene.hears(created("o2/1", customer=CANAL))
    scene.hears(created("o3/1", payers="customer:johannes", customer=JOHANNES))
    run(scene, "2024-05")
    return scene


def damage(scene: Scene, collection: str, id_: str, **changed: Any) -> None:
    stored = scene.documents[collection, id_]
    kept = {name: value for name, value in ({**stored, **changed}).items() if value is not None}
    scene.documents[collection, id_] = kept


def repair(scene: Scene, **whom: str) -> list[Any]:
    return scene.hears(PayerRepairRequested(**(WHO | (whom or {"group_id": "tulip"}))))


def whole(scene: Scene) -> dict[Any, Any]:
    return {key: dict(value) for key, value in scene.documents.items() if key[0] in ("accounts", "members", "shares")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("active", 7),
        ("monthly_total", 1),
        ("outstanding", 99),
        ("customers", 1),
        ("own_active", 1),
        ("opens", {"2031-01": 2}),
        ("sources", {"order": 2}),
        ("differing", 1),
    ],
)
def test_each_total_is_counted_anew_and_the_account_said_again(scene: Scene, field: str, value: Any) -> None:
    right, version = whole(scene), scene.document(Account, ACCOUNT).version
    damage(scene, "accounts", ACCOUNT, **{field: value})
    said = repair(scene)
    fact = only(said, PayerRepaired)
    assert (fact.version, fact.payer, fact.actor, fact.reason) == (1, TULIP, "Hedy", "Found by verify")
    account = only(said, BillingAccountChanged)
    assert (account.version, account.account.active_subscriptions) == (version + 1, 2)
    right["accounts", ACCOUNT]["version"] = version + 1
    assert whole(scene) == right


def test_what_stood_and_what_stands_is_told(scene: Scene) -> None:
    right = scene.document(Account, ACCOUNT)
    damage(scene, "accounts", ACCOUNT, active=7)
    (told,) = only(repair(scene), PayerRepaired).accounts
    stands = AccountTotals(
        customers=2, active_subscriptions=2, monthly_total=right.monthly_total, outstanding=right.outstanding
    )
    assert (told.account_id, told.stands) == (ACCOUNT, stands)
    assert told.stood == stands.model_copy(update={"active_subscriptions": 7})


def test_customers_in_an_account_are_counted_anew(scene: Scene) -> None:
    damage(scene, "members", f"{ACCOUNT}/canal", active=5)
    del scene.documents["members", f"{ACCOUNT}/windmill"]
    assert only(repair(scene), PayerRepaired).customers == 2
    assert [scene.document(Member, f"{ACCOUNT}/{each}").active for each in ("canal", "windmill")] == [1, 1]


def test_who_pays_alone_is_counted_anew_too(scene: Scene) -> None:
    damage(scene, "accounts", ALONE, own_active=None, active=None)
    assert only(repair(scene, customer_id="johannes"), PayerRepaired).payer == "customer:johannes"
    assert scene.document(Account, ALONE).own_active == 1


def test_a_payer_names_its_accounts_and_shares_again(scene: Scene) -> None:
    damage(scene, "payers", TULIP, accounts=[], shares=[f"{TULIP}/o1"])
    only(repair(scene), PayerRepaired)
    payer = scene.document(Payer, TULIP)
    assert (payer.accounts, payer.shares) == ((ACCOUNT,), (f"{TULIP}/o1", f"{TULIP}/o2"))


def test_what_is_right_is_answered_as_done_and_nothing_changes(scene: Scene) -> None:
    before = {key: dict(value) for key, value in scene.documents.items()}
    (answer,) = repair(scene)
    assert isinstance(answer, RequestRepeated)
    assert (answer.outcome, answer.first_id) == ("PayerRepaired", None)
    assert scene.documents == before


def test_the_same_request_twice_has_one_effect(scene: Scene) -> None:
    damage(scene, "accounts", ACCOUNT, active=7)
    request = PayerRepairRequested(**WHO, group_id="tulip")
    only(scene.hears(request, id="once"), PayerRepaired)
    damage(scene, "accounts", ACCOUNT, active=7)
    assert only(scene.hears(request, id="once"), RequestRepeated).outcome == "PayerRepaired"
    assert scene.document(Account, ACCOUNT).active == 7
    assert only(scene.hears(request, id="again"), PayerRepaired).version == 2


def test_what_billing_cannot_count_anew_is_refused_and_says_what_to_do(scene: Scene) -> None:
    def refused(**whom: str) -> str:
        (why,) = only(repair(scene, **whom), RequestRefused).refusals
        return why.detail

    assert "billing has no payer group:nobody" in refused(group_id="nobody")
    kept = scene.documents.pop(("accounts", ACCOUNT))
    assert "leaseline rebuild billing" in refused()
    scene.documents["accounts", ACCOUNT] = kept
    for id_ in (f"{TULIP}/o1", f"{TULIP}/o2"):
        del scene.documents["shares", id_]
    assert "no subscription" in refused()


def test_more_orders_than_one_decision_counts_are_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "MOST_SHARES", 1)
    (why,) = only(repair(scene), RequestRefused).refusals
    assert "more than 1 orders" in why.detail


def test_it_takes_a_batch_for_itself_since_a_page_lacks_what_its_batch_made(scene: Scene) -> None:
    message = scene._message(PayerRepairRequested, PayerRepairRequested(**WHO, group_id="tulip"), "m", "s", None, _NOON)
    assert scene.service.weight(message) > MOST_WORK


def test_accounts_follow_from_the_shares_after_it(scene: Scene) -> None:
    damage(scene, "accounts", ACCOUNT, active=0, opens={"2030-01": 9})
    repair(scene)
    shares = [scene.document(Share, f"{TULIP}/{order}") for order in ("o1", "o2")]
    assert rebuild(shares)[ACCOUNT] == scene.document(Account, ACCOUNT).totals()
