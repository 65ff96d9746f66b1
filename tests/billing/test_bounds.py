"""No sum passes what 64 bits hold, whatever is sent: what would make an account larger than that is not taken in."""

from datetime import date
from typing import Any

import pytest

from contracts.messages.billing import BillingAccountChanged, RequestRefused
from contracts.values.money import KNOWN_EXPONENTS, MAX_PRICE
from services.billing.documents.account import MOST, Account, AccountKey, new_account, with_part
from services.billing.documents.held import Held, Part
from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.handlers.runs import OPEN_RUNS
from services.billing.rules.invoice import BYTES_ON_A_PAGE, NEVER_TOO_LONG
from services.billing.service import billing
from services.engine.core.document import replace, stored_form
from tests.billing.queue import Queue
from tests.billing.subscriptions import TULIP, WINDMILL, created, invoices, lines, run
from tests.scene import Scene, only

ACCOUNT = f"{TULIP}/net_14/EUR"
DEAR = 10**12
"""What a price was once allowed to be."""


def part(**changed: Any) -> Part:
    return replace(Part(active=1, monthly_total=0, outstanding=0, opens=None, source="deployment"), **changed)


def near_the_bound(short: int) -> Scene:
    """An account that is so much short of what it may add up to."""
    scene = Scene(billing())
    scene.hears(created("o1/1", prices=((36, 100),)))
    account = scene.document(Account, ACCOUNT)
    scene.keep(Account, ACCOUNT, replace(account, outstanding=MOST - short))
    return scene


def test_an_account_holds_thousands_of_orders_of_the_largest_size_at_the_largest_price() -> None:
    assert 6_400 * 2000 * 36 * MAX_PRICE < MOST


def test_the_fact_that_would_pass_the_bound_is_refused_and_nothing_else_is() -> None:
    scene = near_the_bound(36 * DEAR - 1)
    before = dict(scene.documents)

    with pytest.raises(ValueError, match=f"account {ACCOUNT} would add up to more than {MOST}"):
        scene.hears(created("o2/1", prices=((36, DEAR),)))

    assert scene.documents == before
    told = only(scene.hears(created("o3/1", prices=((35, DEAR),))), BillingAccountChanged).account
    assert told.outstanding == MOST - DEAR + 1


def test_what_makes_a_full_account_smaller_is_taken_in_and_it_is_invoiced() -> None:
    scene = near_the_bound(0)
    scene.hears(created("o1/1", version=2, prices=((36, 100),), state="reversed"))
    assert scene.document(Account, ACCOUNT).outstanding == MOST - 3600

    scene = near_the_bound(0)
    (invoice,) = invoices(run(scene, "2024-05"))
    assert invoice.total == 100


@pytest.mark.parametrize("changed", [{"monthly_total": MOST + 1}, {"outstanding": MOST + 1}, {"outstanding": 2**80}])
def test_no_single_subscription_passes_it_either(changed: dict[str, int]) -> None:
    account = new_account(AccountKey(TULIP, "net_14", "EUR", False))

    with pytest.raises(ValueError, match="would add up"):
        with_part(account, None, part(**changed), joins=1, own=False)


def test_the_orders_of_the_report_at_the_old_price_do_no_harm() -> None:
    """131 orders of 2,000 units for 36 months at 10^12: each fits, but for those beyond the bound."""
    one = part(monthly_total=2000 * DEAR, outstanding=2000 * 36 * DEAR)
    account, refused = new_account(AccountKey(TULIP, "net_14", "EUR", False)), 0
    for _ in range(131):
        try:
            account = with_part(account, None, one, joins=0, own=False)
        except ValueError:
            refused += 1

    assert account.outstanding <= MOST < 2**63
    assert account.outstanding + one.outstanding > MOST
    assert refused == 131 - MOST // one.outstanding


def test_an_amount_of_before_the_bound_was_lowered_is_read_from_the_store() -> None:
    scene = Scene(billing())
    scene.hears(created(prices=((12, DEAR),)))
    (held,) = scene.document(Share, f"{TULIP}/o1").subscriptions

    assert isinstance(held, Held)
    assert invoices(run(scene, "2024-05"))[0].total == DEAR


def test_the_lines_that_are_not_measured_fit_on_a_page_whatever_they_say() -> None:
    """Each text as long as it may be, of characters that JSON escapes."""
    odd = "a" + "\x01" * 199
    customer = WINDMILL.model_copy(
        update={
            "company_name": None, "first_name": odd, "last_name": odd, "vat_id": odd, "registration_number": odd,
        }
    )  # fmt: skip
    fact = created(customer=customer)
    worst = fact.subscription.model_copy(update={"product_name": odd, "variant_name": odd, "serial": "S" * 64})
    scene = Scene(billing())
    scene.hears(fact.model_copy(update={"subscription": worst}))
    (line,) = lines(run(scene, "2024-05"))

    assert len(line.model_dump_json()) > 6 * 1000
    assert NEVER_TOO_LONG * len(line.model_dump_json()) < BYTES_ON_A_PAGE


def test_so_many_runs_of_a_period_may_be_under_way_and_the_next_is_told_to_wait() -> None:
    queue = Queue(Scene(billing()))
    for _ in range(OPEN_RUNS):
        queue.runs("2024-05", date(2024, 6, 1))
    assert queue.said == []

    queue.runs("2024-05", date(2024, 6, 1))

    assert [(each.code, each.field) for each in only(queue.said, RequestRefused).refusals] == [
        ("too_many_runs", "period")
    ]
    queue.runs("2024-06", date(2024, 7, 1))
    assert len(queue.said) == 1
    queue.delivers_all()
    assert len(queue.ended()) == OPEN_RUNS + 1
    queue.runs("2024-05", date(2024, 6, 1))
    queue.delivers_all()
    assert len(queue.ended()) == OPEN_RUNS + 2


def test_a_payer_in_every_account_that_there_can_be_is_a_small_document() -> None:
    ids = [
        AccountKey("group:" + "x" * 64, term, currency, test).id
        for term in ("at_once", "net_7", "net_14", "net_30")
        for currency in KNOWN_EXPONENTS
        for test in (False, True)
    ]
    payer = Payer(kind="group", accounts=tuple(ids))

    assert len(ids) < 1500
    assert len(str(stored_form(payer))) < 200_000
