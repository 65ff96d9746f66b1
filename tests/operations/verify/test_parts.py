from datetime import date
from typing import Any

import pytest

from operations.verify.parts import NONE, Part, account, begins, part

ADA, ACME = "customer:ada", "group:acme"


def contract(
    *, start: str = "2024-01-31", ends: str = "2024-07-31", payers: Any = ((ADA, None),), prices: Any = ((6, 100),)
) -> list[Any]:
    return [[list(p) for p in payers], [list(p) for p in prices], start, ends]


@pytest.mark.parametrize(
    ("months", "day"),
    [(0, (2024, 1, 31)), (1, (2024, 2, 29)), (2, (2024, 3, 31)), (3, (2024, 4, 30)), (12, (2025, 1, 31))],
)
def test_contract_months_begin_on_the_anchors_day_or_the_months_last(months: int, day: tuple[int, int, int]) -> None:
    assert begins(date(2024, 1, 31), months) == date(*day)


def test_an_active_subscription_adds_its_price_and_every_month_of_its_contract() -> None:
    assert part("active", contract(), ADA) == Part(1, 100, 600, "2024-01")


def test_months_that_were_invoiced_are_not_outstanding() -> None:
    assert part("active", contract(), ADA, issued=(1, 2)) == Part(1, 100, 400, "2024-03")


def test_a_reversed_subscription_adds_nothing() -> None:
    assert part("reversed", contract(), ADA) == NONE


def test_what_is_invoiced_and_no_longer_owed_is_the_next_to_be_credited() -> None:
    assert part("reversed", contract(), ADA, issued=(2, 3)) == Part(0, 0, 0, "2024-02")
    assert part("cancelled", contract(ends="2024-03-31"), ADA, issued=(1, 2, 3)) == Part(0, 0, 0, "2024-03")
    moved = contract(payers=((ADA, None), (ACME, "2024-02-29")))
    assert part("active", moved, ADA, issued=(1, 2)) == Part(0, 0, 0, "2024-02")
    assert part("active", contract(ends="2024-03-31"), ADA, issued=(1, 2)) == Part(1, 100, 0)


def test_free_months_are_never_next() -> None:
    assert part("active", contract(prices=((2, 0), (4, 100))), ADA) == Part(1, 100, 400, "2024-03")
    assert part("active", contract(prices=((2, 0), (4, 100))), ADA, issued=(3,)) == Part(1, 100, 300, "2024-04")
    assert part("active", contract(prices=((6, 0),)), ADA) == Part(1, 0, 0)


def test_a_cancelled_subscription_owes_the_months_that_had_begun() -> None:
    assert part("cancelled", contract(ends="2024-03-31"), ADA) == Part(0, 0, 200, "2024-01")


def test_an_extension_counts_at_its_own_price() -> None:
    extended = contract(ends="2025-01-31", prices=((6, 100), (6, 80)))
    assert part("active", extended, ADA) == Part(1, 80, 1080, "2024-01")


def test_each_payer_owes_the_months_that_begin_in_its_time() -> None:
    moved = contract(payers=((ADA, None), (ACME, "2024-03-31")))
    assert part("active", moved, ADA) == Part(0, 0, 200, "2024-01")
    assert part("active", moved, ACME) == Part(1, 100, 400, "2024-03")


def test_a_test_account_is_another_account() -> None:
    assert account(ADA, "at_once", "EUR", test=False) != account(ADA, "at_once", "EUR", test=True)
