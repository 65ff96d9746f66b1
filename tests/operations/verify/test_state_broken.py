"""Invariants 1, 2, 3 and 6 broken in the databases or in the facts, one at a time."""

from datetime import datetime
from typing import Any

import pytest

from operations.verify.report import Invariant, State
from tests.operations.verify.small_installation import NOON, SmallInstallation, healthy


def broken(small: SmallInstallation, number: int, *words: str) -> Invariant:
    """The invariant, which must be broken by an offender in whose sentence all the words stand."""
    found = small.report().invariants[number - 1]
    assert found.state is State.BROKEN
    assert any(all(word in sentence for word in words) for sentence in found.offenders), found.offenders
    return found


def cancelled(small: SmallInstallation, order_id: str, at: datetime = NOON) -> None:
    small.document("orders", "orders", order_id).update(cancelled_at=at, status="cancelled")


def entry(small: SmallInstallation, order_id: str, number: int, **changed: Any) -> None:
    ledger = small.document("fulfillment", "ledgers", order_id)
    entries = list(ledger["entries"])
    entries[number - 1] = {**entries[number - 1], **changed}
    ledger["entries"] = entries


def line(small: SmallInstallation, order_id: str, **changed: Any) -> None:
    ledger = small.document("fulfillment", "ledgers", order_id)
    ledger["lines"] = [{**ledger["lines"][0], **changed}]


def held(small: SmallInstallation, share: str, **changed: Any) -> None:
    document = small.document("billing", "shares", share)
    document["subscriptions"] = [{**document["subscriptions"][0], **changed}, *document["subscriptions"][1:]]


def test_a_cancelled_order_with_a_subscription_breaks_the_first() -> None:
    small = healthy()
    cancelled(small, "o-1")
    broken(small, 1, "order o-1", "2 subscriptions")


def test_a_cancelled_order_without_subscriptions_makes_the_first_hold() -> None:
    small = healthy()
    cancelled(small, "o-4")
    assert small.report().invariants[0].state is State.HOLDS


def test_a_reversed_subscription_of_a_cancelled_order_does_not_count() -> None:
    small = healthy()
    cancelled(small, "o-2")
    entry(small, "o-2", 1, state="reversed")
    small.rewrite(small.said("SubscriptionCreated", "o-2/1")[0], '"state":"active"', '"state":"reversed"')
    assert small.report().invariants[0].state is State.HOLDS


def test_a_serial_that_two_facts_call_active_breaks_the_second() -> None:
    small = healthy()
    small.rewrite(small.said("SubscriptionCreated", "o-2/1")[0], '"serial":"B1"', '"serial":"A1"')
    broken(small, 2, "by the facts", "A1", "o-1/1", "o-2/1")


def test_a_serial_that_two_ledgers_call_active_breaks_the_second() -> None:
    small = healthy()
    entry(small, "o-2", 1, serial="A1")
    broken(small, 2, "by the ledgers", "A1", "o-1/1", "o-2/1")


def test_a_ledger_that_disagrees_with_the_newest_fact_breaks_the_second() -> None:
    small = healthy()
    entry(small, "o-2", 1, state="ended")
    broken(small, 2, "o-2/1", "ended by the ledger", "active by its newest fact")


def test_an_active_subscription_whose_device_is_held_by_another_breaks_the_second() -> None:
    small = healthy()
    small.document("fulfillment", "assets", "B1").update(state="returned")
    broken(small, 2, "B1 is active in o-2/1", "not in use")


def test_a_device_in_use_by_a_subscription_that_is_not_active_breaks_the_second() -> None:
    small = healthy()
    small.document("fulfillment", "assets", "B1")["history"][-1]["number"] = 7
    broken(small, 2, "device B1 is in use by o-2/7")


@pytest.mark.parametrize("units", [{"units": 1}, {"cancelled": 1}, {"taken": 3}, {"cancelled": -1}])
def test_an_item_with_more_taken_and_cancelled_units_than_it_has_breaks_the_third(units: dict[str, int]) -> None:
    small = healthy()
    line(small, "o-1", **units)
    broken(small, 3, "item 1 of order o-1 has")


def test_taken_units_that_are_not_the_subscriptions_of_the_item_break_the_third() -> None:
    small = healthy()
    line(small, "o-1", taken=1)
    broken(small, 3, "o-1", "1 taken units and 2 subscriptions")


def test_a_subscription_of_an_item_that_the_order_does_not_have_breaks_the_third() -> None:
    small = healthy()
    entry(small, "o-1", 2, item_id="9")
    broken(small, 3, "o-1/2", "item 9")


def test_a_subscription_without_a_fact_breaks_the_third() -> None:
    small = healthy()
    small.take_out(*small.said("SubscriptionCreated", "o-2/1"))
    broken(small, 3, "o-2/1", "no fact tells of it")


def test_a_fact_about_a_subscription_that_the_ledger_does_not_have_breaks_the_third() -> None:
    small = healthy()
    ledger = small.document("fulfillment", "ledgers", "o-1")
    ledger["entries"] = ledger["entries"][:1]
    broken(small, 3, "o-1/2 was said", "does not have it")


@pytest.mark.parametrize(("service", "collection"), [("orders", "orders"), ("fulfillment", "ledgers")])
def test_a_version_that_was_kept_and_never_said_breaks_the_third(service: str, collection: str) -> None:
    small = healthy()
    small.document(service, collection, "o-2")["version"] += 1
    broken(small, 3, f"{service} has version", "o-2")


def test_a_fact_about_an_order_that_orders_does_not_have_breaks_the_third() -> None:
    small = healthy()
    small.documents["orders", "orders"].pop("o-4")
    broken(small, 3, "facts tell of order o-4")
    broken(small, 3, "ledger of order o-4, orders does not have it")


def test_an_order_without_a_hold_that_fulfillment_never_heard_of_breaks_the_third() -> None:
    small = healthy()
    small.documents["fulfillment", "ledgers"].pop("o-4")
    broken(small, 3, "o-4 has no hold", "not opened")


def test_orders_counting_other_units_than_the_ledger_breaks_the_third() -> None:
    small = healthy()
    small.document("orders", "orders", "o-2")["progress"] = []
    broken(small, 3, "item 1 of order o-2", "orders counts 1 units, 0 taken", "the ledger 1, 1, 0")


def test_a_status_that_does_not_follow_from_the_units_breaks_the_third() -> None:
    small = healthy()
    small.document("orders", "orders", "o-4")["status"] = "confirmed"
    broken(small, 3, "o-4 is confirmed", "it is pending")
    broken(small, 3, "o-4 is confirmed", "newest fact says pending")


@pytest.mark.parametrize("field", ["active", "customers", "monthly_total", "outstanding"])
def test_an_account_that_drifted_breaks_the_sixth(field: str) -> None:
    small = healthy()
    small.document("billing", "accounts", "group:engines/net_14/EUR")[field] += 1
    broken(small, 6, "group:engines/net_14/EUR", "counted anew: 2, 1, 9800, 117600")


def test_an_account_that_is_missing_breaks_the_sixth() -> None:
    small = healthy()
    small.documents["billing", "accounts"].pop("group:engines/net_14/EUR")
    broken(small, 6, "no account group:engines/net_14/EUR for 2 subscriptions")
    broken(small, 6, "was said, billing does not have it")


def test_an_account_without_any_subscription_of_its_own_breaks_the_sixth() -> None:
    small = healthy()
    account = small.document("billing", "accounts", "group:engines/net_14/EUR")
    small.documents["billing", "accounts"]["x"] = {**account, "_id": "x", "payer": "group:x"}
    broken(small, 6, "group:x/net_14/EUR", "counted anew: none")


def test_an_account_that_was_said_otherwise_than_it_is_kept_breaks_the_sixth() -> None:
    small = healthy()
    small.take_out(*small.said("BillingAccountChanged", "group:engines"))
    broken(small, 6, "group:engines", "last said: nothing")


def test_an_active_subscription_that_no_account_has_breaks_the_sixth() -> None:
    small = healthy()
    small.documents["billing", "shares"].pop("group:engines/o-1")
    broken(small, 6, "o-1/1", "active in 0 accounts")


def test_a_subscription_that_is_held_in_an_older_version_breaks_the_sixth() -> None:
    small = healthy()
    held(small, "group:engines/o-1", version=0)
    broken(small, 6, "group:engines has version 0 of subscription o-1/1, the newest fact has 1")


def test_a_subscription_that_is_held_under_another_term_than_its_order_gave_breaks_the_sixth() -> None:
    small = healthy()
    held(small, "customer:c-o-2/o-2", term="net_7")
    broken(small, 6, "o-2/1 under net_7", "at_once")


def test_a_subscription_that_is_active_in_two_accounts_breaks_the_sixth() -> None:
    small = healthy()
    share = small.document("billing", "shares", "group:engines/o-1")
    again = {**share["subscriptions"][1], "term": "net_7"}
    share["subscriptions"] = [*share["subscriptions"], again]
    broken(small, 6, "o-1/2 is active in 2 accounts: group:engines/net_14/EUR and group:engines/net_7/EUR")
