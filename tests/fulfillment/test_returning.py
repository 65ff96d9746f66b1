from datetime import date, timedelta

import pytest

from contracts.messages.fulfillment import OrderProgressed, RequestRefused, RequestRepeated, SentOn
from contracts.messages.life import AssetReturned, ReturnWithdrawn, SubscriptionEnded, SubscriptionExtended
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.engine.runtime.worker import MOST_RECORDS
from services.fulfillment.handlers.subscriptions import SENT_ON_KEPT
from tests.fulfillment.lives import (
    ONE,
    cancel,
    codes,
    correct,
    day_comes,
    entry,
    extend,
    give_back,
    rented,
    reverse,
    set_state,
    swap_device,
    withdraw_return,
)
from tests.fulfillment.orders_known import DAY as DAY_MS
from tests.fulfillment.orders_known import asset, item, passed, placed, scan, serials
from tests.scene import NOON, only

DAY = timedelta(days=1)
END = date(2025, 5, 15)


def test_a_return_after_the_end_frees_the_device_with_its_condition_told() -> None:
    stage = rented()
    day_comes(stage, END)
    fact = only(stage.hears(give_back(condition="worn"), time=NOON + 400 * DAY), AssetReturned)
    assert (fact.serial, fact.returned_condition, fact.actor) == ("S1", "worn", "dock-3")
    now = fact.subscription
    assert (now.returned_at, now.condition, now.state) == (NOON + 400 * DAY, "worn", "ended")
    assert asset(stage, "S1").state == "returned"
    assert [row.state for row in asset(stage, "S1").history] == [None, "ended", "returned"]


def test_the_return_of_a_cancelled_one_frees_its_device() -> None:
    stage = rented()
    stage.hears(cancel())
    stage.hears(give_back())
    assert asset(stage, "S1").state == "returned"


def test_while_the_subscription_is_active_its_device_stays_in_use_until_it_ends() -> None:
    stage = rented()
    only(stage.hears(give_back()), AssetReturned)
    assert (asset(stage, "S1").state, entry(stage).state) == ("in_use", "active")
    only(day_comes(stage, END), SubscriptionEnded)
    assert asset(stage, "S1").state == "returned"
    assert [row.state for row in asset(stage, "S1").history] == [None, "returned"]


def test_a_device_comes_back_once() -> None:
    stage = rented()
    stage.hears(give_back())
    assert codes(stage.hears(give_back())) == [(Code.ALREADY_RETURNED, "")]
    stage.hears(cancel())
    assert codes(stage.hears(give_back())) == [(Code.ALREADY_RETURNED, "")]


def test_nothing_comes_back_of_a_subscription_that_never_was() -> None:
    stage = rented()
    stage.hears(reverse())
    assert codes(stage.hears(give_back())) == [(Code.SUBSCRIPTION_REVERSED, "")]


def test_with_both_named_the_serial_must_be_a_device_of_the_subscription() -> None:
    stage = rented("S1", "S2")
    assert codes(stage.hears(give_back("o-1/1", "S2"))) == [(Code.SERIAL_UNKNOWN, "serial")]
    assert codes(stage.hears(give_back("o-1/1", "\x00"))) == [(Code.SERIAL_INVALID, "serial")]
    assert only(stage.hears(give_back("o-1/1", " s1")), AssetReturned).serial == "S1"


def test_a_serial_that_was_corrected_is_no_device_of_the_subscription_any_more() -> None:
    stage = rented()
    stage.hears(correct("S9"))
    assert codes(stage.hears(give_back("o-1/1", "S1"))) == [(Code.SERIAL_UNKNOWN, "serial")]
    assert codes(stage.hears(give_back(None, "S1"))) == [(Code.SERIAL_UNKNOWN, "serial")]


def test_a_device_that_came_back_goes_to_another_unit_of_the_same_item_as_a_new_subscription() -> None:
    stage = rented("S1", quantity=2)
    stage.hears(cancel())
    stage.hears(give_back())
    assert serials(stage.hears(scan("S1"))) == ["S1"]
    assert [(e.serial, e.state) for e in (entry(stage, 1), entry(stage, 2))] == [("S1", "cancelled"), ("S1", "active")]


def test_a_return_that_names_the_serial_finds_the_subscription_that_had_it_last() -> None:
    stage = rented("S1", quantity=2)
    stage.hears(cancel())
    stage.hears(give_back(None, "S1"))
    stage.hears(scan("S1"))
    fact = only(stage.hears(give_back(None, "S1")), AssetReturned)
    assert fact.subscription.subscription_id == "o-1/2"


def test_a_return_that_names_the_serial_finds_the_subscription_that_got_it_last_whatever_its_number() -> None:
    stage = rented("S1", "S2")
    stage.hears(swap_device("S9", "o-1/2"))
    stage.hears(give_back("o-1/2", "S2"))
    stage.hears(swap_device("S2", "o-1/1"))
    fact = only(stage.hears(give_back(None, "S2")), AssetReturned)
    assert (fact.subscription.subscription_id, fact.subscription.condition) == ("o-1/1", "good")


# The serial alone, at the serial's home


def test_a_return_that_names_only_a_serial_is_decided_at_the_order_that_holds_it() -> None:
    stage = rented("S1", "S2")
    said = stage.hears(give_back(None, " s2 "), id="r", source="dock")
    assert only(said, AssetReturned).subscription.subscription_id == "o-1/2"
    only(said, OrderProgressed)
    say = next(s for s in stage.said if isinstance(s.body, AssetReturned))
    assert say.cause is not None
    assert (say.cause.source, say.cause.id, say.cause.address) == ("dock", "r", "fulfillment.requests/0/3")


def test_the_message_time_goes_on_with_the_request() -> None:
    stage = rented()
    said = stage.hears(cancel(None, serial="S1"), time=NOON + 3 * DAY)
    assert said[-1].model_dump()["order_id"] == "o-1"
    assert entry(stage).cancelled_on == (NOON + 3 * DAY).date()
    unsure = rented()
    unsure.hears(cancel(None, serial="S1"), time=NOON - 99 * DAY, recorded=NOON + DAY)
    assert entry(unsure).cancelled_on == (NOON + DAY).date()


def test_a_serial_that_nobody_had_is_refused_and_the_repeat_is_told_so() -> None:
    stage = rented()
    said = stage.hears(give_back(None, "S7"), id="r")
    assert codes(said) == [(Code.SERIAL_UNKNOWN, "serial")]
    assert only(said, RequestRefused).subject == "serial:S7"
    assert only(stage.hears(give_back(None, "S7"), id="r"), RequestRepeated).codes == ("serial_unknown",)
    assert ("assets", "S7") not in stage.documents


def test_a_repeat_that_named_the_serial_is_told_what_came_of_the_first() -> None:
    stage = rented()
    stage.hears(give_back(None, "S1"), id="r")
    before = entry(stage)
    repeat = only(stage.hears(give_back(None, "S1"), id="r"), RequestRepeated)
    assert (repeat.subject, repeat.first_id, repeat.outcome) == ("o-1", "r", "AssetReturned")
    assert entry(stage) == before


def test_a_repeat_follows_the_first_one_even_if_another_order_has_the_device_by_now() -> None:
    stage = rented()
    stage.hears(cancel())
    stage.hears(give_back(None, "S1"), id="r")
    stage.hears(placed(item(), order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    assert only(stage.hears(give_back(None, "S1"), id="r"), RequestRepeated).subject == "o-1"
    assert entry(stage, order_id="o-2").returned_at is None


def test_the_id_of_a_request_that_was_sent_on_stands_for_one_content() -> None:
    stage = rented()
    stage.hears(give_back(None, "S1"), id="r")
    said = stage.hears(give_back(None, "S1", condition="worn"), id="r")
    assert codes(said) == [(Code.ID_REUSED, "")]


def test_a_request_of_the_wrong_shape_that_names_a_serial_is_refused_at_its_home() -> None:
    stage = rented()
    bad = {"serial": "S1", "condition": "lost", "actor": "dock-3"}
    assert codes(stage.hears(bad, kind=type(give_back()), id="r")) == [(Code.VALUE_INVALID, "condition")]
    assert only(stage.hears(bad, kind=type(give_back()), id="r"), RequestRepeated).codes == ("value_invalid",)


def test_a_refusal_at_a_serials_home_is_forgotten_after_a_day_of_the_waiting_clock() -> None:
    stage = rented()
    stage.hears(give_back(None, "S7"), id="r")
    assert ("serials", "S7") in stage.documents
    stage.hears(passed(DAY_MS - 1))
    assert ("serials", "S7") in stage.documents
    stage.hears(passed(DAY_MS))
    assert ("serials", "S7") not in stage.documents


def test_what_was_sent_on_is_not_forgotten() -> None:
    stage = rented()
    stage.hears(give_back(None, "S1"), id="r")
    stage.hears(passed(9 * DAY_MS))
    assert ("serials", "S1") in stage.documents


def test_a_request_sent_on_that_stands_twice_in_the_log_is_decided_and_answered_once() -> None:
    stage = rented()
    stage.hears(give_back(None, "S1"), id="r")
    onward = next(s.body for s in stage.said if isinstance(s.body, SentOn))
    before = dict(stage.documents)
    assert stage.hears(onward, source="fulfillment") == []
    assert stage.documents == before


def test_a_request_on_its_way_while_another_order_takes_the_device_is_decided_by_the_subscription_that_had_it() -> None:
    stage = rented("S1")
    stage.hears(cancel())
    stage.hears(give_back(None, "S1"), id="r")
    onward = next(s.body for s in stage.said if isinstance(s.body, SentOn))
    stage.hears(placed(item(), order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    late = onward.model_copy(update={"request_id": "late", "offset": onward.offset + 99})
    assert codes(stage.hears(late, source="fulfillment")) == [(Code.ALREADY_RETURNED, "")]
    assert asset(stage, "S1").holder is not None


def test_an_order_remembers_as_many_requests_sent_on_as_one_batch_can_say_again() -> None:
    assert SENT_ON_KEPT >= MOST_RECORDS


def test_a_refusal_of_what_was_sent_on_is_remembered_by_the_order() -> None:
    stage = rented()
    stage.hears(give_back(None, "S1"), id="a")
    said = stage.hears(give_back(None, "S1"), id="b")
    assert codes(said) == [(Code.ALREADY_RETURNED, "")]
    assert only(said, RequestRefused).subject == "o-1"
    assert only(stage.hears(give_back(None, "S1"), id="b"), RequestRepeated).codes == ("already_returned",)


@pytest.mark.parametrize("condition", ["good", "damaged"])
def test_a_return_by_mistake_is_withdrawn_and_the_device_is_the_customers_to_return_again(condition: str) -> None:
    stage = rented()
    stage.hears(cancel())
    before = entry(stage)
    stage.hears(give_back(condition=condition))
    fact = only(stage.hears(withdraw_return()), ReturnWithdrawn)
    assert (fact.serial, fact.subscription.returned_at, fact.subscription.condition) == ("S1", None, None)
    assert replace(entry(stage), history=before.history) == before
    assert (asset(stage, "S1").state, asset(stage, "S1").withheld) == ("ended", None)
    assert [row.state for row in asset(stage, "S1").history] == [None, "ended", "returned", "ended"]
    only(stage.hears(give_back(condition="worn")), AssetReturned)


def test_a_return_while_the_subscription_is_active_is_withdrawn_too() -> None:
    stage = rented(months=6)
    stage.hears(give_back(condition="damaged"))
    only(stage.hears(withdraw_return(None, "s1")), ReturnWithdrawn)
    only(stage.hears(extend(date(2024, 11, 15)), time=NOON + 160 * DAY), SubscriptionExtended)
    day_comes(stage, END)
    assert (asset(stage, "S1").state, asset(stage, "S1").withheld) == ("ended", None)


def test_the_return_of_a_replaced_device_is_withdrawn_and_it_is_waited_for_again() -> None:
    stage = rented()
    stage.hears(swap_device("S2"))
    stage.hears(give_back(None, "S1"))
    assert codes(stage.hears(withdraw_return())) == [(Code.NOT_RETURNED, "")]
    only(stage.hears(withdraw_return(ONE, "S1")), ReturnWithdrawn)
    assert (asset(stage, "S1").state, entry(stage).serial) == ("unavailable", "S2")
    assert codes(stage.hears(withdraw_return(ONE, "S1"))) == [(Code.NOT_RETURNED, "serial")]


@pytest.mark.parametrize("out", [True, False])
def test_a_return_stands_once_the_device_went_out_again(out: bool) -> None:
    stage = rented()
    stage.hears(cancel())
    stage.hears(give_back())
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1", order_id="o-2"))
    if not out:
        stage.hears(cancel("o-2/1"))
        stage.hears(give_back("o-2/1"))
    assert codes(stage.hears(withdraw_return())) == [(Code.DEVICE_OUT_AGAIN, "")]
    assert entry(stage).returned_at is not None


def test_no_return_that_never_was_is_withdrawn() -> None:
    stage = rented()
    assert codes(stage.hears(withdraw_return())) == [(Code.NOT_RETURNED, "")]
    assert codes(stage.hears(withdraw_return("o-1/7"))) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    stage.hears(reverse())
    assert codes(stage.hears(withdraw_return())) == [(Code.SUBSCRIPTION_REVERSED, "")]


def test_what_a_person_said_of_a_device_outlives_the_withdrawal_of_its_return() -> None:
    stage = rented()
    stage.hears(cancel())
    stage.hears(give_back(condition="damaged"))
    stage.hears(set_state("S1", "in_repair"))
    stage.hears(withdraw_return())
    assert (asset(stage, "S1").state, asset(stage, "S1").withheld) == ("ended", "in_repair")
