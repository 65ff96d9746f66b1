"""What a payer has of an order with many subscriptions lies in several shares, and adds up to the same."""

import pytest

from contracts.messages.life import SubscriptionEnded
from contracts.messages.subscription import SubscriptionFact
from services.billing.documents.account import Account, rebuild
from services.billing.documents.payer import Payer
from services.billing.documents.share import IN_A_SHARE, Share
from services.billing.service import billing
from services.engine.core.document import replace
from services.engine.core.service import Want
from tests.billing.subscriptions import TULIP, created, lines, run
from tests.scene import Scene

UNITS = 2 * IN_A_SHARE + 6
ACCOUNT = f"{TULIP}/net_14/EUR"


def known(units: int = UNITS) -> Scene:
    scene = Scene(billing())
    for number in range(1, units + 1):
        scene.hears(created(f"o1/{number}", version=number))
    return scene


def from_before(scene: Scene) -> Scene:
    """As the last version kept it that had one share for an order."""
    shares = scene.all_of(Share)
    whole = tuple(held for id_ in sorted(shares) for held in shares[id_].subscriptions)
    scene.documents = {key: stored for key, stored in scene.documents.items() if key[0] != "shares"}
    scene.keep(Share, f"{TULIP}/o1", replace(shares[f"{TULIP}/o1"], subscriptions=whole))
    return scene


@pytest.fixture(params=["several shares", "one share, from before"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return known() if request.param == "several shares" else from_before(known())


def test_the_first_subscriptions_are_in_the_orders_share_and_the_next_in_shares_behind_it() -> None:
    shares = known().all_of(Share)
    assert {id_: len(share.subscriptions) for id_, share in shares.items()} == {
        f"{TULIP}/o1": IN_A_SHARE,
        f"{TULIP}/o1/00001": IN_A_SHARE,
        f"{TULIP}/o1/00002": 6,
    }


def test_an_order_that_many_facts_are_about_has_the_totals_of_all_of_them(scene: Scene) -> None:
    assert scene.document(Account, ACCOUNT).active == UNITS
    ended = created(f"o1/{UNITS}", version=UNITS + 1, state="reversed")
    scene.hears(ended)
    scene.hears(ended)
    account = scene.document(Account, ACCOUNT)
    assert (account.active, account.monthly_total, account.customers) == (UNITS - 1, (UNITS - 1) * 5000, 1)
    assert rebuild(scene.all_of(Share).values())[ACCOUNT] == account.totals()


def test_what_an_order_from_before_gets_behind_is_held_once(scene: Scene) -> None:
    scene.hears(created(f"o1/{UNITS + 1}", version=UNITS + 1))
    scene.hears(created("o1/40", version=UNITS + 2, state="ended"))
    held = [each.subscription_id for share in scene.all_of(Share).values() for each in share.subscriptions]
    assert sorted(held) == sorted(f"o1/{number}" for number in range(1, UNITS + 2))
    assert scene.document(Account, ACCOUNT).active == UNITS
    assert rebuild(scene.all_of(Share).values())[ACCOUNT] == scene.document(Account, ACCOUNT).totals()


def test_every_subscription_is_invoiced_once_and_credited_once(scene: Scene) -> None:
    first = lines(run(scene, "2024-05"))
    assert sorted(line.subscription_id for line in first) == sorted(f"o1/{n}" for n in range(1, UNITS + 1))
    scene.hears(created(f"o1/{UNITS}", version=UNITS + 1, state="reversed"))
    second = lines(run(scene, "2024-06"))
    credited = [line for line in second if line.credits is not None]
    assert [(line.subscription_id, line.amount) for line in credited] == [(f"o1/{UNITS}", -5000)]
    assert len(second) == UNITS


def test_a_new_subscription_is_looked_for_in_the_first_share_too_and_a_known_one_in_its_own_alone() -> None:
    scene = Scene(billing())
    fact = created("o1/40", version=1)
    own, first = (Share, f"{TULIP}/o1/00001"), (Share, f"{TULIP}/o1")
    assert _needs(scene, fact) == [(Payer, TULIP), own, first]
    ended = SubscriptionEnded(version=2, subscription=fact.subscription, at=fact.subscription.created_at)
    assert _needs(scene, ended) == [(Payer, TULIP), own]


def _needs(scene: Scene, fact: SubscriptionFact) -> list[Want]:
    message = scene._message(type(fact), fact, "m1", "fulfillment", None, fact.subscription.created_at)
    return list(scene.service.prefetch(message))
