"""A parcel, a return, a cancellation of a subscription that is not known yet."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.messages.fulfillment import RequestParked, RequestRefused, RequestRepeated, SubscriptionCreated
from contracts.messages.life import AssetReturned, ShipmentTracked, SubscriptionCancelled
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.fulfillment.settings import Settings
from tests.fulfillment.lives import cancel, codes, correct, entry, extend, give_back, rented, reverse, ship, swap_device
from tests.fulfillment.orders_known import (
    DAY,
    HOUR,
    asset,
    confirmed,
    in_one_batch,
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
from tests.fulfillment.proposals import proposed
from tests.scene import NOON, Scene, only

PATIENT = [ship(), give_back(), cancel()]


def kinds(bodies: list[Body]) -> list[str]:
    return [
        type(b).__name__
        for b in bodies
        if type(b).__name__ not in ("OrderProgressed", "ItemFulfillmentParked", "RequestParked")
    ]


@pytest.mark.parametrize("body", PATIENT, ids=lambda w: type(w).__name__)
def test_it_waits_for_an_order_that_nobody_knows_and_is_told_so_at_once(body: Body) -> None:
    stage = scene()
    notice = only(stage.hears(body, id="w", source="dock"), RequestParked)
    assert (notice.subject, notice.request) == ("o-1", type(body).type_name())
    assert (notice.waits_for, notice.missing) == ("order", ("o-1",))
    assert notice.until == NOON + timedelta(hours=24, seconds=1)
    cause = stage.said[-1].cause
    assert cause is not None
    assert (cause.source, cause.id) == ("dock", "w")
    assert len(ledger(stage).parked) == 1
    assert stage.hears(placed()) == []
    assert len(ledger(stage).parked) == 1


@pytest.mark.parametrize(
    ("body", "fact"), list(zip(PATIENT, (ShipmentTracked, AssetReturned, SubscriptionCancelled), strict=True))
)
def test_it_is_decided_when_the_scan_creates_the_subscription(body: Body, fact: type[Body]) -> None:
    stage = rented("S1", quantity=2)
    later = body.model_copy(update={"subscription_id": "o-1/2"})
    notice = only(stage.hears(later, id="w", source="dock"), RequestParked)
    assert (notice.waits_for, notice.missing) == ("subscription", ("o-1/2",))
    said = stage.hears(scan("S2"))
    assert kinds(said) == ["SubscriptionCreated", fact.__name__]
    cause = next(s.cause for s in stage.said if isinstance(s.body, fact))
    assert cause is not None
    assert (cause.source, cause.id, cause.address) == ("dock", "w", "fulfillment.requests/0/3")
    assert (ledger(stage).parked, ledger(stage).due, ledger(stage).lane) == ((), None, None)


def test_one_about_a_held_order_is_told_that_it_waits_without_an_end() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    assert only(stage.hears(ship()), RequestParked).until is None


def test_one_about_another_subscription_waits_on() -> None:
    stage = rented("S1", quantity=3)
    stage.hears(ship("o-1/3"))
    assert kinds(stage.hears(scan("S2"))) == ["SubscriptionCreated"]
    assert kinds(stage.hears(scan("S3"))) == ["SubscriptionCreated", "ShipmentTracked"]


def test_it_is_decided_in_turn_when_the_scan_itself_had_waited() -> None:
    stage = scene()
    stage.hears(cancel("o-1/2"), id="early")
    stage.hears(scan("S1"), id="a")
    stage.hears(give_back("o-1/1"), id="between")
    stage.hears(scan("S2"), id="b")
    stage.hears(ship("o-1/3"), id="waits on")
    said = stage.hears(placed(item(quantity=3)))
    assert kinds(said) == ["SubscriptionCreated", "AssetReturned", "SubscriptionCreated", "SubscriptionCancelled"]
    assert [p.request.id for p in ledger(stage).parked] == ["waits on"]
    assert ledger(stage).due == DAY


def test_in_the_order_of_the_log_a_device_comes_back_and_serves_again() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(cancel())
    stage.hears(give_back())
    stage.hears(scan("S1"))
    assert serials(stage.hears(placed(item(quantity=2)))) == ["S1", "S1"]
    assert [e.state for e in ledger(stage).entries] == ["cancelled", "active"]


def test_two_wishes_are_decided_in_the_order_in_which_they_came() -> None:
    stage = rented("S1", quantity=2)
    stage.hears(cancel("o-1/2"), id="a")
    stage.hears(cancel("o-1/2"), id="b")
    said = stage.hears(scan("S2"))
    assert kinds(said) == ["SubscriptionCreated", "SubscriptionCancelled", "RequestRefused"]
    assert only(stage.hears(cancel("o-1/2"), id="b"), RequestRepeated).codes == ("subscription_cancelled",)


def test_a_repeat_of_one_that_waits_is_told_so_and_waits_no_second_time() -> None:
    stage = scene()
    stage.hears(ship(), id="w")
    repeat = only(stage.hears(ship(), id="w"), RequestRepeated)
    assert (repeat.first_id, repeat.outcome) == ("w", "waiting")
    assert codes(stage.hears(ship(carrier="UPS"), id="w")) == [(Code.ID_REUSED, "")]
    assert len(ledger(stage).parked) == 1
    stage.hears(placed())
    stage.hears(scan("S1"))
    assert only(stage.hears(ship(), id="w"), RequestRepeated).outcome == "ShipmentTracked"


def test_after_24_hours_of_the_waiting_clock_the_subscription_is_unknown() -> None:
    stage = scene()
    stage.hears(passed(5 * HOUR))
    stage.hears(ship(), id="w")
    stage.hears(placed())
    assert stage.hears(passed(5 * HOUR + DAY - 1)) == []
    said = stage.hears(passed(5 * HOUR + DAY))
    assert codes(said) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    assert only(stage.hears(ship(), id="w"), RequestRepeated).codes == ("subscription_unknown",)
    assert kinds(stage.hears(scan("S1"))) == ["SubscriptionCreated"]
    assert (ledger(stage).due, ledger(stage).lane) == (None, None)


def test_what_waits_for_an_order_that_never_comes_expires_with_its_scans() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    stage.hears(cancel())
    said = stage.hears(passed(DAY))
    assert refused(said) == [("S1", Code.ORDER_NOT_FOUND)]
    assert codes(said) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    stage.hears(passed(2 * DAY))
    assert stage.documents == {}


def test_while_the_order_is_held_no_time_runs() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    stage.hears(scan("S1"))
    stage.hears(ship())
    assert stage.hears(passed(30 * DAY)) == []
    assert kinds(stage.hears(released())) == ["SubscriptionCreated", "ShipmentTracked"]


def test_after_the_release_the_24_hours_of_what_waits_on_begin() -> None:
    stage = scene()
    stage.hears(placed(held=True))
    stage.hears(ship())
    stage.hears(passed(30 * DAY))
    assert stage.hears(released()) == []
    assert ledger(stage).due == 31 * DAY
    assert codes(stage.hears(passed(31 * DAY))) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]


@pytest.mark.parametrize("body", PATIENT, ids=lambda w: type(w).__name__)
def test_in_a_cancelled_order_it_waits_for_nothing_and_is_refused_at_once(body: Body) -> None:
    stage = scene()
    stage.hears(placed(held=True))
    stage.hears(body)
    said = stage.hears(placed(version=2, held=True, cancelled=NOON))
    assert codes(said) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    assert codes(stage.hears(body)) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
    assert (ledger(stage).parked, ledger(stage).due) == ((), None)


def test_what_waits_for_a_scan_is_refused_with_it_when_the_order_is_cancelled() -> None:
    stage = scene()
    stage.hears(placed(required=True))
    stage.hears(scan("S1"))
    stage.hears(ship())
    said = stage.hears(proposed(change="cancellation"))
    assert refused(said) == [("S1", Code.ORDER_CANCELLED)]
    assert codes(said) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]


def test_a_confirmation_lets_the_scan_go_and_the_wish_behind_it() -> None:
    stage = scene()
    stage.hears(placed(required=True))
    stage.hears(scan("S1"))
    stage.hears(cancel())
    assert kinds(stage.hears(confirmed(required=True))) == ["SubscriptionCreated", "SubscriptionCancelled"]


@pytest.mark.parametrize("body", [extend(NOON.date()), correct("S9"), swap_device("S9"), reverse()], ids=type)
def test_what_must_have_seen_the_subscription_is_refused_at_once(body: Body) -> None:
    for stage in (scene(), rented("S1")):
        about = body.model_copy(update={"subscription_id": "o-1/2"})
        assert codes(stage.hears(about, id="w")) == [(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")]
        assert only(stage.hears(about, id="w"), RequestRepeated).codes == ("subscription_unknown",)


def test_it_counts_among_what_may_wait_for_an_order() -> None:
    stage = scene(Settings(parked_serials=3))
    stage.hears(scan("S1", "S2"))
    stage.hears(ship())
    assert codes(stage.hears(cancel())) == [(Code.PARKING_FULL, "")]
    assert [r.code for r in only(stage.hears(scan("S3")), RequestRefused).refusals] == [Code.PARKING_FULL]
    tight = scene(Settings(parked_bytes=300))
    tight.hears(cancel(reason="x" * 100))
    assert codes(tight.hears(cancel(reason="y" * 100))) == [(Code.PARKING_FULL, "")]


def test_data_of_the_wrong_shape_does_not_wait() -> None:
    stage = scene()
    bad = {"subscription_id": "o-1/1", "reason_code": "boredom"}
    said = stage.hears(bad, kind=type(cancel()), id="w")
    assert set(codes(said)) == {(Code.VALUE_INVALID, "reason_code"), (Code.FIELD_REQUIRED, "actor")}
    assert set(only(stage.hears(bad, kind=type(cancel()), id="w"), RequestRepeated).codes) == {
        "value_invalid",
        "field_required",
    }
    stage.hears(passed(DAY))
    assert stage.documents == {}


def test_a_serial_that_is_none_is_refused_before_anything_waits() -> None:
    stage = scene()
    assert codes(stage.hears(give_back("o-1/1", "\x00"))) == [(Code.SERIAL_INVALID, "serial")]
    assert ledger(stage).parked == ()


def test_one_that_names_another_device_than_the_scan_brought_is_refused_in_the_end() -> None:
    stage = scene()
    stage.hears(give_back("o-1/1", "S2"))
    stage.hears(placed())
    assert codes(stage.hears(scan("S1"))) == [(Code.SERIAL_UNKNOWN, "serial")]


def test_the_day_of_a_cancellation_that_waited_is_that_of_its_message() -> None:
    stage = scene()
    stage.hears(cancel(), time=NOON + timedelta(days=1))
    stage.hears(scan("S1"), time=NOON)
    stage.hears(placed(), time=NOON + timedelta(days=7))
    assert entry(stage).cancelled_on == (NOON + timedelta(days=1)).date()


def test_a_clock_of_1970_is_not_believed_once_the_subscription_is_known() -> None:
    stage = rented("S1", quantity=2)
    stage.hears(cancel("o-1/2"), time=datetime(1970, 1, 1, tzinfo=UTC), recorded=NOON)
    said = stage.hears(scan("S2"))
    assert only(said, SubscriptionCancelled).at == NOON


def test_a_scan_and_what_waits_for_it_are_decided_in_one_batch_too() -> None:
    stage = scene()
    said = in_one_batch(stage, placed(), ship(), scan("S1"), cancel())
    assert kinds(said) == ["SubscriptionCreated", "ShipmentTracked", "SubscriptionCancelled"]
    assert asset(stage, "S1").state == "ended"


def test_one_answer_for_each() -> None:
    stage: Scene = scene()
    stage.hears(ship(), id="w")
    stage.hears(placed())
    stage.hears(scan("S1"))
    said = [type(s.body) for s in stage.said if s.cause and s.cause.id == "w"]
    assert said == [RequestParked, ShipmentTracked]
    assert SubscriptionCreated not in said
