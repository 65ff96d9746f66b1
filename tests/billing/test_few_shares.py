"""A small payer names its shares, so that those of hundreds are loaded in one round trip; a large one is paged."""

from collections.abc import Iterable

import pytest

from services.billing.documents.payer import FEW, Payer
from services.billing.documents.share import Share
from services.billing.handlers.issuing import want_shares
from services.billing.service import billing
from services.engine.core.document import replace
from services.engine.core.service import Page
from tests.billing.subscriptions import TULIP, created, months, run
from tests.billing.test_settings import settings
from tests.scene import Scene


def rented(orders: Iterable[int]) -> Scene:
    scene = Scene(billing())
    for number in orders:
        scene.hears(created(f"o{number:03}/1"))
    return scene


def wanted(scene: Scene) -> list[object]:
    return list(want_shares(TULIP, scene.document(Payer, TULIP)))


def test_the_shares_of_a_small_payer_are_asked_for_by_their_ids() -> None:
    scene = rented([2, 1])
    scene.hears(created("o001/1", version=2, state="cancelled"))
    scene.hears(created("o001/40"))
    assert wanted(scene) == [
        (Share, f"{TULIP}/o001"),
        (Share, f"{TULIP}/o001/00001"),
        (Share, f"{TULIP}/o002"),
    ]


@pytest.mark.parametrize("orders", [FEW, FEW + 1, FEW + 20])
def test_one_with_many_is_paged_and_all_of_it_is_invoiced(orders: int) -> None:
    scene = rented(range(1, orders + 1))
    assert isinstance(wanted(scene)[0], Page) is (orders > FEW)
    assert months(run(scene, "2024-05")) == [(f"o{number:03}/1", 1, 5000) for number in range(1, orders + 1)]
    assert months(run(scene, "2024-06")) == [(f"o{number:03}/1", 2, 5000) for number in range(1, orders + 1)]


def test_a_payer_that_had_settings_first_names_them_too() -> None:
    scene = Scene(billing())
    scene.hears(settings(name="Tulip"))
    scene.hears(created("o001/1"))
    assert wanted(scene) == [(Share, f"{TULIP}/o001")]


def test_a_payer_of_before_is_paged_for_ever_since_nobody_knows_what_it_had() -> None:
    scene = rented([1, 2])
    scene.keep(Payer, TULIP, replace(scene.document(Payer, TULIP), shares=None))
    scene.hears(created("o003/1"))
    assert isinstance(wanted(scene)[0], Page)
    assert len(months(run(scene, "2024-05"))) == 3


def test_a_share_of_more_lines_than_a_page_is_taken_up_again() -> None:
    scene = Scene(billing())
    for unit in range(1, 33):
        scene.hears(created(f"o001/{unit}", version=unit, prices=((36, 100),)))
    scene.hears(created("o002/1"))
    assert len(months(run(scene, "2027-06"))) == 32 * 36 + 12
