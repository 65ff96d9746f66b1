"""An order that is scanned unit by unit: a double beep names the first scan, wherever it is remembered."""

from contracts.messages.fulfillment import RequestRepeated
from tests.fulfillment.orders_known import item, ledger, placed, scan, scene
from tests.scene import only

SCANS = 500


def test_a_double_beep_names_a_first_scan_that_left_the_ledger() -> None:
    stage = scene()
    stage.hears(placed(item(quantity=SCANS)))
    for number in range(SCANS):
        stage.hears(scan(f"S{number}"), id=f"beep-{number}")
    kept = ledger(stage)
    assert (len(kept.heard) + kept.moved, kept.moved > 0) == (SCANS, True)
    same = only(stage.hears(scan("S0"), id="beep-0"), RequestRepeated)
    assert (same.first_id, same.outcome) == ("beep-0", "SubscriptionCreated")
    for _ in range(2):
        again = only(stage.hears(scan("S0"), id="another"), RequestRepeated)
        assert (again.first_id, again.outcome) == ("beep-0", "SubscriptionCreated")
