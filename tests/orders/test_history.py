"""What happened to an order, who did it and why, is kept beside what it is."""

from services.orders.documents.history import KEPT, REASON_KEPT
from services.orders.documents.order import PlacedOrder
from tests.orders.clerks import agreed, cancel, close, contact, reject, release
from tests.orders.shop import CHAIR, CLOCK, confirm, item, kinds, note, open_shop, order, price, variant
from tests.scene import NOON, Scene

QUOTED = 1
"""What nobody sells a unit for."""


def history(shop: Scene) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(row.kind, row.actor, row.reason, row.how) for row in shop.document(PlacedOrder, "o-1").history]


def test_a_confirmation_and_an_amendment_name_who_and_why() -> None:
    shop = open_shop()
    shop.hears(order(item(CHAIR)))
    shop.hears(confirm())
    shop.hears(contact(first_name="Augusta").model_copy(update={"reason": "married"}))
    assert history(shop) == [
        ("OrderConfirmed", confirm().actor, None, None),
        ("OrderAmended", "Grace", "married", "amendment"),
    ]
    assert {row.at for row in shop.document(PlacedOrder, "o-1").history} == {NOON}


def test_what_gives_up_units_and_what_cancels_is_told_apart() -> None:
    shop = open_shop()
    shop.hears(order(item(CHAIR, 2)))
    agreed(shop, close(), counts={"1": (1, 1)})
    assert history(shop) == [("OrderAmended", "Grace", "out of production", "short_close")]
    other = open_shop()
    other.hears(order(item(CHAIR)))
    agreed(other, cancel())
    assert history(other) == [("OrderCancelled", "Grace", "ordered twice", "cancellation")]


def test_a_hold_is_released_by_a_person_at_a_price_or_rejected_or_ended_by_the_catalog() -> None:
    for request, row in (
        (release("catalog"), ("HoldReleased", "Grace", "agreed", "catalog")),
        (reject(), ("OrderCancelled", "Grace", "a typing error", "rejection")),
    ):
        shop = open_shop()
        shop.hears(order(item(CHAIR, quoted=QUOTED)))
        shop.hears(request)
        assert history(shop) == [row]
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36)))
    shop.hears(variant(CLOCK, price(36, 800)))
    assert history(shop) == [("HoldReleased", None, None, None)]


def test_what_was_refused_or_stood_already_did_not_happen() -> None:
    shop = open_shop()
    shop.hears(order(item(CHAIR)))
    shop.hears(confirm(), id="1")
    assert kinds(shop.hears(confirm(), id="2")) == ["RequestRepeated"]
    assert kinds(shop.hears(reject())) == ["RequestRefused"]
    shop.hears(note())
    assert [kind for kind, *_ in history(shop)] == ["OrderConfirmed"]


def test_the_newest_rows_stay_and_a_long_reason_is_cut() -> None:
    shop = open_shop()
    shop.hears(order(item(CHAIR)))
    for number in range(KEPT + 3):
        long = f"{number} {'x' * 600}"
        shop.hears(contact(first_name=f"A{number}").model_copy(update={"reason": long}))
    rows = shop.document(PlacedOrder, "o-1").history
    assert (len(rows), rows[0].reason, rows[-1].reason) == (
        KEPT,
        f"3 {'x' * (REASON_KEPT - 2)}",
        f"{KEPT + 2} {'x' * (REASON_KEPT - 4)}",
    )
