"""The history of a subscription keeps its newest rows in it, and all of them somewhere."""

from collections.abc import Iterable

from contracts.messages.life import ShipmentTracked
from services.fulfillment.documents.history import KEPT, PastRows
from services.fulfillment.documents.ledger import Ledger
from tests.fulfillment.lives import ONE, entry, rented, ship
from tests.fulfillment.orders_known import item, placed, scan, scene, serials
from tests.fulfillment.proposals import BILLING, ELSEWHERE, proposed
from tests.scene import NOON, Scene


def parcels(stage: Scene, numbers: Iterable[int]) -> None:
    for number in numbers:
        stage.hears(ship(tracking_number=f"JJD{number:04}"), id=f"parcel-{number}", source="dock")


def test_older_rows_become_documents_that_nobody_writes_again() -> None:
    stage = rented()
    parcels(stage, range(2 * KEPT - 1))
    assert (len(entry(stage).history or ()), stage.all_of(PastRows)) == (2 * KEPT - 1, {})
    parcels(stage, range(2 * KEPT - 1, 6 * KEPT - 1))
    past = stage.all_of(PastRows)
    assert [(id_, len(rows.rows)) for id_, rows in sorted(past.items())] == [
        (f"{ONE}/{place:05}", KEPT) for place in range(1, 5)
    ]
    kept = entry(stage)
    assert (len(kept.history or ()), kept.past) == (6 * KEPT - 1 - 4 * KEPT, 4)
    rows = [row for id_ in sorted(past) for row in past[id_].rows] + list(kept.history or ())
    assert [row.kind for row in rows] == [ShipmentTracked.__name__] * (6 * KEPT - 1)


def test_the_histories_of_a_whole_order_that_is_moved_are_parted_at_once() -> None:
    stage, units = scene(), 100
    stage.hears(placed(item(quantity=500)))
    assert len(serials(stage.hears(scan(*(f"S{n}" for n in range(units)))))) == units
    for number in range(1, 2 * KEPT + 1):
        billing = ELSEWHERE if number % 2 else BILLING
        stage.hears(proposed(item(quantity=500), change="payer", number=number, billing=billing))
    assert {id_: rows.number for id_, rows in stage.all_of(PastRows).items()} == {
        f"o-1/{number}/00001": number for number in range(1, units + 1)
    }
    assert len(stage.document(Ledger, "o-1").moves or ()) == 2 * KEPT
    assert all(row.at == NOON for row in entry(stage, units).history or ())
