"""What a run would issue is foreseen by the rule that issues it, and why it would not by the rule that refrains."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.documents.share import Share
from services.billing.rules.due import foresee, why_not_invoiced
from services.billing.service import billing
from tests.billing.subscriptions import created, invoices, run
from tests.scene import Scene

PERIODS = tuple(f"20{year}-{month:02}" for year in (24, 25) for month in (1, 4, 5, 6, 8, 12))


def shares(scene: Scene) -> list[Share]:
    return [scene.document(Share, id_) for name, id_ in scene.documents if name == "shares"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(("o1", "o2", "o3")), st.integers(1, 70)), min_size=1, max_size=8, unique=True),
    st.lists(st.sampled_from(PERIODS), min_size=1, max_size=3),
)
def test_what_is_foreseen_is_what_the_run_issues(subscriptions: list[tuple[str, int]], periods: list[str]) -> None:
    scene = Scene(billing())
    for order_id, number in subscriptions:
        scene.hears(created(f"{order_id}/{number}"))
    for period in periods:
        foreseen = foresee(shares(scene), period)
        issued = invoices(run(scene, period, as_of=date(2050, 1, 1)))
        if issued:  # else the period was invoiced before
            assert {each.account_id: (each.lines, each.charges, each.credited) for each in issued} == {
                account_id: (each.lines, each.charges, each.credited) for account_id, each in foreseen.items()
            }


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({}, None),
        ({"last_period": "2026-05"}, "repeated"),
        ({"last_period": "2026-06"}, "repeated"),
        ({"last_period": "2026-04"}, None),
        ({"billing_day": 2}, "not_due"),
        ({"last_issued": date(2026, 6, 2)}, "issued_later"),
        ({"last_issued": date(2026, 6, 1)}, None),
    ],
)
def test_why_a_payer_gets_none(known: dict[str, Any], why: str | None) -> None:
    usual: dict[str, Any] = {"last_period": None, "billing_day": 1, "last_issued": None}
    assert why_not_invoiced(period="2026-05", as_of=date(2026, 6, 1), **(usual | known)) == why
