from datetime import timedelta

from contracts.messages.orders import OrderConfirmationRequested, OrderConfirmed, RequestRefused, RequestRepeated
from services.engine.core.document import replace
from services.orders.documents.order import PlacedOrder
from tests.orders.clerks import agreed, cancel
from tests.orders.shop import CHAIR, codes, confirm, item, kinds, open_shop, order, progressed, refusals
from tests.scene import NOON, only


def test_a_pending_order_is_confirmed_at_the_time_of_the_request() -> None:
    shop = open_shop()
    shop.hears(order())
    later = NOON + timedelta(hours=3)
    fact = only(shop.hears(confirm(actor="Grace"), time=later), OrderConfirmed)
    assert (fact.version, fact.actor) == (2, "Grace")
    assert (fact.order.status, fact.order.confirmed_at) == ("confirmed", later)
    assert shop.document(PlacedOrder, "o-1").status == "confirmed"


def test_confirming_twice_is_a_repeat_that_names_the_first_whoever_asks() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(confirm(), id="first")
    for again in (shop.hears(confirm(), id="first"), shop.hears(confirm(actor="Alan"), id="second")):
        answer = only(again, RequestRepeated)
        assert (answer.first_id, answer.outcome) == ("first", "OrderConfirmed")


def test_confirming_what_was_submitted_as_confirmed_is_a_repeat_of_the_submission() -> None:
    shop = open_shop()
    shop.hears(order(confirmed=True), id="sent")
    answer = only(shop.hears(confirm()), RequestRepeated)
    assert (answer.first_id, answer.outcome) == ("sent", "OrderPlaced")


def test_confirming_a_partial_or_fulfilled_order_records_the_time_and_the_status_stays() -> None:
    for taken, status in ((1, "partial"), (2, "fulfilled")):
        shop = open_shop()
        shop.hears(order().model_copy(update={"items": (order().items[0].model_copy(update={"quantity": 2}),)}))
        shop.hears(progressed(1, ("1", taken, 0)))
        fact = only(shop.hears(confirm()), OrderConfirmed)
        assert (fact.order.status, fact.order.confirmed_at) == (status, NOON)
        assert fact.order.items[0].taken == taken


def test_a_cancelled_order_cannot_be_confirmed() -> None:
    shop = open_shop()
    shop.hears(order())
    placed = shop.document(PlacedOrder, "o-1")
    shop.keep(PlacedOrder, "o-1", replace(placed, cancelled_at=NOON, status="cancelled"))
    assert codes(shop.hears(confirm())) == ["order_cancelled"]


def test_a_confirmation_of_wrong_shape_is_refused_and_remembered() -> None:
    shop = open_shop()
    shop.hears(order())
    nobody = {"order_id": "o-1"}
    assert refusals(shop.hears(nobody, kind=OrderConfirmationRequested, id="m")) == {("field_required", "actor")}
    assert kinds(shop.hears(nobody, kind=OrderConfirmationRequested, id="m")) == ["RequestRepeated"]
    assert shop.document(PlacedOrder, "o-1").confirmed_at is None


def test_a_refused_confirmation_is_a_repeat_only_under_its_own_id() -> None:
    shop = open_shop()
    shop.hears(order())
    placed = shop.document(PlacedOrder, "o-1")
    shop.keep(PlacedOrder, "o-1", replace(placed, cancelled_at=NOON))
    shop.hears(confirm(), id="m")
    shop.keep(PlacedOrder, "o-1", replace(shop.document(PlacedOrder, "o-1"), cancelled_at=None))
    assert kinds(shop.hears(confirm(), id="m")) == ["RequestRepeated"]
    assert kinds(shop.hears(confirm(), id="n")) == ["OrderConfirmed"]


def test_a_clock_of_1970_does_not_date_a_confirmation() -> None:
    shop = open_shop()
    shop.hears(order())
    recorded = NOON + timedelta(hours=1)
    fact = only(shop.hears(confirm(), time=NOON - timedelta(days=91), recorded=recorded), OrderConfirmed)
    assert fact.order.confirmed_at == recorded


def test_whose_clock_lies_long_before_the_order_is_told_so_with_the_refusal() -> None:
    shop = open_shop()
    shop.hears(order())
    agreed(shop, cancel())
    for days, suspect in ((90, False), (91, True)):
        said = shop.hears(confirm(), time=NOON - timedelta(days=days), recorded=NOON)
        assert only(said, RequestRefused).clock_suspect == suspect
        other = shop.hears(order(item(CHAIR)), time=NOON - timedelta(days=days), recorded=NOON)
        assert only(other, RequestRefused).clock_suspect == suspect


def test_a_confirmation_that_was_long_under_way_keeps_its_time() -> None:
    shop = open_shop()
    shop.hears(order())
    earlier = NOON - timedelta(days=90)
    assert only(shop.hears(confirm(), time=earlier), OrderConfirmed).order.confirmed_at == earlier


def test_a_confirmation_that_was_a_repeat_is_known_again_when_the_order_is_cancelled() -> None:
    shop = open_shop()
    shop.hears(order())
    shop.hears(confirm(), id="one")
    assert only(shop.hears(confirm(), id="two"), RequestRepeated).first_id == "one"
    agreed(shop, cancel())
    again = only(shop.hears(confirm(), id="two"), RequestRepeated)
    assert (again.first_id, again.outcome, again.codes) == ("one", "OrderConfirmed", ())
    assert codes(shop.hears(confirm(actor="Alan"), id="two")) == ["id_reused"]
    assert codes(shop.hears(confirm(), id="three")) == ["order_cancelled"]
