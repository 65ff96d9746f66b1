from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.messages.assets import AssetState
from contracts.messages.fulfillment import (
    ItemFulfillmentRefused,
    OrderProgressed,
    RequestRefused,
    RequestRepeated,
    SubscriptionCreated,
)
from contracts.values.refusals import Code
from services.fulfillment.documents.asset import Asset, Assignment
from services.fulfillment.settings import Settings
from tests.fulfillment.orders_known import (
    PLACED,
    asset,
    created,
    in_one_batch,
    item,
    ledger,
    placed,
    refused,
    scan,
    scene,
    serials,
)
from tests.scene import NOON, only


def test_a_scan_makes_one_subscription_that_carries_all_that_billing_needs() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    said = stage.hears(scan(" c02x 1234 ", carrier="DHL", tracking="JJD01"))
    made = only(said, SubscriptionCreated).subscription
    assert (made.subscription_id, made.order_id, made.item_id, made.sku) == ("o-1/1", "o-1", "1", "LAPTOP")
    assert (made.serial, made.raw_serial, made.state) == ("C02X1234", " c02x 1234 ", "active")
    assert [(p.payer, p.from_date) for p in made.payers] == [("group:engines", None)]
    assert [(p.months, p.amount) for p in made.prices] == [(12, 4900)]
    assert (made.term, made.currency, made.test) == ("net_30", "EUR", False)
    assert (made.start_date, made.months, made.ends_before) == (NOON.date(), 12, date(2025, 5, 15))
    assert (made.carrier, made.tracking_number) == ("DHL", "JJD01")
    assert (made.created_at, made.clock_suspect) == (NOON, False)
    assert made.customer.id == "ada"
    assert made.group is not None
    assert made.billing_address.city == "London"


def test_three_units_need_three_serials_and_each_is_one_subscription() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=3)))
    said = stage.hears(scan("S1", "S2", "S3"))
    assert [c.subscription.subscription_id for c in created(said)] == ["o-1/1", "o-1/2", "o-1/3"]
    progress = only(said, OrderProgressed)
    assert [(i.item_id, i.units, i.taken, i.cancelled) for i in progress.items] == [("1", 3, 3, 0)]
    assert [(r.subscription_id, r.serial, r.state) for r in progress.subscriptions] == [
        ("o-1/1", "S1", "active"),
        ("o-1/2", "S2", "active"),
        ("o-1/3", "S3", "active"),
    ]


def test_all_facts_of_an_order_run_under_one_version_without_gaps() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=3)))
    facts = [*stage.hears(scan("S1", "S2")), *stage.hears(scan("S3"))]
    versions = [f.version for f in facts if isinstance(f, SubscriptionCreated | OrderProgressed)]
    assert versions == [1, 2, 3, 4, 5]
    assert ledger(stage).version == 5


def test_the_progress_of_an_order_is_said_once_a_batch() -> None:
    stage = scene()
    work = item("2", "DESK", quantity=2)
    stage.hears(placed(item(quantity=2), work, item("3", "LAMP")))
    said = in_one_batch(stage, scan("S1"), scan("D1", item_id="2"), scan("S2"))
    progress = only(said, OrderProgressed)
    assert said[-1] is progress
    assert progress.version == 4
    assert [(i.item_id, i.taken) for i in progress.items] == [("1", 2), ("2", 1)]
    assert [r.subscription_id for r in progress.subscriptions] == ["o-1/1", "o-1/2", "o-1/3"]
    assert ledger(stage).unsaid == ()


def test_a_scan_that_changes_nothing_says_no_progress() -> None:
    stage = scene()
    stage.hears(placed())
    assert [type(b) for b in stage.hears(scan("S1", item_id="9"))] == [ItemFulfillmentRefused]


def test_the_progress_of_2000_units_is_told_in_two_facts_of_bounded_size() -> None:
    stage = scene()
    lines = [item(str(n), f"SKU{n}", quantity=500) for n in range(4)]
    stage.hears(placed(*lines))
    scans = [scan(*(f"{n}-{k}" for k in range(500)), item_id=str(n)) for n in range(4)]
    said = in_one_batch(stage, *scans)
    progress = [b for b in said if isinstance(b, OrderProgressed)]
    assert [p.version for p in progress] == [2001, 2002]
    assert [len(p.subscriptions) for p in progress] == [1000, 1000]
    assert [[i.item_id for i in p.items] for p in progress] == [["0", "1"], ["2", "3"]]
    assert ledger(stage).version == 2002


def test_more_serials_than_open_units_the_first_ones_win_in_list_order() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    said = stage.hears(scan("S1", "S2", "S3", "S4"))
    assert serials(said) == ["S1", "S2"]
    answer = only(said, ItemFulfillmentRefused)
    assert refused(said) == [("S3", Code.ITEM_FULLY_FULFILLED), ("S4", Code.ITEM_FULLY_FULFILLED)]
    assert answer.accepted == 2
    assert "back to stock" in answer.serials[0].what_to_do


def test_an_invalid_serial_is_refused_alone_while_the_others_go_on() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    said = stage.hears(scan("S1", "a\x00b", "S2"))
    assert serials(said) == ["S1", "S2"]
    assert refused(said) == [("a\x00b", Code.SERIAL_INVALID)]


def test_501_serials_are_refused_whole() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=500)))
    said = stage.hears(scan(*(f"S{n}" for n in range(501))))
    assert [r.code for r in only(said, RequestRefused).refusals] == [Code.TOO_MANY_SERIALS]
    assert len(said) == 1
    assert ledger(stage).entries == ()


def test_a_scan_without_serials_is_refused_whole() -> None:
    stage = scene()
    stage.hears(placed())
    only_one = only(stage.hears(scan()), RequestRefused).refusals
    assert [(r.code, r.field) for r in only_one] == [(Code.FIELD_REQUIRED, "serials")]


def test_data_of_the_wrong_shape_is_refused_with_every_code_and_field() -> None:
    stage = scene()
    stage.hears(placed())
    bad = {"order_id": "o-1", "item_id": "?", "serials": [5]}
    answer = only(stage.hears(bad, kind=type(scan()), id="x"), RequestRefused)
    assert {(r.code, r.field) for r in answer.refusals} == {
        (Code.ID_INVALID, "item_id"),
        (Code.WRONG_TYPE, "serials.0"),
    }
    again = only(stage.hears(bad, kind=type(scan()), id="x"), RequestRepeated)
    assert set(again.codes) == {"id_invalid", "wrong_type"}


# The double beep and other repeats


def test_a_double_beep_within_one_message_takes_no_second_unit() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    said = stage.hears(scan("S1", "s1 ", "S2"))
    assert serials(said) == ["S1", "S2"]
    assert refused(said) == [("s1 ", Code.ALREADY_DONE)]


def test_a_double_beep_beside_new_serials_is_listed_as_already_done() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"))
    said = stage.hears(scan("S1", "S2", "S3"))
    assert serials(said) == ["S2"]
    assert refused(said) == [("S1", Code.ALREADY_DONE), ("S3", Code.ITEM_FULLY_FULFILLED)]


def test_the_same_message_again_is_answered_as_a_repeat_and_changes_nothing() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"), id="beep", source="gate-1")
    before = dict(stage.documents)
    said = stage.hears(scan("S1"), id="beep", source="gate-1")
    repeat = only(said, RequestRepeated)
    assert len(said) == 1
    assert (repeat.first_source, repeat.first_id, repeat.outcome) == ("gate-1", "beep", "SubscriptionCreated")
    assert stage.documents == before


def test_a_scan_repeated_as_a_whole_under_a_new_id_is_answered_as_a_repeat_of_the_first() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=3)))
    stage.hears(scan("S1", "S2"), id="first")
    said = stage.hears(scan("S1", "S2"), id="second")
    repeat = only(said, RequestRepeated)
    assert len(said) == 1
    assert (repeat.first_id, repeat.outcome) == ("first", "SubscriptionCreated")
    assert ledger(stage).lines[0].taken == 2
    by_sku = only(stage.hears(scan("S2", item_id=None, sku="LAPTOP")), RequestRepeated)
    assert by_sku.first_id == "first"


def test_a_repeat_under_a_new_id_stays_a_repeat_when_it_is_repeated_itself() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"), id="first")
    stage.hears(scan("S1"), id="second")
    for _ in range(2):
        repeat = only(stage.hears(scan("S1"), id="second"), RequestRepeated)
        assert (repeat.first_id, repeat.outcome, repeat.codes) == ("first", "SubscriptionCreated", ())


def test_the_same_id_with_other_content_is_refused() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"), id="beep")
    said = stage.hears(scan("S2"), id="beep")
    assert [r.code for r in only(said, RequestRefused).refusals] == [Code.ID_REUSED]
    assert ledger(stage).lines[0].taken == 1


def test_two_senders_may_both_count_1_2_3() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"), id="1", source="gate-1")
    assert serials(stage.hears(scan("S2"), id="1", source="gate-2")) == ["S2"]


def test_a_refusal_is_a_repeat_only_under_its_own_id_and_may_succeed_later() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1"))
    stage.hears(scan("S1", order_id="o-2"), id="again")
    stage.keep(Asset, "S1", Asset(sku="LAPTOP", state="returned"))
    repeat = only(stage.hears(scan("S1", order_id="o-2"), id="again"), RequestRepeated)
    assert (repeat.outcome, repeat.codes) == ("ItemFulfillmentRefused", ("serial_in_use",))
    assert serials(stage.hears(scan("S1", order_id="o-2"), id="new")) == ["S1"]


def test_a_scan_without_item_or_sku_names_nothing_and_is_no_repeat() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"))
    assert refused(stage.hears(scan("S1", item_id=None))) == [("S1", Code.ITEM_REQUIRED)]


# The device


def test_a_serial_that_is_active_elsewhere_is_refused_with_the_holders_order() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("S1"))
    answer = only(stage.hears(scan("s1", order_id="o-2")), ItemFulfillmentRefused)
    assert [(s.code, s.holder_order_id) for s in answer.serials] == [(Code.SERIAL_IN_USE, "o-1")]
    assert ledger(stage, "o-2").lines[0].taken == 0


def test_a_serial_that_is_active_under_another_item_of_the_same_order_is_in_use() -> None:
    stage = scene()
    stage.hears(placed(item("1"), item("2")))
    stage.hears(scan("S1", item_id="1"))
    answer = only(stage.hears(scan("S1", item_id="2")), ItemFulfillmentRefused)
    assert [(s.code, s.holder_order_id) for s in answer.serials] == [(Code.SERIAL_IN_USE, "o-1")]


def test_two_orders_in_one_batch_cannot_both_have_a_device() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(placed(order_id="o-2"))
    said = in_one_batch(stage, scan("S1"), scan("S1", order_id="o-2"))
    assert serials(said) == ["S1"]
    assert refused(said) == [("S1", Code.SERIAL_IN_USE)]


def test_a_test_order_shares_the_devices_with_real_ones() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(placed(order_id="t-1", test=True))
    made = only(stage.hears(scan("S1", order_id="t-1")), SubscriptionCreated)
    assert made.subscription.test
    assert asset(stage, "S1").test
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.SERIAL_IN_USE)]


@pytest.mark.parametrize("state", ["ended", "unavailable"])
def test_a_device_whose_return_is_not_recorded_is_refused_with_the_order_that_had_it(state: AssetState) -> None:
    stage = scene()
    stage.hears(placed())
    had = Assignment(order_id="o-0", number=1, since=PLACED)
    stage.keep(Asset, "S1", Asset(sku="LAPTOP", state=state, history=(had,)))
    answer = only(stage.hears(scan("S1")), ItemFulfillmentRefused)
    assert [(s.code, s.holder_order_id) for s in answer.serials] == [(Code.ASSET_NOT_RETURNED, "o-0")]


def test_an_announced_device_of_another_sku_is_refused() -> None:
    stage = scene()
    stage.hears(placed())
    stage.keep(Asset, "S1", Asset(sku="BIKE", state="available"))
    said = stage.hears(scan("S1"))
    assert refused(said) == [("S1", Code.SKU_MISMATCH)]
    assert "BIKE" in only(said, ItemFulfillmentRefused).serials[0].detail


@pytest.mark.parametrize("state", ["returned", "available"])
def test_a_device_that_is_free_again_is_a_new_row_and_the_old_history_stays(state: AssetState) -> None:
    stage = scene()
    stage.hears(placed())
    had = Assignment(order_id="o-0", number=7, since=PLACED, raw_serial="s1")
    stage.keep(Asset, "S1", Asset(sku="LAPTOP", state=state, history=(had,)))
    assert serials(stage.hears(scan("S1"))) == ["S1"]
    now = asset(stage, "S1")
    assert (now.state, now.holder) == ("in_use", Assignment(order_id="o-1", number=1, since=NOON))
    assert now.history[0] == had


def test_the_first_accepted_scan_says_which_variant_a_device_is() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(scan("s1"))
    known = asset(stage, "S1")
    assert (known.sku, known.state) == ("LAPTOP", "in_use")
    assert known.history == (Assignment(order_id="o-1", number=1, since=NOON, raw_serial="s1"),)


def test_a_refused_serial_leaves_no_trace_of_a_device() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(scan("S1", "S2"))
    assert ("assets", "S2") not in stage.documents


# Dates and clocks


def test_the_start_date_is_the_messages_civil_date_in_the_business_time_zone() -> None:
    late = datetime(2024, 5, 15, 23, 30, tzinfo=UTC)
    for zone, day in (("UTC", 15), ("Europe/Berlin", 16), ("America/New_York", 15)):
        stage = scene(Settings(zone=ZoneInfo(zone)))
        stage.hears(placed())
        made = only(stage.hears(scan("S1"), time=late), SubscriptionCreated).subscription
        assert made.start_date == date(2024, 5, day)


@pytest.mark.parametrize(("days", "fine"), [(-91, False), (-90, True), (365, True), (366, False)])
def test_a_start_date_lies_from_90_days_before_to_365_after_the_message(days: int, fine: bool) -> None:
    stage = scene()
    stage.hears(placed())
    said = stage.hears(scan("S1", start=NOON.date() + timedelta(days=days)))
    assert bool(created(said)) is fine
    assert refused(said) == ([] if fine else [("S1", Code.START_DATE_OUT_OF_RANGE)])


def test_a_scan_repeated_with_a_start_date_of_long_ago_is_still_a_repeat() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("S1"))
    assert only(stage.hears(scan("S1", start=date(2001, 1, 1))), RequestRepeated).codes == ()


def test_a_device_whose_clock_says_1970_does_not_start_a_contract_then() -> None:
    stage = scene()
    stage.hears(placed())
    said = stage.hears(scan("S1"), time=datetime(1970, 1, 1, tzinfo=UTC), recorded=NOON)
    made = only(said, SubscriptionCreated).subscription
    assert (made.start_date, made.created_at, made.clock_suspect) == (NOON.date(), NOON, True)


@pytest.mark.parametrize(("days", "suspect"), [(90, False), (91, True)])
def test_a_time_more_than_90_days_before_the_order_is_not_believed(days: int, suspect: bool) -> None:
    stage = scene()
    stage.hears(placed())
    then = PLACED - timedelta(days=days)
    made = only(stage.hears(scan("S1"), time=then, recorded=NOON), SubscriptionCreated).subscription
    assert (made.clock_suspect, made.created_at) == (suspect, NOON if suspect else then)


def test_a_refusal_tells_that_the_clock_is_suspect() -> None:
    stage = scene()
    stage.hears(placed())
    answer = only(
        stage.hears(scan("S1", item_id="9"), time=NOON + timedelta(days=2), recorded=NOON), ItemFulfillmentRefused
    )
    assert answer.clock_suspect


# The cancelled order


@pytest.mark.parametrize(("hours", "before"), [(-1, True), (1, False)])
def test_a_late_scan_on_a_cancelled_order_is_refused_and_says_whether_it_was_made_before(
    hours: int, before: bool
) -> None:
    stage = scene()
    stage.hears(placed(cancelled=NOON))
    said = stage.hears(scan("S1", "\x00"), time=NOON + timedelta(hours=hours), recorded=NOON + timedelta(hours=2))
    answer = only(said, ItemFulfillmentRefused)
    assert refused(said) == [("S1", Code.ORDER_CANCELLED), ("\x00", Code.SERIAL_INVALID)]
    assert answer.scanned_before_cancellation is before
    assert ledger(stage).entries == ()


def test_a_suspect_clock_does_not_say_that_a_scan_was_made_before_the_cancellation() -> None:
    stage = scene()
    stage.hears(placed(cancelled=NOON))
    answer = only(stage.hears(scan("S1"), time=datetime(1970, 1, 1, tzinfo=UTC)), ItemFulfillmentRefused)
    assert (answer.clock_suspect, answer.scanned_before_cancellation) == (True, False)


def test_an_answer_never_repeats_more_of_a_serial_than_a_label_holds() -> None:
    stage = scene()
    stage.hears(placed())
    [(echo, code)] = refused(stage.hears(scan("x" * 5000)))
    assert (len(echo), code) == (128, Code.SERIAL_INVALID)


def test_a_label_that_is_read_in_five_ways_is_one_device_and_then_four_double_beeps() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=5)))
    readings = ("ARM-0007", "]C1010401234567890121ARM-0007", "(01)04012345678901(21)ARM-0007", "ARM\u20110007")
    said = stage.hears(scan(*readings, "\x1dARM-0007"))
    assert serials(said) == ["ARM-0007"]
    assert [code for _, code in refused(said)] == [Code.ALREADY_DONE] * 4
    assert refused(stage.hears(scan("S1\nS2"))) == [("S1\nS2", Code.SERIAL_INVALID)]
