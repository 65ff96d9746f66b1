"""What billing makes of subscription facts: payers, accounts, their totals and dates, said once."""

from datetime import date

import pytest

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.fulfillment import SubscriptionCreated
from services.billing.documents.account import Account
from services.billing.documents.member import Member
from services.billing.documents.party import Address
from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.service import billing
from services.engine.core.document import replace
from tests.billing.subscriptions import (
    CANAL,
    COOLSINGEL,
    JOHANNES,
    KEIZERSGRACHT,
    POLDER,
    TULIP,
    created,
    individual,
)
from tests.scene import Scene, only

HOME = "group:tulip/net_14/EUR"


@pytest.fixture
def scene() -> Scene:
    return Scene(billing())


def said(scene: Scene, *facts: SubscriptionCreated) -> list[BillingAccountChanged]:
    return [body for fact in facts for body in scene.hears(fact) if isinstance(body, BillingAccountChanged)]


def test_a_first_subscription_makes_the_group_its_account_and_its_dates(scene: Scene) -> None:
    fact = only(scene.hears(created(group_name="Tulip Holding", prices=((12, 5000),))), BillingAccountChanged)

    account = fact.account
    assert fact.version == 1
    assert account.account_id == HOME
    assert (account.payer, account.payer_name) == (TULIP, "Tulip Holding")
    assert (account.term, account.term_source) == ("net_14", "deployment")
    assert (account.customers, account.active_subscriptions) == (1, 1)
    assert (account.monthly_total, account.outstanding) == (5000, 60000)
    assert (account.next_issue_date, account.next_due_date) == (date(2024, 6, 1), date(2024, 6, 15))
    assert account.apart == ()


def test_an_individual_pays_at_once_on_the_issue_date_and_is_named(scene: Scene) -> None:
    fact = only(scene.hears(created(customer=JOHANNES, payers="customer:johannes")), BillingAccountChanged)

    account = fact.account
    assert account.account_id == "customer:johannes/at_once/EUR"
    assert (account.payer_name, account.term_source) == ("Johannes Vermeer", "individual")
    assert account.customers == 1
    assert account.next_due_date == account.next_issue_date == date(2024, 6, 1)


def test_a_business_without_a_group_pays_for_itself_under_its_company_name(scene: Scene) -> None:
    fact = only(scene.hears(created(payers="customer:windmill", term="net_30")), BillingAccountChanged)

    assert (fact.account.payer_name, fact.account.customers) == ("Windmill BV", 1)
    assert fact.account.next_due_date == date(2024, 7, 1)


def test_the_members_of_a_group_are_invoiced_together(scene: Scene) -> None:
    facts = said(
        scene,
        created("o1/1", version=1),
        created("o1/2", version=2),
        created("o2/1", customer=CANAL, prices=((6, 3000),)),
    )

    assert [fact.version for fact in facts] == [1, 2, 3]
    account = facts[-1].account
    assert (account.customers, account.active_subscriptions, account.monthly_total) == (2, 3, 13000)
    assert account.outstanding == 2 * 60000 + 18000


def test_a_member_with_another_term_has_its_own_account_and_both_say_why(scene: Scene) -> None:
    scene.hears(created("o1/1"))

    facts = said(scene, created("o2/1", customer=CANAL, term="net_30"))

    accounts = {fact.account.account_id: fact for fact in facts}
    assert accounts["group:tulip/net_30/EUR"].account.apart == ("term",)
    assert accounts["group:tulip/net_30/EUR"].account.term_source == "order"
    assert accounts[HOME].account.apart == ("term",)
    assert accounts[HOME].version == 2
    assert accounts[HOME].account.active_subscriptions == 1


def test_another_currency_is_never_added_to_the_first(scene: Scene) -> None:
    facts = said(scene, created("o1/1"), created("o2/1", customer=CANAL, currency="JPY", prices=((6, 900),)))

    yen = next(fact.account for fact in facts if fact.account.currency == "JPY")
    assert (yen.monthly_total, yen.apart) == (900, ("currency",))
    assert scene.document(Account, HOME).monthly_total == 5000


def test_a_test_order_has_an_account_of_its_own(scene: Scene) -> None:
    facts = said(scene, created("o1/1"), created("o2/1", test=True))

    trial = next(fact.account for fact in facts if fact.account.test)
    assert (trial.account_id, trial.apart) == (f"{HOME}/test", ("test",))
    assert scene.document(Account, HOME).active == 1


def test_a_known_group_keeps_its_name(scene: Scene) -> None:
    facts = said(scene, created("o1/1", group_name="Tulip Holding"), created("o2/1", group_name="Tulips Reunited"))

    assert facts[-1].account.payer_name == "Tulip Holding"


def test_a_group_that_nobody_named_takes_the_first_name_it_hears_and_tells_all_its_accounts(scene: Scene) -> None:
    facts = said(scene, created("o1/1"), created("o2/1", term="net_30"))
    assert {fact.account.payer_name for fact in facts} == {None}

    facts = said(scene, created("o1/2", version=2, group_name="Tulip Holding"))

    assert {(fact.account.term, fact.account.payer_name) for fact in facts} == {
        ("net_14", "Tulip Holding"),
        ("net_30", "Tulip Holding"),
    }


def test_the_newest_subscription_gives_the_billing_address_and_the_contact(scene: Scene) -> None:
    moved = CANAL.model_copy(update={"first_name": "Rembrandt"})
    scene.hears(created("o1/1", customer=CANAL, minutes=10, address=KEIZERSGRACHT))
    scene.hears(created("o2/1", customer=moved, minutes=20, address=COOLSINGEL))
    scene.hears(created("o3/1", customer=CANAL, minutes=5, address=KEIZERSGRACHT))

    scene.hears(created("o4/1", payers="customer:canal", customer=CANAL, minutes=10, address=KEIZERSGRACHT))
    scene.hears(created("o5/1", payers="customer:canal", customer=moved, minutes=20, address=COOLSINGEL))
    scene.hears(created("o6/1", payers="customer:canal", customer=CANAL, minutes=5, address=KEIZERSGRACHT))
    assert scene.document(Payer, "customer:canal").billing_address(test=False) == Address.from_contract(COOLSINGEL)
    newest = scene.document(Member, f"{HOME}/canal").newest
    assert newest is not None
    assert newest.customer.first_name == "Rembrandt"


def test_an_address_of_its_own_counts_before_that_of_its_subscriptions() -> None:
    its = Address.from_contract(COOLSINGEL)
    assert Payer(kind="group", address=its).billing_address(test=False) == its
    assert Payer(kind="group").billing_address(test=False) is None
    assert Payer(kind="customer").shown_name(test=False) is None


def test_a_customer_who_changed_its_name_is_renamed_on_all_its_accounts(scene: Scene) -> None:
    alone = "customer:johannes"
    scene.hears(created("o1/1", customer=JOHANNES, payers=alone))
    scene.hears(created("o2/1", customer=JOHANNES, payers=alone, currency="USD", minutes=1))

    married = individual("johannes", "Bolnes")
    facts = said(scene, created("o3/1", customer=married, payers=alone, minutes=2))

    assert {(fact.account.currency, fact.account.payer_name) for fact in facts} == {
        ("EUR", "Johannes Bolnes"),
        ("USD", "Johannes Bolnes"),
    }


def test_a_fact_heard_twice_changes_nothing_and_says_nothing(scene: Scene) -> None:
    scene.hears(created("o1/1"))
    before = dict(scene.documents)

    assert scene.hears(created("o1/1")) == []
    assert scene.documents == before


def test_an_older_fact_that_comes_late_changes_nothing(scene: Scene) -> None:
    scene.hears(created("o1/1", version=4, state="cancelled", ends_before=date(2024, 6, 1)))
    before = dict(scene.documents)

    assert scene.hears(created("o1/1", version=1)) == []
    assert scene.documents == before


def test_cancelled_before_it_was_heard_of_it_counts_once_and_as_cancelled(scene: Scene) -> None:
    fact = only(
        scene.hears(created("o1/1", version=4, state="cancelled", ends_before=date(2024, 6, 1))),
        BillingAccountChanged,
    )

    assert (fact.account.active_subscriptions, fact.account.customers) == (0, 0)
    assert fact.account.outstanding == 5000


def test_a_later_fact_replaces_what_the_subscription_added(scene: Scene) -> None:
    scene.hears(created("o1/1", prices=((6, 5000),)))

    extended = said(scene, created("o1/1", version=2, prices=((6, 5000), (6, 4500))))[0].account

    assert (extended.active_subscriptions, extended.customers) == (1, 1)
    assert (extended.monthly_total, extended.outstanding) == (4500, 57000)


def test_what_was_invoiced_stays_invoiced_when_a_newer_fact_comes(scene: Scene) -> None:
    scene.hears(created("o1/1"))
    share = scene.document(Share, "group:tulip/o1")
    invoiced = replace(share.subscriptions[0], issued=(1, 2))
    scene.keep(Share, "group:tulip/o1", replace(share, subscriptions=(invoiced,)))

    scene.hears(created("o1/1", version=2))

    assert scene.document(Share, "group:tulip/o1").subscriptions[0].issued == (1, 2)


def test_a_newer_fact_that_moves_no_amount_is_kept_but_nothing_is_said(scene: Scene) -> None:
    scene.hears(created("o1/1"))

    assert scene.hears(created("o1/1", version=2)) == []
    assert scene.document(Share, "group:tulip/o1").subscriptions[0].version == 2
    assert scene.document(Account, HOME).version == 1


def test_the_last_subscription_of_a_customer_takes_the_customer_with_it(scene: Scene) -> None:
    scene.hears(created("o1/1", version=1))
    scene.hears(created("o1/2", version=2))
    scene.hears(created("o2/1", customer=CANAL))

    one_left = said(scene, created("o1/1", version=3, state="reversed"))[0].account
    gone = said(scene, created("o1/2", version=4, state="reversed"))[0].account

    assert one_left.customers == 2
    assert (gone.customers, gone.active_subscriptions) == (1, 1)


def test_a_reversed_subscription_of_one_who_pays_alone_leaves_an_empty_account(scene: Scene) -> None:
    scene.hears(created("o1/1", payers="customer:windmill"))

    empty = said(scene, created("o1/1", version=2, payers="customer:windmill", state="reversed"))[0].account

    assert (empty.customers, empty.active_subscriptions, empty.outstanding) == (0, 0, 0)
    assert (empty.next_issue_date, empty.next_due_date) == (None, None)


def test_the_next_issue_date_is_that_of_the_earliest_month_not_yet_invoiced(scene: Scene) -> None:
    scene.hears(created("o1/1", version=1, start=date(2024, 7, 31)))
    earlier = said(scene, created("o1/2", version=2, start=date(2024, 5, 31)))[0].account
    later = said(scene, created("o1/2", version=3, start=date(2024, 5, 31), state="reversed"))[0].account

    assert earlier.next_issue_date == date(2024, 6, 1)
    assert later.next_issue_date == date(2024, 8, 1)


def test_a_free_subscription_counts_but_gives_no_dates(scene: Scene) -> None:
    account = said(scene, created(prices=((6, 0),)))[0].account

    assert (account.active_subscriptions, account.customers, account.monthly_total) == (1, 1, 0)
    assert account.next_issue_date is None


def test_a_payers_billing_day_moves_its_dates(scene: Scene) -> None:
    scene.keep(Payer, TULIP, Payer(kind="group", billing_day=28))

    account = said(scene, created())[0].account

    assert (account.next_issue_date, account.next_due_date) == (date(2024, 6, 28), date(2024, 7, 12))


def test_a_payers_default_term_counts_for_what_it_hears_from_then_on(scene: Scene) -> None:
    scene.hears(created("o1/1", version=1))
    known = scene.document(Payer, TULIP)
    scene.keep(Payer, TULIP, replace(known, default_term="net_7"))

    new = said(scene, created("o1/2", version=2))
    old = said(scene, created("o1/1", version=3, prices=((24, 5000),)))

    assert ("net_7", "payer") in {(fact.account.term, fact.account.term_source) for fact in new}
    assert [fact.account.account_id for fact in old] == [HOME]


def test_the_strongest_source_tells_where_an_accounts_term_came_from(scene: Scene) -> None:
    facts = said(scene, created("o1/1"), created("o2/1", term="net_14"))

    assert [fact.account.term_source for fact in facts] == ["deployment", "order"]


def test_an_order_whose_subscriptions_were_all_reversed_may_come_back_under_another_term(scene: Scene) -> None:
    scene.hears(created("o1/1", version=1, term="net_14"))
    scene.hears(created("o1/1", version=2, term="net_14", state="reversed"))

    scene.hears(created("o1/2", version=3, term="net_30"))

    assert scene.document(Account, HOME).active == 0
    assert scene.document(Account, "group:tulip/net_30/EUR").active == 1


def test_after_a_change_of_payer_each_payer_owes_its_own_months(scene: Scene) -> None:
    scene.hears(created("o1/1", prices=((6, 5000),)))

    facts = said(
        scene,
        created("o1/1", version=2, payers=((TULIP, None), (POLDER, date(2024, 7, 20))), prices=((6, 5000),)),
    )

    accounts = {fact.account.payer: fact.account for fact in facts}
    assert (accounts[TULIP].active_subscriptions, accounts[TULIP].outstanding) == (0, 10000)
    assert (accounts[POLDER].active_subscriptions, accounts[POLDER].outstanding) == (1, 20000)
    assert accounts[POLDER].next_issue_date == date(2024, 8, 1)


def test_a_groups_name_is_not_taken_for_the_payer_before_it(scene: Scene) -> None:
    scene.hears(created("o1/1", payers=((TULIP, None), (POLDER, date(2024, 7, 20))), group_name="Polder Works"))

    assert scene.document(Payer, TULIP).name is None
    assert scene.document(Payer, POLDER).name == "Polder Works"


def test_only_the_payers_at_home_here_are_decided(scene: Scene) -> None:
    fact = created("o1/1", payers=((TULIP, None), (POLDER, date(2024, 7, 20))))
    whole = scene._message(type(fact), fact, "m1", "fulfillment", None, fact.subscription.created_at)

    scene._decide(replace(whole, subjects=(TULIP,)))

    assert {id_ for kind, id_ in scene.documents if kind == "payers"} == {TULIP}


def test_a_customer_in_a_customers_account_that_is_not_its_own_is_counted_too(scene: Scene) -> None:
    scene.hears(created("o1/1", payers="customer:windmill"))

    account = said(scene, created("o2/1", customer=CANAL, payers="customer:windmill"))[0].account

    assert account.customers == 2


@pytest.mark.parametrize(
    "second",
    [
        created("o1/2", version=2, currency="USD"),
        created("o1/2", version=2, test=True),
        created("o1/2", version=2, customer=CANAL),
    ],
)
def test_an_order_that_changes_what_never_changes_is_a_hard_error(scene: Scene, second: SubscriptionCreated) -> None:
    scene.hears(created("o1/1"))

    with pytest.raises(ValueError, match="another customer, currency or test mark"):
        scene.hears(second)


@pytest.mark.parametrize("payer", ["tulip", "lane:3", "customer:"])
def test_a_payer_that_is_neither_group_nor_customer_is_a_hard_error(scene: Scene, payer: str) -> None:
    with pytest.raises(ValueError, match="no payer"):
        scene.hears(created(payers=payer))


def test_a_currency_that_does_not_exist_is_a_hard_error(scene: Scene) -> None:
    with pytest.raises(ValueError, match="no currency"):
        scene.hears(created(currency="ZZZ"))
