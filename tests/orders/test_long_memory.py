"""An order that was asked thousands of things: what it costs does not grow, and nothing is forgotten."""

import pytest
from bson import BSON

from contracts.messages.orders import RequestRepeated
from services.engine.core.unit_of_work import Write
from services.orders.documents.order import PlacedOrder
from services.orders.settings import Settings
from tests.orders.shop import confirm, kinds, note, open_shop, order
from tests.scene import Scene, only

NOTES = 5000


def test_five_thousand_notes_on_one_order_are_remembered_and_cost_the_same_to_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = open_shop(Settings(most_notes=NOTES))
    written: list[int] = []
    shop.hears(order(), id="first")
    shop.hears(confirm(), id="confirmed")
    write = Scene._write

    def counted(scene: Scene, one: Write) -> None:
        written[-1] += len(BSON.encode(dict(one.fields or {})))
        write(scene, one)

    monkeypatch.setattr(Scene, "_write", counted)
    for number in range(NOTES):
        written.append(0)
        assert kinds(shop.hears(note(f"note {number}"), id=f"n{number}")) == ["NoteAdded"]
    monkeypatch.undo()
    assert sum(written[-1000:]) <= 1.1 * sum(written[1000:2000])
    assert sum(written) / NOTES < 3000  # bytes
    assert len(BSON.encode(shop.documents["orders", "o-1"])) < 200_000
    for number in (0, 1, 2500, NOTES - 1):
        again = only(shop.hears(note(f"note {number}"), id=f"n{number}"), RequestRepeated)
        assert (again.first_id, again.outcome) == (f"n{number}", "NoteAdded")
    assert kinds(shop.hears(note("another"), id="n0")) == ["RequestRefused"]
    for request, first, outcome in ((order(), "first", "OrderPlaced"), (confirm(), "confirmed", "OrderConfirmed")):
        again = only(shop.hears(request), RequestRepeated)
        assert (again.first_id, again.outcome) == (first, outcome)
    assert shop.document(PlacedOrder, "o-1").moved
