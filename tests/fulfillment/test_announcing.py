import pytest

from contracts.messages.assets import AssetAnnounced, AssetReceived
from contracts.messages.fulfillment import RequestRepeated
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.fulfillment.settings import Settings
from tests.fulfillment.lives import arrived, cancel, codes, correct, give_back, rented, reverse
from tests.fulfillment.orders_known import DAY, asset, passed, placed, refused, scan, scene, serials
from tests.scene import NOON, only


def test_an_announced_device_is_known_before_it_is_scanned() -> None:
    stage = scene()
    fact = only(stage.hears(arrived(" c02x ")), AssetAnnounced)
    assert (fact.version, fact.serial, fact.sku, fact.state, fact.announced_at) == (
        1,
        "C02X",
        "LAPTOP",
        "available",
        NOON,
    )
    known = asset(stage, "C02X")
    assert (known.state, known.history, known.announced_at) == ("available", (), NOON)
    stage.hears(placed())
    assert serials(stage.hears(scan("C02X"))) == ["C02X"]
    assert asset(stage, "C02X").announced_at == NOON


def test_a_device_that_was_announced_for_another_variant_is_refused_at_the_scan() -> None:
    stage = scene()
    stage.hears(arrived("S1", "BIKE"))
    stage.hears(placed())
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.SKU_MISMATCH)]


def test_an_announcement_delivered_again_is_a_repeat() -> None:
    stage = scene()
    stage.hears(arrived("S1"), id="a")
    before = dict(stage.documents)
    repeat = only(stage.hears(arrived("S1"), id="a"), RequestRepeated)
    assert (repeat.subject, repeat.first_id, repeat.outcome) == ("serial:S1", "a", "AssetAnnounced")
    assert stage.documents == before
    assert codes(stage.hears(arrived("S1", "BIKE"), id="a")) == [(Code.ID_REUSED, "")]


def test_a_device_is_announced_once_whatever_became_of_it() -> None:
    stage = rented("S1")
    assert codes(stage.hears(arrived("S1"))) == [(Code.ALREADY_DONE, "serial")]
    stage.hears(cancel())
    stage.hears(give_back())
    assert codes(stage.hears(arrived("S1"))) == [(Code.ALREADY_DONE, "serial")]
    assert asset(stage, "S1").state == "returned"


@pytest.mark.parametrize("undone", [reverse(), correct("S9")], ids=["reversed", "corrected"])
def test_a_device_of_which_nothing_is_known_but_a_mistake_is_announced_as_if_it_were_new(undone: Body) -> None:
    stage = rented("S1")
    stage.hears(undone)
    fact = only(stage.hears(arrived("S1", "BIKE")), AssetAnnounced)
    assert (fact.sku, fact.state, fact.version) == ("BIKE", "available", 1)
    known = asset(stage, "S1")
    assert (known.sku, known.announced_at, [row.state for row in known.history]) == ("BIKE", NOON, [None, "available"])
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.SKU_MISMATCH)]
    again = only(stage.hears(arrived("S1", "LAPTOP")), AssetAnnounced)
    assert (again.sku, again.version) == ("LAPTOP", 2)


def test_a_device_is_not_announced_for_another_variant_than_it_is_known_as() -> None:
    stage = rented("S1")
    assert codes(stage.hears(arrived("S1", "BIKE"))) == [(Code.SKU_MISMATCH, "sku")]
    assert asset(stage, "S1").sku == "LAPTOP"


def test_a_refused_announcement_is_a_repeat_only_under_its_own_id() -> None:
    stage = rented("S1")
    stage.hears(arrived("S1", "BIKE"), id="a")
    assert only(stage.hears(arrived("S1", "BIKE"), id="a"), RequestRepeated).codes == ("sku_mismatch",)
    assert codes(stage.hears(arrived("S1", "BIKE"), id="b")) == [(Code.SKU_MISMATCH, "sku")]


def test_an_announcement_of_the_wrong_shape_is_refused_with_its_code() -> None:
    stage = scene()
    said = stage.hears({"serial": "S1", "sku": "two words"}, kind=AssetReceived)
    assert codes(said) == [(Code.ID_INVALID, "sku")]
    assert ("assets", "S1") not in stage.documents


def test_an_announcement_is_remembered_for_good() -> None:
    stage = scene()
    stage.hears(arrived("S1"), id="a")
    stage.hears(passed(9 * DAY))
    only(stage.hears(arrived("S1"), id="a"), RequestRepeated)


def test_a_setting_refuses_serials_that_were_never_announced() -> None:
    stage = scene(Settings(announced_only=True))
    stage.hears(placed())
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.ASSET_UNKNOWN)]
    stage.hears(arrived("S1"))
    assert serials(stage.hears(scan("S1"))) == ["S1"]


def test_nothing_can_be_asked_of_a_device_that_no_order_had() -> None:
    stage = scene()
    stage.hears(arrived("S1"))
    assert codes(stage.hears(give_back(None, "S1"))) == [(Code.SERIAL_UNKNOWN, "serial")]
