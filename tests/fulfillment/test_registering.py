"""What persons say of a device by its serial alone: it is of another SKU, it is withheld, it is released."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages.assets import AssetAnnounced, AssetCorrected, AssetStateChanged, AssetStateRequested
from contracts.messages.fulfillment import RequestRepeated, SubscriptionCreated
from contracts.messages.life import DeviceReplaced
from contracts.messages.subscription import SubscriptionFact
from contracts.values.refusals import Code
from services.fulfillment.documents.asset import MARKS_KEPT, Asset, Assignment
from tests.fulfillment.lives import (
    arrived,
    cancel,
    codes,
    correct,
    give_back,
    put_right,
    rented,
    reverse,
    set_state,
    swap_device,
)
from tests.fulfillment.orders_known import asset, item, placed, refused, scan, scene, serials
from tests.scene import NOON, only


def test_an_announcement_under_the_wrong_sku_is_replaced_by_a_later_one() -> None:
    stage = scene()
    stage.hears(placed())
    stage.hears(arrived("S1", "BIKE"))
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.SKU_MISMATCH)]
    again = only(stage.hears(arrived("S1", "LAPTOP")), AssetAnnounced)
    assert (again.sku, again.state, again.version) == ("LAPTOP", "available", 2)
    assert serials(stage.hears(scan("S1"))) == ["S1"]


def test_a_device_that_was_in_a_contract_is_put_right_by_a_person_and_no_subscription_is_touched() -> None:
    stage = rented("S1")
    assert codes(stage.hears(arrived("S1", "BIKE"))) == [(Code.SKU_MISMATCH, "sku")]
    before = stage.documents["ledgers", "o-1"]
    said = stage.hears(put_right("s1", "BIKE"))
    fact = only(said, AssetCorrected)
    assert (fact.sku, fact.old_sku, fact.state, fact.actor, fact.version) == ("BIKE", "LAPTOP", "in_use", "Grace", 1)
    assert said == [fact]
    assert stage.documents["ledgers", "o-1"] == before
    # its holder's scan is still a double beep, and afterwards it is a bike
    assert only(stage.hears(scan("S1")), RequestRepeated).outcome == "SubscriptionCreated"
    stage.hears(cancel())
    stage.hears(give_back())
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.SKU_MISMATCH)]
    stage.hears(placed(item("1", "BIKE"), order_id="o-3"))
    assert serials(stage.hears(scan("S1", order_id="o-3"))) == ["S1"]


def test_only_a_device_that_is_known_is_put_right_and_only_to_another_sku() -> None:
    stage = rented("S1", "S2")
    stage.hears(reverse("o-1/2"))
    assert codes(stage.hears(put_right("S1", "LAPTOP"))) == [(Code.ALREADY_DONE, "sku")]
    assert codes(stage.hears(put_right("S2"))) == [(Code.ASSET_UNKNOWN, "serial")]
    assert codes(stage.hears(put_right("S3"))) == [(Code.ASSET_UNKNOWN, "serial")]


@pytest.mark.parametrize("state", ["in_repair", "lost", "stolen", "sold"])
def test_a_device_that_a_person_withholds_is_refused_until_a_person_releases_it(state: str) -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(arrived("S1"))
    fact = only(stage.hears(set_state("S1", state)), AssetStateChanged)
    assert (fact.state, fact.actor, fact.reason, fact.at, fact.version) == (state, "Grace", "seen by Grace", NOON, 2)
    assert refused(stage.hears(scan("S1"))) == [("S1", Code.ASSET_UNAVAILABLE)]
    stage.hears(scan("S2"))
    assert codes(stage.hears(swap_device("S1"))) == [(Code.ASSET_UNAVAILABLE, "new_serial")]
    assert codes(stage.hears(correct("S1"))) == [(Code.ASSET_UNAVAILABLE, "new_serial")]
    assert only(stage.hears(set_state("S1", "available")), AssetStateChanged).state == "available"
    only(stage.hears(swap_device("S1")), DeviceReplaced)


@pytest.mark.parametrize("condition", ["damaged", "incomplete"])
@pytest.mark.parametrize("first", ["returned", "ended"])
def test_what_came_back_damaged_or_incomplete_waits_for_a_person(condition: str, first: str) -> None:
    stage = rented("S1")
    back = give_back(condition=condition)
    for step in (back, cancel()) if first == "returned" else (cancel(), back):
        stage.hears(step)
    assert (asset(stage, "S1").state, asset(stage, "S1").shown) == ("returned", "unavailable")
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.ASSET_UNAVAILABLE)]
    assert only(stage.hears(set_state("S1", "available")), AssetStateChanged).state == "returned"
    only(stage.hears(scan("S1", order_id="o-2")), SubscriptionCreated)


@pytest.mark.parametrize("undone", ["replaced", "replaced_and_back", "reversed"])
def test_a_damaged_device_is_withheld_whichever_way_it_left_its_subscription(undone: str) -> None:
    stage = rented("S1")
    if undone == "replaced":
        stage.hears(swap_device("S2"))
        stage.hears(give_back(serial="S1", condition="damaged"))
    else:
        stage.hears(give_back(condition="damaged"))
        stage.hears(swap_device("S2") if undone == "replaced_and_back" else reverse())
    assert (asset(stage, "S1").shown, asset(stage, "S1").unproven) == ("unavailable", False)
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.ASSET_UNAVAILABLE)]


def test_a_device_may_be_withheld_while_a_customer_has_it_and_its_contract_goes_on() -> None:
    stage = rented("S1")
    assert only(stage.hears(set_state("S1", "stolen")), AssetStateChanged).state == "stolen"
    assert asset(stage, "S1").holder is not None
    stage.hears(placed(order_id="o-2"))
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.SERIAL_IN_USE)]
    stage.hears(cancel())
    assert (asset(stage, "S1").state, asset(stage, "S1").shown) == ("ended", "stolen")
    assert only(stage.hears(set_state("S1", "available")), AssetStateChanged).state == "ended"
    assert refused(stage.hears(scan("S1", order_id="o-2"))) == [("S1", Code.ASSET_NOT_RETURNED)]


def test_what_contracts_made_of_a_device_no_person_releases() -> None:
    stage = rented("S1", "S2")
    stage.hears(cancel())
    assert codes(stage.hears(set_state("S1", "available"))) == [(Code.ASSET_NOT_RETURNED, "state")]
    assert codes(stage.hears(set_state("S2", "available"))) == [(Code.SERIAL_IN_USE, "state")]
    stage.hears(set_state("S1", "lost"))
    assert codes(stage.hears(set_state("S1", "lost"))) == [(Code.ALREADY_DONE, "state")]
    assert codes(stage.hears(set_state("S9", "lost"))) == [(Code.ASSET_UNKNOWN, "serial")]
    assert codes(stage.hears(arrived("S1"))) == [(Code.ALREADY_DONE, "serial")]


def test_a_state_needs_an_actor_and_a_reason_and_a_repeat_is_known() -> None:
    stage = rented("S1")
    said = stage.hears({"serial": "S1", "state": "lent"}, kind=AssetStateRequested)
    assert {field for _, field in codes(said)} == {"state", "actor", "reason"}
    stage.hears(set_state("S1", "lost"), id="a")
    repeat = only(stage.hears(set_state("S1", "lost"), id="a"), RequestRepeated)
    assert (repeat.subject, repeat.outcome) == ("serial:S1", "AssetStateChanged")


def test_what_persons_say_of_a_device_is_kept_up_to_a_bound_with_its_reason_cut() -> None:
    stage = rented("S1")
    for turn in range(MARKS_KEPT + 3):
        stage.hears(set_state("S1", "lost" if turn % 2 else "stolen", "x" * 4000))
    marks = asset(stage, "S1").marks
    assert (len(marks), marks[-1].state, len(marks[-1].reason or "")) == (MARKS_KEPT, "stolen", 500)


def test_a_device_that_was_announced_before_its_facts_were_counted_goes_on_at_two() -> None:
    stage = scene()
    stage.keep(Asset, "S1", Asset(sku="LAPTOP", state="available", announced_at=NOON))
    assert only(stage.hears(set_state("S1", "sold")), AssetStateChanged).version == 2
    assert only(stage.hears(arrived("S1", "BIKE")), AssetAnnounced).model_dump()["state"] == "sold"


@given(st.lists(st.sampled_from(["lost", "available", "scan", "cancel", "damaged", "reverse"]), max_size=8))
def test_no_scan_gets_a_device_that_is_withheld(steps: list[str]) -> None:
    stage = scene()
    stage.hears(arrived("S1"))
    number = 0
    for step in steps:
        withheld = asset(stage, "S1").withheld
        if step == "scan":
            number += 1
            stage.hears(placed(order_id=f"o-{number}"))
            said = stage.hears(scan("S1", order_id=f"o-{number}"))
            assert withheld is None or not any(isinstance(fact, SubscriptionFact) for fact in said)
        elif step in ("lost", "available"):
            stage.hears(set_state("S1", step))
        elif number:
            last = f"o-{number}/1"
            asked = {"cancel": cancel(last), "damaged": give_back(last, condition="damaged"), "reverse": reverse(last)}
            stage.hears(asked[step])
    known = asset(stage, "S1")
    facts = [say.body for say in stage.said if isinstance(say.body, AssetAnnounced | AssetStateChanged)]
    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
    assert known.history == () or isinstance(known.history[-1], Assignment)
