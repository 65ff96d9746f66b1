import pytest

from contracts.messages.order import ItemStatus, Status
from contracts.messages.orders import OrderStatusChanged
from contracts.messages.subscription import State
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.progress import EMBEDDED, ON_A_PAGE, active_and_ended, serials_of
from services.orders.rules.contract import to_contract
from services.orders.rules.status import item_status, order_status
from tests.ledgers import with_all_rows
from tests.orders.shop import CHAIR, item, open_shop, order, progressed
from tests.scene import NOON, Scene, only


@pytest.fixture
def shop() -> Scene:
    """Two clocks (item 1) and one chair (item 2), pending."""
    scene = open_shop()
    scene.hears(order(item(quantity=2), item(CHAIR)))
    return scene


def test_the_first_device_makes_the_order_partial_and_watchers_hear_the_counts(shop: Scene) -> None:
    fact = only(shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),))), OrderStatusChanged)
    assert (fact.version, fact.status) == (2, "partial")
    assert (fact.units, fact.taken, fact.cancelled, fact.active, fact.ended) == (3, 1, 0, 1, 0)


def test_progress_without_another_status_is_kept_and_not_told(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 1, 0)))
    assert shop.hears(progressed(2, ("1", 2, 0))) == []
    kept = shop.document(PlacedOrder, "o-1")
    assert (kept.units(kept.items[0]), kept.version) == ((2, 0), 2)


def test_the_order_is_fulfilled_when_no_unit_is_open(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 2, 0)))
    assert only(shop.hears(progressed(2, ("2", 1, 0))), OrderStatusChanged).status == "fulfilled"


def test_items_have_a_status_of_their_own(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 1, 0), ("2", 1, 0)))
    assert [i.status for i in to_contract(shop.document(PlacedOrder, "o-1")).items] == ["partial", "fulfilled"]


def test_cancelled_units_no_longer_count_in_the_totals_and_the_original_stays(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 1, 1)))
    order_now = to_contract(shop.document(PlacedOrder, "o-1"))
    assert (order_now.monthly_total, order_now.original_monthly_total) == (1000 + 2500, 2 * 1000 + 2500)
    assert (order_now.contract_value, order_now.original_contract_value) == (42_000, 54_000)


def test_an_ended_or_cancelled_subscription_still_counts_as_taken_and_is_told_beside(shop: Scene) -> None:
    rows = progressed(1, ("1", 2, 0), subscriptions=((1, "ended"), (2, "cancelled"), (3, "active"), (4, "reversed")))
    fact = only(shop.hears(rows), OrderStatusChanged)
    assert (fact.taken, fact.active, fact.ended) == (2, 1, 2)
    shown = to_contract(shop.document(PlacedOrder, "o-1"))
    assert (shown.active, shown.ended) == (1, 2)


def test_a_reversed_scan_takes_the_status_back(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    fact = only(shop.hears(progressed(2, ("1", 0, 0), subscriptions=((1, "reversed"),))), OrderStatusChanged)
    assert (fact.status, fact.active, fact.ended) == ("pending", 0, 0)


def test_a_repeat_or_an_older_fact_changes_nothing(shop: Scene) -> None:
    shop.hears(progressed(5, ("1", 2, 0), subscriptions=((1, "ended"),)))
    before = dict(shop.documents)
    assert shop.hears(progressed(5, ("1", 2, 0), subscriptions=((1, "ended"),))) == []
    assert shop.hears(progressed(4, ("1", 1, 0), subscriptions=((1, "active"),))) == []
    assert shop.documents == before


def test_a_replayed_fact_still_counts_for_the_parts_that_nobody_told_since(shop: Scene) -> None:
    shop.hears(progressed(7, ("2", 1, 0)))
    assert only(shop.hears(progressed(3, ("1", 2, 0), ("2", 0, 0))), OrderStatusChanged).status == "fulfilled"


def test_a_new_state_of_a_subscription_is_kept_although_no_count_changed(shop: Scene) -> None:
    shop.hears(progressed(1, ("1", 2, 0), ("2", 1, 0), subscriptions=((1, "active"),)))
    assert shop.hears(progressed(2, ("1", 2, 0), subscriptions=((1, "ended"),))) == []
    assert shop.hears(progressed(3, subscriptions=())) == []
    kept = shop.document(PlacedOrder, "o-1").subscriptions
    assert kept == {"1": 2 * 8 + 1}


def test_progress_of_an_order_that_is_not_here_changes_nothing() -> None:
    assert open_shop().hears(progressed(1, ("1", 1, 0), order_id="unknown")) == []


def test_progress_of_an_item_that_the_order_does_not_have_moves_no_status(shop: Scene) -> None:
    assert shop.hears(progressed(1, ("9", 1, 0))) == []


def test_only_small_fields_of_a_large_order_change_with_its_progress() -> None:
    shop = open_shop()
    shop.hears(order(*[item(quantity=500) for _ in range(4)]))
    before = shop.documents["orders", "o-1"]
    shop.hears(progressed(1, ("1", 500, 0), subscriptions=tuple((n, "active") for n in range(1, 501))))
    after = shop.documents["orders", "o-1"]
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"version", "status", "progress", "subscriptions", "serials", "paged_active"}
    assert only([say.body for say in shop.said[-1:]], OrderStatusChanged).active == 500


def test_counts_that_say_nothing_new_are_kept_with_their_version_and_not_told(shop: Scene) -> None:
    assert shop.hears(progressed(1, ("1", 0, 0))) == []
    assert shop.document(PlacedOrder, "o-1").progress[0].seen == 1


@pytest.mark.parametrize(
    ("cancelled_at", "confirmed_at", "taken", "cancelled", "expected"),
    [
        (None, None, 0, 0, "pending"),
        (None, NOON, 0, 0, "confirmed"),
        (None, NOON, 1, 0, "partial"),
        (None, None, 3, 0, "fulfilled"),
        (None, None, 1, 2, "fulfilled"),
        (None, NOON, 0, 3, "confirmed"),
        (NOON, NOON, 0, 0, "cancelled"),
    ],
)
def test_the_status_of_an_order_follows_from_its_facts(
    cancelled_at: None, confirmed_at: None, taken: int, cancelled: int, expected: Status
) -> None:
    assert (
        order_status(cancelled_at=cancelled_at, confirmed_at=confirmed_at, units=3, taken=taken, cancelled=cancelled)
        == expected
    )


@pytest.mark.parametrize(
    ("taken", "cancelled", "expected"),
    [(0, 0, "pending"), (1, 0, "partial"), (2, 0, "fulfilled"), (1, 1, "fulfilled"), (0, 2, "cancelled")],
)
def test_the_status_of_an_item_follows_from_its_units(taken: int, cancelled: int, expected: ItemStatus) -> None:
    assert item_status(units=2, taken=taken, cancelled=cancelled) == expected


MANY = ON_A_PAGE + EMBEDDED + 36


def many_told(shop: Scene) -> None:
    shop.hears(order(item(quantity=500)))
    shop.hears(progressed(1, ("1", MANY, 0), subscriptions=tuple((n, "active") for n in range(1, MANY + 1))))


def test_the_rows_of_many_subscriptions_lie_on_pages_and_are_counted_with_the_others() -> None:
    shop = open_shop()
    many_told(shop)
    assert len(shop.document(PlacedOrder, "o-1").subscriptions) == EMBEDDED
    pages = {id_: len(rows.subscriptions) for id_, rows in shop.all_of(SubscriptionRows).items()}
    assert pages == {"o-1/00001": ON_A_PAGE, "o-1/00002": 36}
    states: tuple[tuple[int, State], ...] = ((1, "ended"), (100, "cancelled"), (MANY, "reversed"))
    shop.hears(progressed(2, ("1", MANY - 1, 0), subscriptions=states))
    shop.hears(progressed(2, ("1", MANY - 1, 0), subscriptions=states))
    assert active_and_ended(shop.document(PlacedOrder, "o-1")) == (MANY - 3, 2)
    shop.hears(progressed(3, ("1", MANY - 1, 0), subscriptions=((100, "active"),)))
    shop.hears(progressed(1, ("1", MANY, 0), subscriptions=((100, "ended"),)))
    assert active_and_ended(shop.document(PlacedOrder, "o-1")) == (MANY - 2, 1)


def test_the_device_of_every_subscription_is_known_wherever_its_row_lies() -> None:
    shop = open_shop()
    many_told(shop)
    shop.hears(progressed(2, ("1", MANY - 2, 0), subscriptions=((1, "reversed"), (MANY, "reversed"), (200, "ended"))))
    found = serials_of(shop.document(PlacedOrder, "o-1"), shop.all_of(SubscriptionRows).values())
    assert found == {f"o-1/{n}": f"SN{n}" for n in range(2, MANY)}


def test_the_devices_of_an_order_from_before_there_were_pages_are_its_own() -> None:
    shop = open_shop()
    many_told(shop)
    whole = with_all_rows(shop.all_of(PlacedOrder), shop.all_of(SubscriptionRows))["o-1"]
    shop.documents = {key: stored for key, stored in shop.documents.items() if key[0] != "subscription_rows"}
    shop.keep(PlacedOrder, "o-1", whole)
    shop.hears(progressed(2, ("1", MANY, 0), subscriptions=((100, "ended"),)))
    found = serials_of(shop.document(PlacedOrder, "o-1"), ())
    assert found == {f"o-1/{n}": f"SN{n}" for n in (*range(1, EMBEDDED + 1), 100)}


def test_an_order_from_before_there_were_pages_keeps_the_rows_that_it_has() -> None:
    shop = open_shop()
    many_told(shop)
    whole = with_all_rows(shop.all_of(PlacedOrder), shop.all_of(SubscriptionRows))["o-1"]
    shop.documents = {key: stored for key, stored in shop.documents.items() if key[0] != "subscription_rows"}
    shop.keep(PlacedOrder, "o-1", whole)
    shop.hears(progressed(2, ("1", MANY + 1, 0), subscriptions=((100, "ended"), (MANY + 1, "active"))))
    kept = shop.document(PlacedOrder, "o-1")
    assert (len(kept.subscriptions), kept.paged_active) == (MANY, 1)
    assert active_and_ended(kept) == (MANY, 1)
    assert list(shop.all_of(SubscriptionRows)) == ["o-1/00002"]
