"""The term that counts: the order's own, else the payer's, else the deployment's; individuals pay at once."""

import pytest

from services.billing.rules.term import Resolved, days_of, resolve
from tests.billing.subscriptions import JOHANNES, created


def test_the_orders_own_term_comes_before_all_others() -> None:
    assert resolve(created(term="net_30").subscription, "net_7", "net_14") == Resolved("net_30", "order")


def test_without_one_of_the_order_the_payers_default_counts() -> None:
    assert resolve(created().subscription, "net_7", "net_14") == Resolved("net_7", "payer")


def test_without_either_the_deployments_counts() -> None:
    assert resolve(created().subscription, None, "net_14") == Resolved("net_14", "deployment")


def test_individuals_pay_at_once_whatever_the_defaults_are() -> None:
    subscription = created(customer=JOHANNES, payers="customer:johannes").subscription

    assert resolve(subscription, "net_30", "net_14") == Resolved("at_once", "individual")
    without = subscription.model_copy(update={"term": None})
    assert resolve(without, "net_30", "net_14") == Resolved("at_once", "individual")


def test_a_term_that_orders_must_have_refused_is_an_error_and_not_a_guess() -> None:
    late_paying_individual = created(customer=JOHANNES).subscription.model_copy(update={"term": "net_14"})

    with pytest.raises(ValueError, match="an individual with the term net_14"):
        resolve(late_paying_individual, None, "net_14")
    with pytest.raises(ValueError, match="no term for a business"):
        resolve(created(term="at_once").subscription, None, "net_14")


def test_an_unknown_term_gives_no_days() -> None:
    with pytest.raises(ValueError, match="no such term: net_45"):
        days_of("net_45")
