"""Every list in orders' stored documents has an end, and a test that knows them all."""

from typing import Any

import bson

from contracts.messages.changes import ShortCloseRequested
from services.engine.core.document import stored_form
from services.orders.documents.awaited import MOST_SUBMISSIONS, AwaitedOrder
from services.orders.service import COLLECTIONS
from services.orders.settings import NUMBERS, Settings
from tests.lists import lists_in
from tests.orders.clerks import edit
from tests.orders.shop import codes, confirm, item, kinds, note, open_shop, order
from tests.scene import Scene

BOUNDED = {
    "PlacedOrder.items": "settings.most_items, at most 200",
    "PlacedOrder.progress": "one for each item id that was ever used",
    "PlacedOrder.retired": "MOST_IDS (test_amending.py)",
    "PlacedOrder.holds": "two for each item",
    "PlacedOrder.flags": "two",
    "PlacedOrder.history": "KEPT (test_history.py)",
    "PlacedOrder.submitted": "the fields of a submission",
    "PlacedOrder.subscriptions": "EMBEDDED (test_progress.py)",
    "PlacedOrder.heard": "the engine's long memory",
    "PlacedOrder.serials": "EMBEDDED, one for each subscription (test_progress.py)",
    "SubscriptionRows.subscriptions": "ON_A_PAGE (test_progress.py)",
    "SubscriptionRows.serials": "ON_A_PAGE (test_progress.py)",
    "Findable.keys": "MOST_KEYS, and one for each value that is filtered by (test_findable.py)",
    "Findable.words": "each has a key, so MOST_KEYS, and three more",
    "Findable.holds": "two reasons",
    "AwaitedOrder.parked": "settings.most_parked and MOST_SUBMISSIONS, below",
    "AwaitedOrder.heard": "the last 1,000 refusals, for a day",
    "Parked.ignored": "named in contracts/wire/problems.py, a few",
    "ChangeLine.waiting": "settings.most_changes_waiting (test_changing.py)",
    "OpenChange.items": "settings.most_items, at most 200",
    "Variant.prices": "lengths x currencies, none twice",
    "DecidedRequests.heard": "settings.settings_remembered",
}
"""Each with its bound, or the test that proves it."""
LARGEST = 16 * 1024 * 1024


def test_each_list_that_is_kept_is_known_with_its_bound() -> None:
    found = lists_in((collection.kind for collection in COLLECTIONS), "services.orders")

    assert found == set(BOUNDED)


def largest() -> Settings:
    """Everything that waits as large as an installation may choose it."""
    most: dict[str, Any] = {number.field: number.read(str(number.most)) for number in NUMBERS}
    return Settings(**most)


def stored_size(shop: Scene, id_: str) -> int:
    return len(bson.encode(dict(stored_form(shop.document(AwaitedOrder, id_)))))


def test_what_waits_for_an_order_fits_its_document_at_the_widest_settings() -> None:
    shop = open_shop(largest())
    wide = "\U0001f6b2" * 4000
    lines = tuple(item("NO-SUCH", item_id=f"{number:064}") for number in range(400))
    waiting = 0
    while "RequestParked" in kinds(shop.hears(edit(add=lines, reason=wide), id=f"{wide[:250]}{waiting}")):
        waiting += 1
    assert waiting < 64, "the bound of characters is the one that was met"
    for quantity in range(1, MOST_SUBMISSIONS + 1):
        several = (item("NO-SUCH", quantity, item_id=f"{number:064}") for number in range(200))
        assert "RequestParked" in kinds(shop.hears(order(*several), id=f"s{quantity}"))
    assert codes(shop.hears(order(item("NO-SUCH")))) == ["parking_full"]
    for number in range(1200):
        shop.hears(edit(add=lines), id=f"{wide[:250]}a{number}")
    assert len(shop.document(AwaitedOrder, "o-1").heard) <= 1100
    assert stored_size(shop, "o-1") < LARGEST // 2


def test_no_kind_of_request_passes_the_bound_by() -> None:
    shop = open_shop(Settings(most_parked=3))
    waiting = (confirm(), note(), ShortCloseRequested(order_id="o-1", actor="Grace", reason="gone"))
    for request in waiting:
        assert kinds(shop.hears(request)) == ["RequestParked"]
    for request in waiting:
        assert codes(shop.hears(request)) == ["parking_full"]
