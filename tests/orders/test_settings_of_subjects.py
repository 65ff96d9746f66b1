from datetime import timedelta

from contracts.messages.catalog import VariantChanged, VariantSubmitted
from contracts.messages.orders import CustomerGroupChanged, CustomerGroupChangeRequested, RequestRepeated
from services.engine.core.inbox import DecidedRequests
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.party import Group
from services.orders.documents.variant import Variant
from tests.orders.shop import CLOCK, codes, group, kinds, open_shop, price, refusals, variant
from tests.scene import NOON, only


def regroup(id_: str | None, customer_id: str = "acme") -> CustomerGroupChangeRequested:
    return CustomerGroupChangeRequested(customer_id=customer_id, group=group(id_) if id_ else None, actor="Grace")


def test_a_variant_is_replaced_as_a_whole_and_its_prices_are_told_in_order() -> None:
    shop = open_shop()
    fact = only(shop.hears(variant(CLOCK, price(24, 1), price(6, 3, "USD"), price(6, 2))), VariantChanged)
    assert fact.version == 2
    assert [(p.months, p.currency, p.amount) for p in fact.prices] == [(6, "EUR", 2), (6, "USD", 3), (24, "EUR", 1)]
    assert (fact.sku, fact.product_name, fact.variant_name, fact.active, fact.free) == (
        CLOCK,
        "Retro-Clock",
        "Red",
        True,
        False,
    )


def test_an_older_variant_never_replaces_a_newer_one() -> None:
    shop = open_shop()
    assert codes(shop.hears(variant(CLOCK, price(12, 1)), time=NOON - timedelta(seconds=1))) == ["superseded"]
    assert shop.document(Variant, CLOCK).price(12, "EUR") == 1000


def test_of_two_variants_of_the_same_time_the_later_in_the_log_counts() -> None:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(12, 1)))
    assert shop.document(Variant, CLOCK).price(12, "EUR") == 1


def test_two_prices_for_the_same_thing_are_refused() -> None:
    said = open_shop().hears(variant(CLOCK, price(12, 1), price(12, 1, "USD"), price(12, 2)))
    assert refusals(said) == {("value_invalid", "prices.2")}


def test_a_variant_of_wrong_shape_is_refused_and_remembered() -> None:
    shop = open_shop()
    wrong = {"sku": "NEW", "product_name": "New", "variant_name": "x", "prices": [{"months": 12}]}
    said = shop.hears(wrong, kind=VariantSubmitted, id="m")
    assert ("field_required", "prices.0.amount") in refusals(said)
    assert kinds(shop.hears(wrong, kind=VariantSubmitted, id="m")) == ["RequestRepeated"]
    assert ("catalog", "NEW") not in shop.documents


def test_a_variant_heard_again_is_a_repeat_also_when_a_newer_one_is_in_force() -> None:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(12, 1)), id="m")
    shop.hears(variant(CLOCK, price(12, 2)))
    assert only(shop.hears(variant(CLOCK, price(12, 1)), id="m"), RequestRepeated).outcome == "VariantChanged"
    assert codes(shop.hears(variant(CLOCK, price(12, 3)), id="m")) == ["id_reused"]
    assert shop.document(Variant, CLOCK).price(12, "EUR") == 2


def test_a_sku_keeps_the_last_256_request_identities() -> None:
    shop = open_shop()
    for n in range(257):
        shop.hears(variant(CLOCK, price(12, n + 1)), id=f"v{n}")
    assert len(shop.document(DecidedRequests, f"sku:{CLOCK}").heard) == 256
    assert kinds(shop.hears(variant(CLOCK, price(12, 2)), id="v1")) == ["RequestRepeated"]
    assert kinds(shop.hears(variant(CLOCK, price(12, 1)), id="v0")) == ["VariantChanged"]


def test_a_default_group_is_set_and_removed() -> None:
    shop = open_shop()
    assert only(shop.hears(regroup("nl")), CustomerGroupChanged).group == group("nl")
    removed = only(shop.hears(regroup(None)), CustomerGroupChanged)
    assert (removed.group, removed.version) == (None, 2)
    assert shop.document(CustomerRecord, "acme").group is None


def test_an_older_default_group_never_replaces_a_newer_one() -> None:
    shop = open_shop()
    shop.hears(regroup("nl"))
    assert codes(shop.hears(regroup("be"), time=NOON - timedelta(days=1))) == ["superseded"]
    assert shop.document(CustomerRecord, "acme").group == Group(id="nl", name="Group nl")


def test_a_group_change_heard_again_is_a_repeat() -> None:
    shop = open_shop()
    shop.hears(regroup("nl"), id="m")
    assert only(shop.hears(regroup("nl"), id="m"), RequestRepeated).outcome == "CustomerGroupChanged"


def test_a_group_change_of_wrong_shape_is_refused() -> None:
    said = open_shop().hears({"customer_id": "acme"}, kind=CustomerGroupChangeRequested)
    assert refusals(said) == {("field_required", "actor")}
