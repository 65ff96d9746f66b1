"""Scan against cancel, edit, short-close, release, reversal and payer: every interleaving, of the real decisions."""

from collections.abc import Callable
from time import perf_counter

import pytest

from tests.together.interleaving import report
from tests.together.interleaving.agreement import answering, judged
from tests.together.interleaving.scenes import SCENES, Scene, asking, stage
from tests.together.interleaving.walk import Freedom, Walk, Walked

AGAIN, IN_PAIRS, LATE = Freedom(), Freedom(together=2), Freedom(late=1)
DEEPER = (Freedom(again=2), Freedom(together=2, late=1), Freedom(together=3))
Note = Callable[[str, object], None]
SHORT = tuple(scene for scene in SCENES if len(scene.requests) < 5)
"""Where one message may be late, too, without taking minutes."""
LONG = tuple(scene for scene in SCENES if scene not in SHORT)


def walked(scene: Scene, freedom: Freedom) -> Walked:
    machine, kept = stage(scene.settings)
    return Walk(machine, asking(machine, scene), answering).walked(kept, judged(scene.requests), freedom)


def judge(scene: Scene, freedom: Freedom, record_property: Note) -> None:
    began = perf_counter()
    found = walked(scene, freedom)
    record_property("walked", report.as_json(scene.name, str(freedom), found, perf_counter() - began))
    assert found.rests
    assert not found.wrong, "\n".join(f"{times} x {what}" for what, times in found.wrong.most_common(10))


@pytest.mark.parametrize(
    ("scene", "freedom"),
    [(scene, AGAIN) for scene in SCENES] + [(scene, freedom) for scene in SHORT for freedom in (IN_PAIRS, LATE)],
    ids=lambda each: each.name if isinstance(each, Scene) else str(each),
)
def test_in_every_interleaving_one_wins_all_are_answered_and_the_services_agree(
    scene: Scene, freedom: Freedom, record_property: Note
) -> None:
    judge(scene, freedom, record_property)


@pytest.mark.long
@pytest.mark.parametrize(
    ("scene", "freedom"),
    [(scene, freedom) for scene in SCENES for freedom in DEEPER]
    + [(scene, freedom) for scene in LONG for freedom in (IN_PAIRS, LATE)],
    ids=lambda each: each.name if isinstance(each, Scene) else str(each),
)
def test_the_same_with_more_that_may_happen(scene: Scene, freedom: Freedom, record_property: Note) -> None:
    judge(scene, freedom, record_property)


def test_a_walk_finds_what_different_orders_of_arrival_come_to() -> None:
    """Or it would prove nothing: with a scan and a cancellation each wins somewhere."""
    found = walked(SCENES[0], AGAIN)

    winners = {report.won(answers) for answers in found.outcomes}
    assert winners == {"cancel (scan order_cancelled)", "scan (cancel order_has_subscriptions)"}
