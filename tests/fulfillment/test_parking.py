from datetime import UTC, datetime, timedelta

from contracts.messages.fulfillment import (
    ItemFulfillmentParked,
    ItemFulfillmentRefused,
    OrderProgressed,
    ParkedDue,
    RequestRefused,
    RequestRepeated,
    SubscriptionCreated,
)
from contracts.values.refusals import Code
from services.fulfillment.handlers import clock
from services.fulfillment.settings import Settings
from tests.fulfillment.orders_known import (
    DAY,
    HOUR,
    asset,
    confirmed,
    created,
    item,
    ledger,
    passed,
    placed,
    refused,
    released,
    scan,
    scene,
    serials,
)
from tests.scene import NOON, Scene, only


def answers(stage: Scene, id_: str) -> list[str]:
    """What was said to the sender of a request, notices and the order's progress apart."""
    apart = (ItemFulfillmentParked, OrderProgressed)
    return [
        type(s.body).__name__ for s in stage.said if s.cause and s.cause.id == id_ and not isinstance(s.body, apart)
    ]


def test_a_scan_before_its_order_is_parked_without_claiming_the_serial() -> None:
    stage = scene()
    notice = only(stage.hears(scan("S1")), ItemFulfillmentParked)
    assert (notice.order_id, notice.serials, notice.waits_for) == ("o-1", ("S1",), "order")
    assert "aside" in notice.what_to_do
    assert ("assets", "S1") not in stage.documents
    stage.hears(placed(order_id="o-2"))
    assert serials(stage.hears(scan("S1", order_id="o-2"))) == ["S1"]
    said = stage.hears(placed())
    assert refused(said) == [("S1", Code.SERIAL_IN_USE)]


def test_parked_scans_are_decided_in_order_when_the_order_arrives_each_answered_to_its_sender() -> None:
    stage = scene()
    stage.hears(scan("S1", "S2"), id="a", source="gate-1")
    stage.hears(scan("S3", "S4"), id="b", source="gate-2")
    said = stage.hears(placed(item(quantity=3)))
    assert serials(said) == ["S1", "S2", "S3"]
    assert refused(said) == [("S4", Code.ITEM_FULLY_FULFILLED)]
    causes = [(type(s.body).__name__, s.cause.source, s.cause.id) for s in stage.said[2:] if s.cause]
    assert causes == [
        ("SubscriptionCreated", "gate-1", "a"),
        ("SubscriptionCreated", "gate-1", "a"),
        ("SubscriptionCreated", "gate-2", "b"),
        ("ItemFulfillmentRefused", "gate-2", "b"),
    ]
    assert len(only(said, OrderProgressed).subscriptions) == 3
    kept = ledger(stage)
    assert (kept.parked, kept.due, kept.lane) == ((), None, None)
    assert asset(stage, "S3").state == "in_use"


def test_what_waited_is_said_under_the_address_of_the_request_that_asked_for_it() -> None:
    stage = scene()
    stage.hears(scan("S1"), id="a")
    stage.hears(placed())
    made = next(s for s in stage.said if isinstance(s.body, SubscriptionCreated))
    assert made.cause is not None
    assert made.cause.address == "fulfillment.requests/0/1"


def test_a_parked_scan_starts_when_the_device_said_not_when_the_order_came() -> None:
    stage = scene()
    stage.hears(scan("S1"), time=NOON)
    said = stage.hears(placed(), time=NOON + timedelta(days=2))
    assert only(said, SubscriptionCreated).subscription.created_at == NOON


def test_a_parked_scan_of_1970_takes_its_records_time_once_the_order_is_known() -> None:
    stage = scene()
    stage.hears(scan("S1"), time=datetime(1970, 1, 1, tzinfo=UTC), recorded=NOON)
    made = only(stage.hears(placed()), SubscriptionCreated).subscription
    assert (made.created_at, made.clock_suspect) == (NOON, True)


def test_a_repeat_of_a_parked_scan_is_not_parked_twice() -> None:
    stage = scene()
    stage.hears(scan("S1"), id="a")
    repeat = only(stage.hears(scan("S1"), id="a"), RequestRepeated)
    assert (repeat.first_id, repeat.outcome) == ("a", "waiting")
    assert len(ledger(stage).parked) == 1
    stage.hears(placed())
    assert only(stage.hears(scan("S1"), id="a"), RequestRepeated).outcome == "SubscriptionCreated"


def test_a_double_beep_under_two_ids_before_the_order_is_one_subscription_and_one_repeat() -> None:
    stage = scene()
    stage.hears(scan("S1"), id="a")
    stage.hears(scan("S1"), id="b")
    said = stage.hears(placed(item(quantity=2)))
    assert serials(said) == ["S1"]
    assert only(said, RequestRepeated).first_id == "a"
    assert answers(stage, "b") == ["RequestRepeated"]


def test_a_serial_that_is_none_is_refused_before_anything_waits() -> None:
    stage = scene()
    assert refused(stage.hears(scan("\x00"))) == [("\x00", Code.SERIAL_INVALID)]
    assert ledger(stage).parked == ()


def test_an_invalid_serial_among_waiting_ones_is_told_at_once_and_again_in_the_one_answer() -> None:
    stage = scene()
    notice = only(stage.hears(scan("S1", "\x00"), id="a"), ItemFulfillmentParked)
    assert notice.serials == ("S1",)
    assert [(r.serial, r.code) for r in notice.refused] == [("\x00", Code.SERIAL_INVALID)]
    said = stage.hears(placed())
    assert serials(said) == ["S1"]
    assert refused(said) == [("\x00", Code.SERIAL_INVALID)]


def test_too_many_serials_are_refused_before_anything_waits() -> None:
    stage = scene()
    said = stage.hears(scan(*(f"S{n}" for n in range(501))))
    assert [r.code for r in only(said, RequestRefused).refusals] == [Code.TOO_MANY_SERIALS]
    assert ledger(stage).parked == ()


def test_2000_serials_wait_for_an_order_and_no_more() -> None:
    stage = scene()
    for n in range(4):
        only(stage.hears(scan(*(f"{n}-{k}" for k in range(500)))), ItemFulfillmentParked)
    said = stage.hears(scan("S1"), id="late")
    assert [r.code for r in only(said, RequestRefused).refusals] == [Code.PARKING_FULL]
    assert only(stage.hears(scan("S1"), id="late"), RequestRepeated).codes == ("parking_full",)
    assert len(serials(stage.hears(placed(*(item(str(n), quantity=500) for n in range(1, 5)))))) == 500


def test_a_megabyte_waits_for_an_order_and_no_more() -> None:
    stage = scene()
    wide = "\u3000" * 200  # blanks of three bytes each: the label as read is kept
    said = [only(stage.hears(scan(*(f"{n}-{k}{wide}" for k in range(100)))), ItemFulfillmentParked) for n in range(16)]
    assert len(said) == 16
    refusal = only(stage.hears(scan(*(f"16-{k}{wide}" for k in range(100)))), RequestRefused)
    assert [r.code for r in refusal.refusals] == [Code.PARKING_FULL]
    only(stage.hears(scan("S1")), ItemFulfillmentParked)


def test_a_scan_whose_order_never_comes_is_refused_after_24_hours_of_the_waiting_clock() -> None:
    stage = scene()
    stage.hears(passed(5 * HOUR))
    stage.hears(scan("S1", "S2"), id="a")
    assert stage.hears(passed(5 * HOUR + DAY - 1)) == []
    said = stage.hears(passed(5 * HOUR + DAY))
    assert refused(said) == [("S1", Code.ORDER_NOT_FOUND), ("S2", Code.ORDER_NOT_FOUND)]
    assert answers(stage, "a") == ["ItemFulfillmentRefused"]
    assert ledger(stage).parked == ()
    assert only(stage.hears(scan("S1", "S2"), id="a"), RequestRepeated).codes == ("order_not_found",)
    assert created(stage.hears(placed(item(quantity=2)))) == []


def test_civil_time_alone_makes_nothing_expire() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    assert stage.hears(passed(HOUR, as_of=NOON + timedelta(days=400))) == []
    assert stage.clock.as_of == NOON + timedelta(days=400)
    assert len(ledger(stage).parked) == 1


def test_only_what_waited_long_enough_expires() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(passed(HOUR))
    stage.hears(scan("S2"))
    assert refused(stage.hears(passed(DAY))) == [("S1", Code.ORDER_NOT_FOUND)]
    assert ledger(stage).due == DAY + HOUR
    assert serials(stage.hears(placed(item(quantity=2)))) == ["S2"]


def test_the_clock_never_goes_back_and_a_repeated_tick_does_nothing() -> None:
    stage = scene()
    stage.hears(passed(2 * HOUR, as_of=NOON + timedelta(hours=2)))
    stage.hears(passed(2 * HOUR, as_of=NOON + timedelta(hours=2)))
    assert stage.hears(passed(HOUR)) == []
    assert (stage.clock.waited, stage.clock.as_of) == (2 * HOUR, NOON + timedelta(hours=2))


def test_many_orders_expire_page_by_page_and_none_is_forgotten() -> None:
    stage = scene()
    for n in range(2 * clock.PAGE + 3):
        stage.hears(scan("S1", order_id=f"o-{n:03}"))
    said = stage.hears(passed(DAY))
    pages = [b.after for b in said if isinstance(b, ParkedDue)]
    assert pages == ["o-024", "o-049", "o-052"]
    assert len([b for b in said if isinstance(b, ItemFulfillmentRefused)]) == 2 * clock.PAGE + 3


def test_one_page_refuses_no_more_than_it_can_say() -> None:
    stage = scene()
    for n in range(6):
        stage.hears(scan(*(f"{n}-{k}" for k in range(500)), order_id=f"o-{n}"))
    said = stage.hears(passed(DAY))
    assert [b.after for b in said if isinstance(b, ParkedDue)] == ["o-3", "o-5"]
    assert len(refused(said)) == 3000


def test_an_order_id_that_was_only_ever_refused_is_forgotten_after_a_day_of_the_waiting_clock() -> None:
    stage = scene()
    stage.hears(scan(), id="a")
    stage.hears(passed(DAY - 1))
    assert only(stage.hears(scan(), id="a"), RequestRepeated).codes == ("field_required",)
    assert ("ledgers", "o-1") in stage.documents
    stage.hears(passed(DAY))
    assert ("ledgers", "o-1") not in stage.documents


def test_what_is_remembered_of_an_expired_scan_is_forgotten_a_day_later() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(passed(DAY))
    assert ("ledgers", "o-1") in stage.documents
    stage.hears(passed(2 * DAY))
    assert stage.documents == {}


def test_a_known_order_is_never_forgotten() -> None:
    stage = scene()
    stage.hears(scan(), id="a")
    stage.hears(placed())
    stage.hears(passed(9 * DAY))
    assert ledger(stage).opened
    assert only(stage.hears(scan(), id="a"), RequestRepeated).codes == ("field_required",)


# Holds


def test_scans_of_a_held_order_wait_without_expiry_and_are_decided_in_order_on_release() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    assert only(stage.hears(scan("S1"), id="a"), ItemFulfillmentParked).waits_for == "release"
    stage.hears(scan("S2"), id="b")
    assert stage.hears(passed(30 * DAY)) == []
    said = stage.hears(released())
    assert serials(said) == ["S1"]
    assert refused(said) == [("S2", Code.ITEM_FULLY_FULFILLED)]


def test_a_scan_parked_before_its_order_stops_expiring_when_the_order_comes_held() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(placed(held=True))
    assert stage.hears(passed(30 * DAY)) == []
    assert serials(stage.hears(released())) == ["S1"]


def test_scans_of_a_held_order_that_is_cancelled_are_refused() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    stage.hears(scan("S1"), time=NOON - timedelta(hours=1))
    said = stage.hears(released(held=True, cancelled=NOON))
    assert refused(said) == [("S1", Code.ORDER_CANCELLED)]
    assert only(said, ItemFulfillmentRefused).scanned_before_cancellation


def test_the_24_hours_start_with_the_release_where_a_confirmation_is_still_required() -> None:
    stage = scene()
    stage.hears(placed(held=True, required=True))
    stage.hears(scan("S1"))
    stage.hears(passed(5 * DAY))
    assert stage.hears(released(required=True)) == []
    assert stage.hears(passed(6 * DAY - 1)) == []
    assert refused(stage.hears(passed(6 * DAY))) == [("S1", Code.ORDER_NOT_CONFIRMED)]
    assert ledger(stage).due is None


def test_a_scan_of_a_held_order_is_parked_under_the_same_limits() -> None:
    stage = scene(Settings(parked_serials=2))
    stage.hears(placed(held=True))
    stage.hears(scan("S1", "S2"))
    assert [r.code for r in only(stage.hears(scan("S3")), RequestRefused).refusals] == [Code.PARKING_FULL]


# Confirmation


def test_where_a_confirmation_is_required_scans_wait_for_it() -> None:
    stage = scene()
    stage.hears(placed(required=True))
    assert only(stage.hears(scan("S1")), ItemFulfillmentParked).waits_for == "confirmation"
    assert serials(stage.hears(confirmed(required=True))) == ["S1"]
    assert stage.hears(passed(DAY)) == []


def test_an_order_created_as_confirmed_waits_for_nothing() -> None:
    stage = scene()
    stage.hears(placed(required=True, confirmed=NOON))
    assert serials(stage.hears(scan("S1"))) == ["S1"]


def test_a_pending_order_gets_its_devices_where_no_confirmation_is_required() -> None:
    stage = scene()
    stage.hears(placed())
    assert serials(stage.hears(scan("S1"))) == ["S1"]


def test_a_scan_parked_before_an_order_that_must_be_confirmed_keeps_its_24_hours() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(passed(20 * HOUR))
    stage.hears(placed(required=True))
    assert refused(stage.hears(passed(DAY))) == [("S1", Code.ORDER_NOT_CONFIRMED)]
