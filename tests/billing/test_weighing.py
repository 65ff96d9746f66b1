"""What a payer weighs in a billing run follows its size: a batch takes hundreds of small ones, or a few large ones."""

from datetime import UTC, date, datetime

import pytest

from contracts.messages.invoices import LaneInvoicingDue, PayerInvoicingDue
from services.billing.rules import weighing
from services.billing.rules.calendar import last_day, periods_through
from services.billing.rules.weighing import LINES, SHARES
from services.billing.service import billing
from services.engine.core.message import Message, Origin
from services.engine.core.planning import MOST_WORK
from services.engine.core.service import Service
from tests.billing.subscriptions import MAY, POLDER, TULIP, created, run
from tests.scene import Scene


def weights(scene: Scene, period: str = "2024-05") -> dict[str, int]:
    """What each payer's message of a run weighs, by payer."""
    run(scene, period)
    return {say.body.payer: say.body.weight for say in scene.said if isinstance(say.body, PayerInvoicingDue)}


def weight(service: Service, body: PayerInvoicingDue | LaneInvoicingDue) -> int:
    now = datetime(2024, 6, 1, tzinfo=UTC)
    origin = Origin(body.topic, 0, 0, 1, 0)
    return service.weight(
        Message(type(body), body, (), None, "leaseline/billing", "1", now, now, False, body.subjects(), 0, origin)
    )


def due(**changed: int) -> PayerInvoicingDue:
    return PayerInvoicingDue.model_validate(
        {"payer": TULIP, "lane": 0, "period": "2024-05", "run": 1, "as_of": date(2024, 6, 1), "page": 0, **changed}
    )


def test_a_payer_of_seven_lines_weighs_so_little_that_a_batch_takes_hundreds() -> None:
    scene = Scene(billing())
    for number in range(1, 8):
        scene.hears(created(f"o{number}/1"))
    found = weights(scene)[TULIP]
    assert found == 2 * weighing.OWN + 7 + 7
    assert MOST_WORK // found > 500


def test_a_large_payer_weighs_a_whole_page() -> None:
    scene = Scene(billing())
    for number in range(1, SHARES + 50):
        scene.hears(created(f"o{number}/1", start=date(2023, 1, 20), prices=((36, 100),)))
    assert weights(scene)[TULIP] == LINES


def test_months_that_are_late_weigh_as_many_lines() -> None:
    scene = Scene(billing())
    scene.hears(created("o1/1", start=MAY))
    scene.hears(created("o2/1", payers=POLDER, start=date(2024, 3, 20)))
    found = weights(scene)
    assert found[POLDER] - found[TULIP] == 2


def test_shares_that_are_loaded_in_vain_weigh_too() -> None:
    scene = Scene(billing())
    scene.hears(created("o0/1"))
    for number in range(1, 51):
        scene.hears(created(f"o{number}/1", start=date(2025, 5, 1)))
    assert weights(scene)[TULIP] == 2 * weighing.OWN + 51 + 1


def test_a_message_of_before_may_be_a_whole_page_and_none_weighs_nothing_or_more() -> None:
    service = billing()
    assert weight(service, due()) == LINES
    assert [weight(service, due(weight=each)) for each in (0, -5, 31, 10**6)] == [1, 1, 31, LINES]


def test_the_next_page_of_a_payer_weighs_what_the_first_did() -> None:
    scene = Scene(billing())
    for number in range(1, SHARES + 10):
        scene.hears(created(f"o{number:03}/1"))
    run(scene, "2024-05")
    said = [say.body for say in scene.said if isinstance(say.body, PayerInvoicingDue)]
    assert [(each.page, each.weight) for each in said] == [(0, 217), (1, 217)]


@pytest.mark.parametrize(
    ("first", "last", "months"), [("2024-05", "2024-05", 1), ("2023-12", "2024-01", 2), ("2022-01", "2024-12", 36)]
)
def test_periods_are_counted_with_both_ends(first: str, last: str, months: int) -> None:
    assert periods_through(first, last) == months


@pytest.mark.parametrize(("period", "day"), [("2024-02", 29), ("2023-02", 28), ("2024-12", 31), ("9999-12", 31)])
def test_the_last_day_of_a_period(period: str, day: int) -> None:
    assert last_day(period).day == day
