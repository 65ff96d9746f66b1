import pytest

from contracts.values.refusals import Code
from tests.fulfillment.orders_known import created, item, placed, refused, scan, scene

SOFA_12 = item("a", "SOFA", months=12, price=900)
SOFA_24 = item("b", "SOFA", months=24, price=900)
SOFA_12_DEAR = item("c", "SOFA", months=12, price=950)
SOFA_12_TOO = item("d", "SOFA", months=12, price=900)
DESK = item("e", "DESK")


def test_the_named_item_gets_the_device_even_if_others_of_its_sku_come_first() -> None:
    stage = scene()
    stage.hears(placed(SOFA_12, SOFA_24))
    said = stage.hears(scan("S1", item_id="b"))
    assert [c.subscription.item_id for c in created(said)] == ["b"]


def test_the_only_item_of_the_named_sku_gets_the_device() -> None:
    stage = scene()
    stage.hears(placed(DESK, SOFA_24))
    said = stage.hears(scan("S1", item_id=None, sku="SOFA"))
    assert [c.subscription.item_id for c in created(said)] == ["b"]


def test_of_items_with_equal_length_and_price_the_first_one_gets_the_device() -> None:
    stage = scene()
    stage.hears(placed(SOFA_12_TOO, DESK, SOFA_12))
    said = stage.hears(scan("S1", "S2", item_id=None, sku="SOFA"))
    assert [c.subscription.item_id for c in created(said)] == ["d", "a"]


@pytest.mark.parametrize("other", [SOFA_24, SOFA_12_DEAR])
def test_items_of_one_sku_that_differ_in_length_or_price_must_be_named(other: object) -> None:
    stage = scene()
    stage.hears(placed(SOFA_12, other))  # type: ignore[arg-type]
    assert refused(stage.hears(scan("S1", item_id=None, sku="SOFA"))) == [("S1", Code.AMBIGUOUS_ITEM)]


def test_a_sku_is_no_longer_ambiguous_once_only_one_of_its_items_has_open_units() -> None:
    stage = scene()
    stage.hears(placed(SOFA_12, SOFA_24))
    stage.hears(scan("S1", item_id="a"))
    said = stage.hears(scan("S2", item_id=None, sku="SOFA"))
    assert [c.subscription.item_id for c in created(said)] == ["b"]


@pytest.mark.parametrize(
    ("item_id", "sku", "code"),
    [
        (None, None, Code.ITEM_REQUIRED),
        ("a", "DESK", Code.SKU_MISMATCH),
        ("zz", None, Code.ITEM_UNKNOWN),
        ("zz", "SOFA", Code.ITEM_UNKNOWN),
        (None, "LAMP", Code.ITEM_UNKNOWN),
    ],
)
def test_an_item_must_be_named_exist_and_be_of_the_named_sku(item_id: str | None, sku: str | None, code: Code) -> None:
    stage = scene()
    stage.hears(placed(SOFA_12, DESK))
    assert refused(stage.hears(scan("S1", item_id=item_id, sku=sku))) == [("S1", code)]


def test_item_and_sku_may_both_be_given_when_they_agree() -> None:
    stage = scene()
    stage.hears(placed(SOFA_12, DESK))
    assert len(created(stage.hears(scan("S1", item_id="a", sku="SOFA")))) == 1
