"""The line of changes: one is open, eight wait, every one is answered; cancellation, short-close, payer, holds."""

from datetime import timedelta

import pytest

from contracts.messages.changes import (
    ContactChange,
    ItemChanged,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancelled,
    OrderChangeProposed,
    OrderChangeRefused,
)
from contracts.messages.clock import ClockTicked
from contracts.messages.fulfillment import OrderProgressed
from contracts.messages.orders import (
    HoldReleased,
    OrderPlaced,
    OrderStatusChanged,
    RequestParked,
    RequestRefused,
    RequestRepeated,
)
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.order import PlacedOrder
from services.orders.settings import Settings
from tests.orders.clerks import (
    accepted,
    agreed,
    amend,
    cancel,
    close,
    contact,
    declined,
    edit,
    move,
    open_changes,
    proposed,
    reject,
    release,
)
from tests.orders.shop import (
    ACME,
    CHAIR,
    CLOCK,
    POSTER,
    codes,
    confirm,
    group,
    item,
    kinds,
    note,
    open_shop,
    order,
    price,
    progressed,
    refusals,
    variant,
)
from tests.scene import NOON, Scene, only

FULFILLMENT = "leaseline/fulfillment"


def sold(*items: object, **more: object) -> Scene:
    shop = open_shop()
    shop.hears(order(*(items or (item(CLOCK, 3),)), **more), id="first")  # type: ignore[arg-type]
    return shop


# the line


def test_while_one_change_is_open_others_wait_and_come_up_in_their_order() -> None:
    shop = sold()
    first = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=4)), id="a"))
    assert shop.hears(edit(ItemChanged(item_id="1", quantity=5)), id="b") == []
    assert shop.hears(contact(phone="1"), id="c") == []
    assert open_changes(shop) == [2]
    second = shop.hears(accepted(first), source=FULFILLMENT)
    assert kinds(second) == ["OrderAmended", "OrderChangeProposed"]
    assert (proposed(second).number, proposed(second).items[0].quantity) == (2, 5)
    last = shop.hears(declined(proposed(second), Code.ITEM_LOCKED, "1"), source=FULFILLMENT)
    assert kinds(last) == ["RequestRefused", "OrderAmended"]
    assert open_changes(shop) == []


def test_what_waited_for_a_cancellation_is_refused_behind_it() -> None:
    shop = sold()
    first = proposed(shop.hears(cancel(), id="a"))
    shop.hears(edit(ItemChanged(item_id="1", quantity=5)), id="b")
    shop.hears(cancel(), id="c")
    said = shop.hears(accepted(first), source=FULFILLMENT)
    assert kinds(said) == ["OrderCancelled", "RequestRefused", "RequestRepeated"]
    assert codes([said[1]]) == ["order_cancelled"]
    assert only([said[2]], RequestRepeated).first_id == "a"


def test_a_ninth_change_that_would_wait_is_refused() -> None:
    shop = sold()
    shop.hears(cancel())
    for number in range(8):
        assert shop.hears(contact(phone=str(number))) == []
    assert codes(shop.hears(contact(phone="9"))) == ["too_many_changes"]
    assert open_changes(shop) == [8]


def test_notes_and_confirmations_do_not_wait() -> None:
    shop = sold()
    shop.hears(cancel())
    assert kinds(shop.hears(note())) == ["NoteAdded"]
    assert kinds(shop.hears(confirm())) == ["OrderConfirmed"]


def test_a_request_that_waits_is_known_again_and_its_id_is_not_free() -> None:
    shop = sold()
    shop.hears(cancel(), id="open")
    shop.hears(contact(phone="1"), id="waits")
    for id_, request in (("open", cancel()), ("waits", contact(phone="1"))):
        assert only(shop.hears(request, id=id_), RequestRepeated).outcome == "waiting"
    assert codes(shop.hears(contact(phone="2"), id="waits")) == ["id_reused"]
    assert open_changes(shop) == [1]


def test_an_answer_that_is_not_about_the_open_change_settles_nothing() -> None:
    shop = sold()
    first = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=4))))
    shop.hears(accepted(first), source=FULFILLMENT)
    second = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=5))))
    assert shop.hears(accepted(first), source=FULFILLMENT) == []
    assert shop.hears(declined(first, Code.ITEM_LOCKED), source=FULFILLMENT) == []
    assert open_changes(shop) == [0]
    shop.hears(accepted(second, version=2), source=FULFILLMENT)
    assert shop.document(PlacedOrder, "o-1").items[0].quantity == 5


def test_the_counts_of_an_answer_that_settles_nothing_are_taken_by_their_version() -> None:
    shop = sold(item(CLOCK, 2))
    proposal = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=3))))
    shop.hears(accepted(proposal), source=FULFILLMENT)
    said = shop.hears(accepted(proposal, version=7, counts={"1": (3, 0)}), source=FULFILLMENT)
    assert only(said, OrderStatusChanged).status == "fulfilled"
    assert shop.hears(progressed(6, ("1", 1, 0))) == []


def test_an_answer_about_an_unknown_order_changes_nothing() -> None:
    shop = open_shop()
    answer = OrderChangeRefused(order_id="o-9", number=1, code=Code.ORDER_NOT_FOUND)
    assert shop.hears(answer, source=FULFILLMENT) == []


def test_a_change_without_an_answer_is_proposed_again_under_its_number_after_five_minutes_of_waiting() -> None:
    shop = sold()
    first = proposed(shop.hears(cancel()))
    shop.hears(ClockTicked(lane=0, as_of=NOON), source="leaseline/orders", time=NOON)
    said = []
    for minute in range(1, 8):
        at = NOON + timedelta(minutes=minute)
        said += shop.hears(ClockTicked(lane=0, as_of=at), source="leaseline/orders", time=at)
    assert [body for body in said if isinstance(body, OrderChangeProposed)] == [first]
    assert shop.document(ChangeLine, "o-1").open.number == 1


def test_many_unanswered_changes_are_proposed_again_page_by_page() -> None:
    shop = open_shop(Settings(waiting_page=2))
    for number in range(5):
        shop.hears(order(id=f"o-{number}"))
        shop.hears(cancel(f"o-{number}"))
    shop.hears(ClockTicked(lane=0, as_of=NOON), source="leaseline/orders", time=NOON)
    said = []
    for minute in range(2, 8, 2):
        at = NOON + timedelta(minutes=minute)
        said += shop.hears(ClockTicked(lane=0, as_of=at), source="leaseline/orders", time=at)
    assert sorted(body.order_id for body in said if isinstance(body, OrderChangeProposed)) == [
        f"o-{number}" for number in range(5)
    ]


@pytest.mark.parametrize(
    "other", [note(), confirm(), release(), reject(), order(item(CLOCK, 3)), order(item(CHAIR)), contact(phone="2")]
)
def test_the_identity_of_a_change_that_is_open_or_waits_is_free_for_nothing_else(other: Body) -> None:
    shop = sold()
    first = proposed(shop.hears(cancel(), id="a"))
    shop.hears(contact(phone="1"), id="b")
    assert [codes(shop.hears(other, id=id_)) for id_ in ("a", "b")] == [["id_reused"], ["id_reused"]]
    said = shop.hears(declined(first, Code.ORDER_HAS_SUBSCRIPTIONS), source=FULFILLMENT)
    assert kinds(said) == ["RequestRefused", "OrderAmended"]


def test_an_expected_version_is_looked_at_when_the_change_is_next() -> None:
    shop = sold()
    first = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=4))))
    shop.hears(amend(contact=ContactChange(phone="1"), expected_version=1))
    said = shop.hears(accepted(first), source=FULFILLMENT)
    assert codes(said) == ["version_conflict"]


def test_a_waiting_edit_is_priced_by_the_catalog_of_the_time_when_it_is_next() -> None:
    shop = sold()
    first = proposed(shop.hears(cancel()))
    shop.hears(edit(ItemChanged(item_id="1", sku=CHAIR)))
    shop.hears(variant(CHAIR, price(12, 2700)), source="catalog")
    said = shop.hears(declined(first, Code.ORDER_HAS_SUBSCRIPTIONS), source=FULFILLMENT)
    assert proposed(said).items[0].unit_price == 2700


def test_what_breaks_a_rule_of_its_shape_is_refused_without_waiting() -> None:
    shop = sold()
    shop.hears(cancel())
    data = {"order_id": "o-1", "actor": "Grace", "clear": ["email"]}
    assert codes(shop.hears(data, kind=OrderAmendmentRequested)) == ["value_invalid"]
    assert open_changes(shop) == [0]


def test_a_request_from_long_before_the_order_counts_from_its_record() -> None:
    shop = sold()
    proposal = proposed(shop.hears(cancel(), time=NOON - timedelta(days=200), recorded=NOON + timedelta(hours=1)))
    assert proposal.requested_at == NOON + timedelta(hours=1)
    fact = only(shop.hears(accepted(proposal), source=FULFILLMENT), OrderCancelled)
    assert fact.order.cancelled_at == NOON + timedelta(hours=1)


# cancellation


def test_an_order_is_cancelled_when_fulfillment_agrees() -> None:
    shop = sold()
    fact = only(agreed(shop, cancel()), OrderCancelled)
    assert (fact.order.status, fact.order.cancelled_at, fact.rejected) == ("cancelled", NOON, False)
    assert (fact.order.monthly_total, fact.order.original_monthly_total) == (0, 3000)
    assert [i.status for i in fact.order.items] == ["cancelled"]
    assert not fact.order.short_closed


def test_refused_once_and_asked_again_after_a_reversal_it_succeeds() -> None:
    shop = sold()
    first = proposed(shop.hears(cancel(), id="one"))
    said = shop.hears(declined(first, Code.ORDER_HAS_SUBSCRIPTIONS), source=FULFILLMENT)
    assert codes(said) == ["order_has_subscriptions"]
    assert only(shop.hears(cancel(), id="one"), RequestRepeated).codes == ("order_has_subscriptions",)
    assert kinds(agreed(shop, cancel())) == ["OrderCancelled"]


def test_a_second_cancellation_is_answered_as_a_repeat_of_the_first() -> None:
    shop = sold()
    said = shop.hears(cancel(), id="one")
    shop.hears(accepted(proposed(said)), source=FULFILLMENT)
    assert only(shop.hears(cancel(), id="two"), RequestRepeated).first_id == "one"
    assert codes(shop.hears(confirm())) == ["order_cancelled"]


def test_a_held_order_is_cancelled_by_orders_alone() -> None:
    shop = sold(item(CLOCK, months=36))
    said = shop.hears(cancel())
    assert kinds(said) == ["OrderCancelled"]
    assert only(said, OrderCancelled).order.holds == ()


def test_a_cancellation_before_its_order_is_remembered_for_ever_and_the_order_is_created_cancelled() -> None:
    shop = open_shop()
    notice = only(shop.hears(cancel(), id="early"), RequestParked)
    assert (notice.waits_for, notice.missing, notice.until) == ("order", ("o-1",), None)
    assert only(shop.hears(cancel(), id="early"), RequestRepeated).outcome == "waiting"
    assert only(shop.hears(cancel(), id="again"), RequestRepeated).first_id == "early"
    assert codes(shop.hears(cancel(reason="other"), id="early")) == ["id_reused"]
    for day in range(3):
        at = NOON + timedelta(days=day)
        shop.hears(ClockTicked(lane=0, as_of=at), source="leaseline/orders", time=at)
    assert shop.document(AwaitedOrder, "o-1").cancellation is not None
    said = shop.hears(order(item(CLOCK, 3)))
    assert kinds(said) == ["OrderPlaced", "OrderCancelled"]
    placed, fact = only(said, OrderPlaced), only(said, OrderCancelled)
    assert (placed.order.status, placed.version, fact.version) == ("cancelled", 1, 2)
    assert only(shop.hears(cancel(), id="later"), RequestRepeated).first_id == "early"
    assert ("awaited_orders", "o-1") not in shop.documents


def test_a_second_early_cancellation_is_told_the_same_whenever_it_comes_and_its_id_is_not_free() -> None:
    shop = open_shop()
    shop.hears(cancel(), id="one")
    for _ in range(2):
        answer = only(shop.hears(cancel(), id="two"), RequestRepeated)
        assert (answer.first_id, answer.outcome) == ("one", "waiting")
    assert codes(shop.hears(confirm(), id="two")) == ["id_reused"]
    shop.hears(order())
    answer = only(shop.hears(cancel(), id="two"), RequestRepeated)
    assert (answer.first_id, answer.outcome) == ("one", "OrderCancelled")


def test_a_rejection_under_the_identity_of_a_repeated_cancellation_is_no_accident() -> None:
    shop = sold()
    agreed(shop, cancel(reason="a typing error"))
    shop.hears(cancel(reason="a typing error"), id="x")
    assert only(shop.hears(reject(), id="x"), RequestRepeated).outcome == "OrderCancelled"


def test_what_waited_with_an_early_cancellation_is_refused() -> None:
    shop = open_shop()
    shop.hears(confirm(), id="confirm")
    shop.hears(cancel(), id="cancel")
    said = shop.hears(order())
    assert kinds(said) == ["OrderPlaced", "OrderCancelled", "RequestRefused"]
    assert codes(said) == ["order_cancelled"]


def test_changes_before_their_order_wait_and_go_into_its_line() -> None:
    shop = open_shop()
    for id_, request in (
        ("a", edit(ItemChanged(item_id="1", quantity=4))),
        ("b", move(None)),
        ("c", contact(phone="1")),
    ):
        assert kinds(shop.hears(request, id=id_)) == ["RequestParked"]
    said = shop.hears(order(item(CLOCK, 3)))
    assert kinds(said) == ["OrderPlaced", "OrderChangeProposed"]
    assert open_changes(shop) == [2]


def test_a_change_whose_order_never_comes_is_refused_after_a_day() -> None:
    shop = open_shop(Settings(parked_for=timedelta(minutes=2)))
    shop.hears(ClockTicked(lane=0, as_of=NOON), source="leaseline/orders", time=NOON)
    shop.hears(close())
    at = NOON + timedelta(minutes=2)
    assert codes(shop.hears(ClockTicked(lane=0, as_of=at), source="leaseline/orders", time=at)) == ["order_not_found"]


# short-close


def test_a_short_close_gives_up_open_units_and_totals_follow_the_live_ones() -> None:
    shop = sold(item(CLOCK, 3))
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    fact = only(agreed(shop, close(), version=2, counts={"1": (1, 2)}), OrderAmended)
    assert (fact.change, fact.order.status, fact.order.short_closed) == ("short_close", "fulfilled", True)
    assert (fact.order.monthly_total, fact.order.original_monthly_total) == (1000, 3000)


def test_after_the_reversal_of_its_last_subscription_an_order_is_open_again_and_no_longer_short_closed() -> None:
    shop = sold(item(CLOCK, 3))
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    agreed(shop, close(), version=2, counts={"1": (1, 2)})
    said = shop.hears(progressed(3, ("1", 0, 0), subscriptions=((1, "reversed"),)))
    assert only(said, OrderStatusChanged).status == "pending"
    assert not shop.document(PlacedOrder, "o-1").short_closed


def test_a_short_close_of_a_held_order_or_of_an_unknown_item_is_refused_by_orders() -> None:
    assert codes(sold(item(CLOCK, months=36)).hears(close())) == ["no_subscription_yet"]
    assert refusals(sold().hears(close("9"))) == {("item_unknown", "item_id")}


def test_whether_there_is_a_subscription_is_for_fulfillment_to_say() -> None:
    shop = sold()
    said = shop.hears(declined(proposed(shop.hears(close("1"))), Code.NO_SUBSCRIPTION_YET), source=FULFILLMENT)
    assert codes(said) == ["no_subscription_yet"]


def test_units_of_a_removed_item_are_not_remembered_as_given_up() -> None:
    shop = sold(item(CLOCK), item(CHAIR))
    agreed(shop, edit(remove=("2",)), version=5)
    shop.hears(progressed(3, ("2", 0, 1)))
    assert not shop.document(PlacedOrder, "o-1").short_closed


def test_nothing_open_is_for_fulfillment_to_say_too() -> None:
    shop = sold()
    said = shop.hears(declined(proposed(shop.hears(close())), Code.NOTHING_OPEN), source=FULFILLMENT)
    assert codes(said) == ["nothing_open"]


# payer


def test_an_order_gets_another_payer() -> None:
    shop = sold(customer=ACME)
    fact = only(agreed(shop, move(group("north"))), OrderAmended)
    assert (fact.change, fact.order.payer, fact.order.group_source) == ("payer", "group:north", "order")
    back = only(agreed(shop, move(None), version=2), OrderAmended)
    assert (back.order.payer, back.order.group) == ("customer:acme", None)


def test_an_individual_gets_no_group_and_a_cancelled_order_no_payer() -> None:
    shop = sold()
    assert refusals(shop.hears(move(group("north")))) == {("group_not_allowed", "group")}
    agreed(shop, cancel())
    assert codes(shop.hears(move(None))) == ["order_cancelled"]


def test_the_payer_of_a_held_order_is_changed_by_orders_alone() -> None:
    shop = sold(item(CLOCK, quoted=1), customer=ACME)
    assert only(shop.hears(move(group("north"))), OrderAmended).order.payer == "group:north"


# holds


@pytest.mark.parametrize(("at_price", "amount"), [("quoted", 1200), ("catalog", 1000)])
def test_a_person_releases_a_mismatch_at_the_quoted_or_at_the_catalogs_price(at_price: str, amount: int) -> None:
    shop = sold(item(CLOCK, 2, quoted=1200), confirmed=True)
    fact = only(shop.hears(release(at_price)), HoldReleased)
    assert (fact.released, fact.price, fact.actor, fact.reason) == ("price_mismatch", at_price, "Grace", "agreed")
    assert (fact.order.holds, fact.order.status) == ((), "confirmed")
    assert fact.order.items[0].unit_price == amount
    assert (fact.order.monthly_total, fact.order.original_monthly_total) == (2 * amount, 2 * amount)
    assert codes(shop.hears(release(at_price))) == ["not_on_hold"]


def test_one_items_mismatch_can_be_released_alone() -> None:
    shop = sold(item(CLOCK, quoted=1), item(CHAIR, quoted=2))
    fact = only(shop.hears(release("quoted", "2")), HoldReleased)
    assert [h.item_id for h in fact.order.holds] == ["1"]
    assert codes(shop.hears(release("quoted", "2"))) == ["not_on_hold"]


def test_what_the_catalog_gives_away_is_not_free_at_the_quoted_price() -> None:
    shop = sold(item(POSTER, quoted=300))
    sold_at = only(shop.hears(release("quoted")), HoldReleased).order.items[0]
    assert (sold_at.unit_price, sold_at.free) == (300, False)


def test_a_release_counts_as_an_edit_for_those_who_expect_a_version() -> None:
    shop = sold(item(CLOCK, quoted=1))
    shop.hears(release())
    said = shop.hears(amend(contact=ContactChange(phone="1"), expected_version=1))
    assert codes(said) == ["version_conflict"]


def test_a_release_or_rejection_heard_again_is_a_repeat() -> None:
    shop = sold(item(CLOCK, quoted=1), item(CHAIR, quoted=1))
    shop.hears(release("quoted", "1"), id="one")
    assert only(shop.hears(release("quoted", "1"), id="one"), RequestRepeated).outcome == "HoldReleased"
    assert codes(shop.hears(release("catalog", "1"), id="one")) == ["id_reused"]
    shop.hears(reject(), id="two")
    assert only(shop.hears(reject(), id="two"), RequestRepeated).outcome == "OrderCancelled"


def test_a_release_before_its_order_waits_for_it() -> None:
    shop = open_shop()
    assert kinds(shop.hears(release("catalog"))) == ["RequestParked"]
    assert kinds(shop.hears(order(item(CLOCK, quoted=1)))) == ["OrderPlaced", "HoldReleased"]


def test_a_missing_price_is_released_by_nobody_but_the_catalog() -> None:
    shop = sold(item(CLOCK, months=36))
    assert codes(shop.hears(release())) == ["not_on_hold"]
    assert codes(shop.hears(reject())) == ["not_on_hold"]


def test_a_rejected_order_is_cancelled() -> None:
    shop = sold(item(CLOCK, quoted=1))
    fact = only(shop.hears(reject(), id="no"), OrderCancelled)
    assert (fact.rejected, fact.order.status, fact.reason) == (True, "cancelled", "a typing error")
    assert codes(shop.hears(release())) == ["order_cancelled"]
    assert only(shop.hears(cancel()), RequestRepeated).first_id == "no"


def test_what_fulfillment_tells_of_a_removed_item_harms_nobody() -> None:
    shop = sold(item(CLOCK), item(CHAIR))
    agreed(shop, edit(remove=("2",)))
    late = OrderProgressed(version=1, order_id="o-1", items=(), subscriptions=())
    assert shop.hears(late) == []
    assert not [body for body in shop.hears(progressed(2, ("2", 0, 0))) if isinstance(body, RequestRefused)]
