from datetime import timedelta

import pytest

from contracts.messages.answers import Repeated
from contracts.messages.changes import OrderCancelled
from contracts.messages.clock import ClockTicked
from contracts.messages.orders import (
    NoteAdded,
    OrderConfirmationRequested,
    OrderConfirmed,
    OrderPlaced,
    RequestParked,
    RequestRefused,
    RequestRepeated,
)
from contracts.wire.message import Body
from services.engine.core.service import LaneClock
from services.orders.documents.awaited import AwaitedOrder
from services.orders.settings import Settings
from tests.orders.clerks import amend, cancel, close, move, reject, release
from tests.orders.shop import (
    CLOCK,
    NO_WAITING,
    codes,
    confirm,
    item,
    kinds,
    note,
    open_shop,
    order,
    price,
    refusals,
    variant,
)
from tests.scene import NOON, Scene, only

DAY = 24 * 60 * 60 * 1000


def tick(shop: Scene, waited: int) -> list[Body]:
    """A tick after which the waiting clock stands at ``waited`` milliseconds."""
    shop.clock = LaneClock(NOON, waited - 60_000)
    return shop.hears(ClockTicked(lane=0, as_of=NOON + timedelta(minutes=1)), source="orders")


REQUESTS: list[Body] = [confirm(), note(), amend(clear=("phone",)), close(), move(None), release(), reject()]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: type(r).__name__)
def test_a_request_about_an_order_that_is_not_there_is_told_at_once_that_it_waits_for_what_and_until_when(
    request_: Body,
) -> None:
    shop = open_shop()
    notice = only(shop.hears(request_, id="early", source="clerk"), RequestParked)
    assert (notice.subject, notice.request) == ("o-1", type(request_).type_name())
    assert (notice.waits_for, notice.missing) == ("order", ("o-1",))
    assert notice.until == NOON + timedelta(hours=24, seconds=1)
    assert "order id" in notice.what_to_do
    cause = shop.said[-1].cause
    assert cause is not None
    assert (cause.source, cause.id) == ("clerk", "early")


def test_the_time_of_a_notice_is_that_of_the_record_and_of_the_setting() -> None:
    shop = open_shop(Settings(parked_for=timedelta(minutes=3)))
    notice = only(shop.hears(confirm(), time=NOON - timedelta(days=30), recorded=NOON), RequestParked)
    assert notice.until == NOON + timedelta(minutes=3)


def test_a_confirmation_before_its_order_waits_and_is_decided_when_it_arrives() -> None:
    shop = open_shop()
    said = shop.hears(confirm(), id="early", source="clerk", time=NOON - timedelta(hours=1))
    assert kinds(said) == ["RequestParked"]
    said = shop.hears(order())
    assert kinds(said) == ["OrderPlaced", "OrderConfirmed"]
    fact = only(said, OrderConfirmed)
    assert (fact.version, fact.order.confirmed_at) == (2, NOON - timedelta(hours=1))
    cause = shop.said[-1].cause
    assert cause is not None
    assert (cause.source, cause.id, cause.address) == ("clerk", "early", "orders.requests/0/7")
    assert ("awaited_orders", "o-1") not in shop.documents


def test_what_waited_is_decided_in_the_order_in_which_it_came() -> None:
    shop = open_shop()
    for request in (note("one"), confirm(), note("two"), confirm(actor="Alan")):
        shop.hears(request)
    said = shop.hears(order())
    assert kinds(said) == ["OrderPlaced", "NoteAdded", "OrderConfirmed", "NoteAdded", "RequestRepeated"]
    assert [n.text for n in said if isinstance(n, NoteAdded)] == ["one", "two"]


def test_a_drained_request_is_recognised_when_it_comes_again() -> None:
    shop = open_shop()
    shop.hears(confirm(), id="early")
    shop.hears(order())
    assert only(shop.hears(confirm(), id="early"), RequestRepeated).outcome == "OrderConfirmed"


def test_a_confirmation_that_waited_for_an_order_on_hold_is_refused() -> None:
    shop = open_shop()
    shop.hears(confirm())
    said = shop.hears(order(item(CLOCK, months=36)))
    assert kinds(said)[:2] == ["OrderPlaced", "RequestRefused"]
    assert codes(said) == ["order_on_hold"]


def test_a_repeat_of_a_waiting_request_is_a_repeat_and_takes_no_second_place() -> None:
    shop = open_shop()
    shop.hears(confirm(), id="m")
    answer: Repeated = only(shop.hears(confirm(), id="m"), RequestRepeated)
    assert (answer.first_id, answer.outcome) == ("m", "waiting")
    assert codes(shop.hears(confirm(actor="Alan"), id="m")) == ["id_reused"]
    assert len(shop.document(AwaitedOrder, "o-1").parked) == 1


def test_a_refused_submission_leaves_what_waits_for_the_order_waiting() -> None:
    shop = open_shop(NO_WAITING)
    shop.hears(confirm())
    shop.hears(order(item("NEW-THING")))
    assert len(shop.document(AwaitedOrder, "o-1").parked) == 1
    shop.hears(variant("NEW-THING", price(12, 500)))
    assert kinds(shop.hears(order(item("NEW-THING")))) == ["OrderPlaced", "OrderConfirmed"]


def test_what_waits_for_one_order_stays_small_enough_to_be_kept() -> None:
    shop = open_shop(Settings(most_parked_characters=1000))
    assert kinds(shop.hears(note("a" * 400))) == ["RequestParked"]
    assert kinds(shop.hears(note("b" * 400))) == ["RequestParked"]
    assert codes(shop.hears(note("c" * 400), id="m")) == ["parking_full"]
    assert kinds(shop.hears(confirm())) == ["RequestParked"]


def test_at_most_64_requests_wait_for_one_order() -> None:
    shop = open_shop()
    for n in range(64):
        assert kinds(shop.hears(note(f"note {n}"))) == ["RequestParked"]
    assert codes(shop.hears(confirm(), id="m")) == ["parking_full"]
    assert kinds(shop.hears(confirm(), id="m")) == ["RequestRepeated"]
    assert kinds(shop.hears(confirm("o-2"))) == ["RequestParked"]
    said = shop.hears(order())
    assert kinds(said).count("NoteAdded") == 64


def test_a_request_of_wrong_shape_does_not_wait() -> None:
    shop = open_shop()
    wrong = {"order_id": "o-1", "actor": 7}
    assert refusals(shop.hears(wrong, kind=OrderConfirmationRequested, id="m")) == {("wrong_type", "actor")}
    assert kinds(shop.hears(wrong, kind=OrderConfirmationRequested, id="m")) == ["RequestRepeated"]


def test_after_24_hours_of_the_waiting_clock_the_request_is_refused_to_its_sender() -> None:
    shop = open_shop()
    shop.hears(confirm(), id="early", source="clerk")
    assert kinds(tick(shop, DAY - 1)) == ["ClockPassed"]
    said = tick(shop, DAY)
    assert kinds(said) == ["ClockPassed", "RequestRefused"]
    assert codes(said) == ["order_not_found"]
    cause = shop.said[-1].cause
    assert cause is not None
    assert (cause.source, cause.id) == ("clerk", "early")
    assert only(said, RequestRefused).subject == "o-1"


def test_an_expired_request_is_remembered_for_a_day_more_and_then_nothing_is_left() -> None:
    shop = open_shop()
    shop.hears(confirm(), id="early")
    tick(shop, DAY)
    assert only(shop.hears(confirm(), id="early"), RequestRepeated).codes == ("order_not_found",)
    tick(shop, 2 * DAY - 1)
    assert ("awaited_orders", "o-1") in shop.documents
    assert kinds(tick(shop, 2 * DAY)) == ["ClockPassed"]
    assert ("awaited_orders", "o-1") not in shop.documents


def test_requests_expire_one_by_one_each_after_its_own_time() -> None:
    shop = open_shop()
    shop.hears(confirm())
    shop.clock = LaneClock(NOON, 1000)
    shop.hears(note("later"))
    assert len([s for s in tick(shop, DAY) if isinstance(s, RequestRefused)]) == 1
    assert [p.due for p in shop.document(AwaitedOrder, "o-1").parked] == [DAY + 1000]
    assert kinds(shop.hears(order())) == ["OrderPlaced", "NoteAdded"]


def test_refused_submissions_are_forgotten_a_day_after_the_last_while_requests_go_on_waiting() -> None:
    shop = open_shop(NO_WAITING)
    shop.hears(order(item("NO-SUCH")), id="m")
    shop.clock = LaneClock(NOON, 1000)
    shop.hears(confirm())
    tick(shop, DAY)
    left = shop.document(AwaitedOrder, "o-1")
    assert (left.heard, len(left.parked), left.due) == ((), 1, DAY + 1000)
    assert kinds(shop.hears(order(item("NO-SUCH")), id="m")) == ["RequestRefused"]


def test_expiry_goes_in_bounded_pages() -> None:
    shop = open_shop(Settings(waiting_page=2))
    for n in range(5):
        shop.hears(confirm(f"o-{n}"))
    said = tick(shop, DAY)
    assert kinds(said).count("WaitingDue") == 2
    assert kinds(said).count("RequestRefused") == 5
    assert kinds(tick(shop, 2 * DAY)).count("WaitingDue") == 2
    assert "awaited_orders" not in {name for name, _ in shop.documents}


def test_waiting_times_are_settings() -> None:
    shop = open_shop(Settings(parked_for=timedelta(seconds=90)))
    shop.hears(confirm())
    assert kinds(tick(shop, 90_000)) == ["ClockPassed", "RequestRefused"]


def test_an_order_placed_after_its_requests_expired_is_an_order_like_any_other() -> None:
    shop = open_shop()
    shop.hears(confirm())
    tick(shop, DAY)
    placed = only(shop.hears(order()), OrderPlaced)
    assert (placed.version, placed.order.status) == (1, "pending")


def test_a_note_that_waited_with_a_clock_of_1970_gets_the_records_time() -> None:
    shop = open_shop()
    recorded = NOON - timedelta(minutes=5)
    shop.hears(note(), time=NOON - timedelta(days=365), recorded=recorded)
    assert only(shop.hears(order()), NoteAdded).written_at == recorded


def test_what_waited_with_a_clock_of_1970_is_told_so_when_it_is_refused() -> None:
    shop = open_shop()
    shop.hears(cancel(), id="early", time=NOON - timedelta(days=365), recorded=NOON)
    shop.hears(confirm(), time=NOON - timedelta(days=365), recorded=NOON)
    said = shop.hears(order())
    assert only(said, OrderCancelled).order.cancelled_at == NOON
    assert only(said, RequestRefused).clock_suspect
