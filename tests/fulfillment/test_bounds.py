"""Every list in a stored document has an end: what would grow for ever is refused, cut, or kept elsewhere."""

import pytest

from contracts.messages.changes import OrderChangeRefused
from contracts.messages.orders import OrderPlaced
from contracts.values.model import restate
from contracts.values.refusals import Code
from services.engine.core.document import replace
from services.fulfillment.documents.asset import HISTORY_KEPT, Asset, Assignment
from services.fulfillment.documents.ledger import TERMS_KEPT, EntryPage, Ledger
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.rules.arbiter import MOST_MOVES
from services.fulfillment.rules.devices import REPLACED_KEPT
from tests.fulfillment.lives import entry, rented, swap_device
from tests.fulfillment.orders_known import asset, item, ledger, placed, scan, scene, serials
from tests.fulfillment.proposals import BILLING, ELSEWHERE, proposed
from tests.lists import lists_in
from tests.scene import NOON, only

BOUNDED = {
    "Ledger.lines": "200 items of an order",
    "Ledger.terms": "TERMS_KEPT and MOST_MOVES, below",
    "Ledger.entries": "32, then pages",
    "Ledger.parked": "test_parking.py",
    "Ledger.unsaid": "those of one batch, empty when stored",
    "Ledger.page_ends": "one number for each page",
    "Ledger.sent_on": "test_returning.py",
    "Ledger.moves": "MOST_MOVES, below",
    "EntryPage.entries": "32",
    "Entry.prices": "200 extensions of six months are 1,200 months",
    "Entry.payers": "MOST_MOVES, below, and an extension each",
    "Entry.replaced": "REPLACED_KEPT, below",
    "LastChange.item_ids": "20, as in its answer",
    "Scan.serials": "settings.serials",
    "Scan.ignored": "named in contracts/wire/problems.py, a few",
    "LifeRequest.ignored": "the same",
    "Asset.history": "HISTORY_KEPT, below",
    "Asset.marks": "test_registering.py",
}
ELSEWHERE_TESTED = {"Entry.history", "Ledger.heard", "Ledger.recent", "SerialHome.heard"}


def test_each_list_that_is_kept_is_known_with_its_bound() -> None:
    found = lists_in((Ledger, EntryPage, Asset, SerialHome), "services.fulfillment")
    assert found > {"Ledger.parked", "Scan.serials", "Entry.replaced", "Asset.history"}
    assert found - ELSEWHERE_TESTED <= set(BOUNDED)


def test_subscriptions_change_their_payer_only_so_often() -> None:
    stage = rented("S1")
    for number in range(1, MOST_MOVES + 1):
        billing = ELSEWHERE if number % 2 else BILLING
        stage.hears(proposed(change="payer", number=number, billing=billing))
    assert (len(ledger(stage).moves or ()), len(entry(stage).payers or ())) == (MOST_MOVES, MOST_MOVES + 1)
    said = stage.hears(proposed(change="payer", number=MOST_MOVES + 1, billing=ELSEWHERE))
    assert only(said, OrderChangeRefused).code is Code.TOO_MANY_PAYERS


def test_contact_data_adds_only_so_many_terms() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=500)))
    known = ledger(stage)
    stage.keep(Ledger, "o-1", replace(known, terms=known.terms * TERMS_KEPT))
    stage.hears(scan("S1"))
    order = placed(item(quantity=500)).order
    renamed = restate(order, customer=restate(order.customer, first_name="Jacquard"))
    stage.hears(OrderPlaced(version=2, order=renamed))
    assert len(ledger(stage).terms) == TERMS_KEPT
    assert serials(stage.hears(scan("S2"))) == ["S2"]


def test_a_subscription_knows_only_so_many_devices_before_its_present_one() -> None:
    stage = rented("S0")
    for number in range(1, REPLACED_KEPT + 3):
        stage.hears(swap_device(f"S{number}"))
    replaced = entry(stage).replaced or ()
    assert (len(replaced), replaced[-1]) == (REPLACED_KEPT, f"S{REPLACED_KEPT + 1}")


@pytest.mark.parametrize("state", ["available", "returned"])
def test_a_device_keeps_only_so_many_rows_and_its_holder_among_them(state: str) -> None:
    stage = scene()
    row = Assignment(order_id="o-0", number=1, since=NOON, state="returned")
    stage.keep(Asset, "S1", Asset(sku="LAPTOP", state=state, history=(row,) * HISTORY_KEPT))  # type: ignore[arg-type]
    stage.hears(placed())
    assert serials(stage.hears(scan("S1"))) == ["S1"]
    known = asset(stage, "S1")
    assert (len(known.history), known.holder) == (HISTORY_KEPT, known.history[-1])
