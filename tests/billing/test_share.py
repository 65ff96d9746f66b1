"""What one subscription adds to an account: its months by the timeline, its amounts by the stretches."""

from datetime import date
from typing import Any

import pytest

from contracts.messages.subscription import State
from services.billing.documents.held import Held, Part, hold
from services.billing.rules.term import Resolved
from services.engine.core.document import replace
from tests.billing.subscriptions import MAY, POLDER, TULIP, created


def held(*issued: int, **given: Any) -> Held:
    fact = created(**given)
    return replace(hold(fact.subscription, fact.version, Resolved("net_14", "deployment")), issued=issued)


def test_an_active_subscription_adds_its_price_and_every_month_to_come() -> None:
    part = held(prices=((6, 5000),)).part(TULIP)

    assert part == Part(active=1, monthly_total=5000, outstanding=30000, opens="2024-05", source="deployment")


def test_each_stretch_of_months_has_its_own_price_and_the_last_agreed_one_is_shown() -> None:
    part = held(prices=((6, 5000), (12, 4000))).part(TULIP)

    assert part.outstanding == 6 * 5000 + 12 * 4000
    assert part.monthly_total == 4000


def test_free_months_give_no_line() -> None:
    free = held(prices=((6, 0),)).part(TULIP)
    half = held(prices=((1, 0), (6, 5000))).part(TULIP)

    assert (free.active, free.monthly_total, free.outstanding, free.opens) == (1, 0, 0, None)
    assert (half.outstanding, half.opens) == (30000, "2024-06")


@pytest.mark.parametrize("state", ["ended", "cancelled", "reversed"])
def test_only_active_subscriptions_count_as_such(state: State) -> None:
    part = held(state=state).part(TULIP)

    assert (part.active, part.monthly_total) == (0, 0)


def test_an_ended_subscription_still_owes_what_is_not_invoiced() -> None:
    assert held(state="ended", prices=((6, 5000),)).part(TULIP).outstanding == 30000


def test_a_reversed_subscription_owes_nothing_and_what_was_invoiced_is_open_to_be_credited() -> None:
    assert held(state="reversed").part(TULIP).opens is None

    invoiced = held(1, 2, state="reversed").part(TULIP)
    assert (invoiced.outstanding, invoiced.opens) == (0, "2024-05")


def test_a_month_that_begins_on_the_day_of_the_cancellation_is_owed_in_full() -> None:
    on_the_20th = held(state="cancelled", ends_before=date(2024, 7, 21))
    a_day_earlier = held(state="cancelled", ends_before=date(2024, 7, 20))

    assert on_the_20th.due(TULIP) == {1: 5000, 2: 5000, 3: 5000}
    assert a_day_earlier.due(TULIP) == {1: 5000, 2: 5000}


def test_an_end_within_a_later_stretch_cuts_that_stretch_only() -> None:
    part = held(prices=((6, 5000), (12, 4000)), ends_before=date(2025, 1, 1), state="ended").part(TULIP)

    assert part.outstanding == 6 * 5000 + 2 * 4000


def test_cancelled_before_its_start_it_owes_nothing() -> None:
    part = held(state="cancelled", ends_before=MAY).part(TULIP)

    assert (part.outstanding, part.opens) == (0, None)


def test_invoiced_months_are_no_longer_outstanding_and_the_next_one_opens() -> None:
    part = held(1, 2, prices=((6, 5000),)).part(TULIP)

    assert (part.outstanding, part.opens) == (20000, "2024-07")


def test_all_invoiced_nothing_opens() -> None:
    part = held(1, 2, 3, prices=((3, 5000),)).part(TULIP)

    assert (part.outstanding, part.opens) == (0, None)


def test_a_contract_month_belongs_to_the_payer_appended_last_whose_date_is_not_after_its_begin() -> None:
    moved = held(payers=((TULIP, None), (POLDER, date(2024, 7, 20))), prices=((6, 5000),))

    assert set(moved.due(TULIP)) == {1, 2}
    assert set(moved.due(POLDER)) == {3, 4, 5, 6}


def test_a_change_that_falls_between_two_months_counts_from_the_next_one() -> None:
    moved = held(payers=((TULIP, None), (POLDER, date(2024, 7, 21))), prices=((6, 5000),))

    assert set(moved.due(POLDER)) == {4, 5, 6}


def test_a_backdated_change_takes_the_months_of_an_earlier_one_with_it() -> None:
    back = held(payers=((TULIP, None), (POLDER, date(2024, 8, 20)), (TULIP, date(2024, 7, 1))), prices=((6, 5000),))

    assert set(back.due(TULIP)) == {1, 2, 3, 4, 5, 6}
    assert back.due(POLDER) == {}


def test_months_before_every_date_of_the_timeline_belong_to_nobody() -> None:
    late = held(payers=((TULIP, date(2024, 6, 20)),), prices=((6, 5000),))

    assert set(late.due(TULIP)) == {2, 3, 4, 5, 6}


def test_it_is_active_in_the_account_of_the_payer_appended_last_alone() -> None:
    moved = held(payers=((TULIP, None), (POLDER, date(2024, 12, 20))))

    assert (moved.part(TULIP).active, moved.part(POLDER).active) == (0, 1)
    assert (moved.part(TULIP).opens, moved.part(POLDER).opens) == ("2024-05", "2024-12")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"months": 13}, "do not cover 13 months"),
        ({"prices": ()}, "less than a month"),
        ({"start_date": date(9001, 1, 1)}, "12 months from 9001"),
    ],
)
def test_what_would_make_amounts_or_dates_a_guess_is_an_error(changed: dict[str, Any], reason: str) -> None:
    subscription = created().subscription.model_copy(update=changed)

    with pytest.raises(ValueError, match=reason):
        hold(subscription, 1, Resolved("net_14", "deployment"))


@pytest.mark.parametrize("prices", [((0, 5000),), ((-6, 5000), (12, 5000)), ((6, -1),), ((1201, 5000),)])
def test_impossible_stretches_are_an_error(prices: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"stretch|months from"):
        held(prices=prices, ends_before=date(2025, 5, 20))


def test_what_was_invoiced_stays_so_in_a_newer_state_of_the_subscription() -> None:
    old = held(1, 2)
    newer = created(version=2, prices=((12, 5000), (12, 4000))).subscription
    assert hold(newer, 2, Resolved("net_14", "deployment"), old).issued == (1, 2)


def test_an_invoiced_month_never_gets_another_price() -> None:
    cheaper = created(version=2, prices=((12, 4000),)).subscription
    with pytest.raises(ValueError, match="another price"):
        hold(cheaper, 2, Resolved("net_14", "deployment"), held(1))
