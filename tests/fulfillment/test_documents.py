"""What is stored, and what a message makes the engine load: the hot path touches a ledger and its devices, no more."""

from time import perf_counter

from bson import BSON

from contracts.registry import read_by
from contracts.wire.topic import Party
from services.engine.core.document import read_from
from services.engine.core.memory import Processed, settled
from services.engine.core.unit_of_work import BatchUnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.service import SERVICE_NAME, fulfillment
from tests.fulfillment.orders_known import (
    DAY,
    in_one_batch,
    item,
    ledger,
    passed,
    placed,
    refused,
    scan,
    scene,
    serials,
)
from tests.fulfillment.proposals import BILLING, ELSEWHERE, proposed
from tests.scene import NOON, Scene


def wants(stage: Scene, body: object) -> tuple[object, ...]:
    message = stage._message(type(body), body, "x", "shop", NOON, NOON)  # type: ignore[arg-type]
    return tuple(stage.service.prefetch(message))


def more(stage: Scene, body: object) -> tuple[object, ...]:
    message = stage._message(type(body), body, "x", "shop", NOON, NOON)  # type: ignore[arg-type]
    work = BatchUnitOfWork(1, stage.service.collections, {0: stage.clock})
    stage._load(work, *work.lacks(stage.service.prefetch(message)))
    return tuple(stage.service.prefetch_related(message, work))


def test_the_service_reads_exactly_what_it_reacts_to() -> None:
    service = fulfillment()
    assert service.name == SERVICE_NAME == "fulfillment"
    assert set(service.reads) == set(read_by(Party.FULFILLMENT))
    assert service.topics() == ("fulfillment.internal", "fulfillment.requests", "orders.events")


def test_a_scan_names_its_ledger_and_its_devices_and_nothing_else() -> None:
    assert wants(scene(), scan("s1", "\x00", "S2")) == ((Ledger, "o-1"), (Asset, "S1"), (Asset, "S2"))
    assert wants(scene(), scan(*(f"S{n}" for n in range(501)))) == ((Ledger, "o-1"),)


def test_an_order_names_its_ledger_and_the_devices_of_what_waits_for_it() -> None:
    stage = scene()
    assert wants(stage, placed()) == ((Ledger, "o-1"),)
    assert more(stage, placed()) == ()
    stage.hears(scan("s1"))
    assert more(stage, placed()) == ((Asset, "S1"),)
    assert more(stage, scan("S2")) == ()
    stage.hears(placed(held=True))
    assert more(stage, placed()) == ()


def test_a_scan_weighs_as_much_as_its_serials() -> None:
    stage = scene()
    for body, weight in ((scan("S1", "S2"), 2), (scan(), 1), (placed(), 1)):
        assert stage.service.weight(stage._message(type(body), body, "x", "shop", NOON, NOON)) == weight


def test_only_a_ledger_in_which_something_expires_is_in_the_index_of_what_is_due() -> None:
    stage = scene()
    stage.hears(scan("S1"))
    assert (ledger(stage).lane, ledger(stage).due) == (0, DAY)
    stage.hears(placed())
    stored = stage.documents["ledgers", "o-1"]
    assert "lane" not in stored
    assert "due" not in stored


def test_an_order_of_2000_units_fits_into_a_document_many_times_and_takes_no_quadratic_work() -> None:
    stage = scene()
    lines = [item(str(n), f"SKU{n}", quantity=500) for n in range(4)]
    stage.hears(placed(*lines))
    began = perf_counter()
    for n in range(4):
        stage.hears(scan(*(f"{n}-{k}" for k in range(500)), item_id=str(n)))
    assert len(ledger(stage).entries) == 2000
    assert len(BSON.encode(stage.documents["ledgers", "o-1"])) < 1_000_000
    assert perf_counter() - began < 20  # seconds; it takes a few tenths, square work would take minutes


def test_an_order_of_2000_units_can_be_moved_many_times_for_long_reasons() -> None:
    stage, items = scene(), [item(str(n), f"SKU{n}", quantity=500) for n in range(4)]
    stage.hears(placed(*items))
    for n in range(4):
        stage.hears(scan(*(f"{n}-{k}" for k in range(500)), item_id=str(n)))
    moves = 10
    for number in range(1, moves + 1):
        billing = ELSEWHERE if number % 2 else BILLING
        stage.hears(proposed(*items, change="payer", number=number, billing=billing, reason="\U0001f69a" * 500))
    first = ledger(stage).entries[0]
    assert [row.move for row in first.history or ()] == list(range(moves))
    assert len(first.payers or ()) == moves + 1
    assert len(BSON.encode(stage.documents["ledgers", "o-1"])) < 16_000_000 // 3


def test_2000_parked_scans_of_one_serial_each_are_drained_in_one_go() -> None:
    stage = scene()
    in_one_batch(stage, *(scan(f"S{n}") for n in range(2000)))
    said = stage.hears(placed(*(item(str(n), quantity=500) for n in range(1, 5))))
    assert (len(serials(said)), len(refused(said))) == (500, 1500)


def test_refusals_beyond_the_last_1000_are_forgotten_when_what_waited_is_refused() -> None:
    heard = tuple(
        Processed(who=bytes([n]), what=b"", source="s", id=str(n), outcome="refused:x" if n % 2 else "Parked")
        for n in range(8)
    )
    kept = settled(heard, {bytes([4]): "refused:y"}, keep=2)
    assert [(h.id, h.outcome) for h in kept] == [
        ("0", "Parked"),
        ("2", "Parked"),
        ("5", "refused:x"),
        ("6", "Parked"),
        ("7", "refused:x"),
    ]


def test_a_ledger_is_the_same_after_it_was_stored() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=3), held=True))
    stage.hears(scan("s1"))
    stored = BSON.encode(stage.documents["ledgers", "o-1"])
    from_store = read_from(stored.decode(), Ledger)
    assert from_store.parked[0].request.who == ledger(stage).parked[0].request.who
    assert from_store.heard == ledger(stage).heard


def test_a_tick_finds_nothing_to_do_where_nothing_waits() -> None:
    stage = scene()
    stage.hears(placed())
    assert stage.hears(passed(DAY)) == []
