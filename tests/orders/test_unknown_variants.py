"""An order with a SKU that the catalog does not know waits some minutes, visibly, and is decided when it comes."""

from datetime import timedelta

from contracts.messages.changes import OrderCancelled
from contracts.messages.clock import ClockTicked
from contracts.messages.orders import OrderPlaced, RequestParked, RequestRefused, RequestRepeated
from contracts.wire.message import Body
from services.engine.core.service import LaneClock
from services.orders.documents.awaited import AwaitedOrder
from services.orders.settings import Settings
from tests.orders.clerks import amend, cancel
from tests.orders.shop import ACME, CHAIR, CLOCK, codes, confirm, item, kinds, note, open_shop, order, price, variant
from tests.orders.shop import refusals as refused_with
from tests.scene import NOON, Scene, only

LAMP, DESK = "LAMP", "DESK"
MINUTE = 60_000
TEN_MINUTES = 10 * MINUTE


def tick(shop: Scene, waited: int) -> list[Body]:
    """A tick after which the waiting clock stands at ``waited`` milliseconds."""
    shop.clock = LaneClock(NOON, waited - MINUTE)
    return shop.hears(ClockTicked(lane=0, as_of=NOON + timedelta(minutes=1)), source="orders")


def arrives(shop: Scene, sku: str = LAMP) -> list[Body]:
    return shop.hears(variant(sku, price(12, 700)), source="catalog")


def left(shop: Scene) -> set[str]:
    return {name for name, _ in shop.documents} & {"awaited_orders", "awaited_variants"}


def test_it_waits_and_its_sender_hears_at_once_for_what_and_until_when() -> None:
    shop = open_shop()
    said = shop.hears(order(item(), item(LAMP), item(DESK), item(LAMP, months=24)), id="m")
    notice = only(said, RequestParked)
    assert (notice.subject, notice.waits_for, notice.missing) == ("o-1", "variant", (LAMP, DESK))
    assert notice.request == "leaseline.orders.OrderSubmitted.v1"
    assert notice.until == NOON + timedelta(minutes=10, seconds=1)
    assert "RequestRefused" not in kinds(said)
    assert ("orders", "o-1") not in shop.documents


def test_it_is_placed_when_the_variant_comes_and_answered_to_its_sender() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP), confirmed=True, notes=()), id="m", source="web", time=NOON - timedelta(minutes=3))
    said = arrives(shop)
    fact = only(said, OrderPlaced)
    assert (fact.version, fact.order.placed_at, fact.order.status) == (1, NOON - timedelta(minutes=3), "confirmed")
    assert fact.order.monthly_total == 700
    cause = next(say.cause for say in shop.said if isinstance(say.body, OrderPlaced))
    assert cause is not None
    assert (cause.source, cause.id) == ("web", "m")
    assert left(shop) == set()
    assert only(shop.hears(order(item(LAMP), confirmed=True), id="m", source="web"), RequestRepeated).first_id == "m"


def test_with_two_unknown_variants_it_waits_for_both() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP), item(DESK)))
    assert "OrderPlaced" not in kinds(arrives(shop, DESK))
    assert "OrderPlaced" in kinds(arrives(shop, LAMP))
    assert left(shop) == set()


def test_a_variant_that_comes_without_a_price_makes_an_order_on_hold() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)))
    placed = only(shop.hears(variant(LAMP), source="catalog"), OrderPlaced).order
    assert [hold.reason for hold in placed.holds] == ["price_missing"]
    assert "HoldReleased" in kinds(arrives(shop))


def test_a_variant_that_comes_inactive_refuses_it_at_once() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)), id="m")
    said = shop.hears(variant(LAMP, price(12, 700), active=False), source="catalog")
    assert refused_with(said) == {("variant_inactive", "items.0.sku")}
    assert only(shop.hears(order(item(LAMP)), id="m"), RequestRepeated).codes == ("variant_inactive",)


def test_after_ten_minutes_of_the_waiting_clock_it_is_refused_and_nothing_is_left_after_a_day() -> None:
    shop = open_shop()
    shop.hears(order(item(), item(LAMP)), id="m", source="web")
    assert kinds(tick(shop, TEN_MINUTES - 1)) == ["ClockPassed"]
    said = tick(shop, TEN_MINUTES)
    assert refused_with(said) == {("variant_unknown", "items.1.sku")}
    cause = next(say.cause for say in shop.said if isinstance(say.body, RequestRefused))
    assert cause is not None
    assert (cause.source, cause.id) == ("web", "m")
    assert only(shop.hears(order(item(), item(LAMP)), id="m", source="web"), RequestRepeated).codes == (
        "variant_unknown",
    )
    assert "OrderPlaced" not in kinds(arrives(shop))
    tick(shop, TEN_MINUTES + 25 * 60 * MINUTE)
    assert left(shop) == set()


def test_a_wake_up_that_was_lost_costs_time_and_no_order() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)))
    for key in [key for key in shop.documents if key[0] == "awaited_variants"]:
        del shop.documents[key]
    assert "OrderPlaced" not in kinds(arrives(shop))
    assert "OrderPlaced" in kinds(tick(shop, TEN_MINUTES))


def test_the_waiting_time_is_a_setting_and_zero_is_no_waiting() -> None:
    shop = open_shop(Settings(unknown_sku_for=timedelta(minutes=2)))
    assert only(shop.hears(order(item(LAMP))), RequestParked).until == NOON + timedelta(minutes=2, seconds=1)
    assert codes(tick(shop, 2 * MINUTE)) == ["variant_unknown"]
    shop = open_shop(Settings(unknown_sku_for=timedelta(0)))
    assert codes(shop.hears(order(item(LAMP)))) == ["variant_unknown"]


def test_what_waiting_cannot_mend_is_refused_at_once_with_every_code() -> None:
    shop = open_shop()
    said = shop.hears(order(item(LAMP), item(quoted=1, quoted_in="USD"), term="net_7"))
    assert refused_with(said) == {
        ("variant_unknown", "items.0.sku"),
        ("mixed_currency", "items.1.quoted_price.currency"),
        ("term_not_allowed", "term"),
    }


def test_a_repeat_while_it_waits_is_told_so_and_waits_no_second_time() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)), id="a")
    for id_ in ("a", "b", "b"):
        answer = only(shop.hears(order(item(LAMP)), id=id_), RequestRepeated)
        assert (answer.first_id, answer.outcome) == ("a", "waiting")
    assert codes(shop.hears(order(item(DESK)), id="a")) == ["id_reused"]
    assert codes(shop.hears(order(item(DESK)), id="b")) == ["id_reused"]
    assert len(shop.document(AwaitedOrder, "o-1").submissions) == 1
    assert kinds(arrives(shop)).count("OrderPlaced") == 1
    answer = only(shop.hears(order(item(LAMP)), id="b"), RequestRepeated)
    assert (answer.first_id, answer.outcome) == ("a", "OrderPlaced")


def test_other_content_meanwhile_that_can_be_placed_is_the_order_and_the_waiting_one_a_conflict() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)), id="slip")
    said = shop.hears(order(item(CLOCK)), id="right")
    assert only(said, OrderPlaced).order.items[0].sku == CLOCK
    assert refused_with(said) == {("order_conflict", "items")}
    assert [say.cause.id for say in shop.said if isinstance(say.body, RequestRefused) and say.cause] == ["slip"]
    assert kinds(arrives(shop)) == ["VariantChanged", "VariantsDue", "SubmissionDue"]


def test_two_that_wait_with_other_content_are_decided_in_their_order() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)), id="a")
    shop.hears(order(item(LAMP, 2)), id="b")
    said = arrives(shop)
    assert only(said, OrderPlaced).order.items[0].quantity == 1
    assert refused_with(said) == {("order_conflict", "items")}


def test_no_more_than_four_of_one_order_wait() -> None:
    shop = open_shop()
    for quantity in range(1, 5):
        assert "RequestParked" in kinds(shop.hears(order(item(LAMP, quantity))))
    assert codes(shop.hears(order(item(LAMP, 5)))) == ["parking_full"]


def test_requests_about_it_wait_for_it_and_are_decided_behind_it() -> None:
    shop = open_shop()
    early = only(shop.hears(note("before")), RequestParked)
    shop.hears(order(item(LAMP)))
    notice = only(shop.hears(confirm()), RequestParked)
    assert (early.waits_for, notice.waits_for, notice.missing) == ("order", "order", ("o-1",))
    shop.hears(amend(clear=("phone",)))
    said = arrives(shop)
    wanted = ["OrderPlaced", "NoteAdded", "OrderConfirmed", "OrderAmended"]
    assert [kind for kind in kinds(said) if kind in wanted] == wanted


def test_requests_go_on_waiting_when_it_is_refused() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)))
    shop.hears(confirm())
    assert codes(tick(shop, TEN_MINUTES)) == ["variant_unknown"]
    assert [parked.type.split(".")[2] for parked in shop.document(AwaitedOrder, "o-1").parked] == [
        "OrderConfirmationRequested"
    ]
    assert kinds(shop.hears(order()))[:2] == ["OrderPlaced", "OrderConfirmed"]


def test_a_cancellation_meanwhile_is_heeded() -> None:
    shop = open_shop()
    shop.hears(order(item(LAMP)))
    shop.hears(cancel(), id="no")
    said = arrives(shop)
    assert only(said, OrderPlaced).order.status == "cancelled"
    assert only(said, OrderCancelled).order.status == "cancelled"
    assert left(shop) == set()


def test_it_takes_no_room_from_the_requests_that_wait_for_it() -> None:
    shop = open_shop(Settings(most_parked=1))
    shop.hears(order(item(LAMP)))
    assert kinds(shop.hears(confirm())) == ["RequestParked"]
    assert codes(shop.hears(note())) == ["parking_full"]


def test_many_orders_are_woken_in_bounded_pages() -> None:
    shop = open_shop(Settings(prices_page=2))
    for number in range(5):
        shop.hears(order(item(LAMP), id=f"o-{number}"))
    said = arrives(shop)
    assert kinds(said).count("VariantsDue") == 3
    assert kinds(said).count("OrderPlaced") == 5


def test_what_is_kept_at_the_sku_is_forgotten_in_bounded_pages() -> None:
    shop = open_shop(Settings(prices_page=2))
    for number in range(5):
        shop.hears(order(item(LAMP), id=f"o-{number}"))
    tick(shop, TEN_MINUTES)
    assert "awaited_variants" not in left(shop)


def test_an_amendment_that_names_an_unknown_sku_is_refused_at_once() -> None:
    shop = open_shop()
    shop.hears(order(customer=ACME))
    said = shop.hears(amend(items={"add": ({"sku": LAMP, "months": 12, "quantity": 1},)}))
    assert codes(said) == ["variant_unknown"]


def test_the_order_of_its_items_is_kept_and_each_is_priced_when_the_last_variant_comes() -> None:
    shop = open_shop()
    shop.hears(order(item(CHAIR), item(LAMP)))
    shop.hears(variant(CHAIR, price(12, 9900)), source="catalog")
    placed = only(arrives(shop), OrderPlaced).order
    assert [(line.sku, line.unit_price) for line in placed.items] == [(CHAIR, 9900), (LAMP, 700)]
