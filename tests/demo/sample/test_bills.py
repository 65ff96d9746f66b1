"""What the billing runs must issue, reckoned from the plan: held against itself by other ways of counting."""

from collections import Counter
from datetime import date

import pytest

from demo.sample.bills import payers, reckoning
from demo.sample.bills.contracts import AccountKey, Contract, View, contracts
from demo.sample.bills.reckoning import RunExpected
from demo.sample.changes.moving import MOVED, TO
from demo.sample.months import after, next_begin
from demo.sample.whole_plan import plan

OLD = AccountKey("group:DE", "net_14", "EUR", test=False)
NEW = AccountKey("group:KEY", "net_14", "EUR", test=False)


@pytest.fixture(scope="module")
def found() -> tuple[Contract, ...]:
    return contracts(plan())


@pytest.fixture(scope="module")
def runs(found: tuple[Contract, ...]) -> tuple[RunExpected, ...]:
    return reckoning.runs(found)


@pytest.mark.parametrize(
    ("anchor", "months", "then"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 8, 31), 12, date(2025, 8, 31)),
        (date(2018, 1, 31), 1, date(2018, 2, 28)),
        (date(2018, 12, 31), 2, date(2019, 2, 28)),
    ],
)
def test_months_are_counted_from_the_anchor(anchor: date, months: int, then: date) -> None:
    assert after(anchor, months) == then


def test_the_next_month_begins_after_the_day() -> None:
    assert next_begin(date(2018, 5, 31), date(2018, 6, 29)) == date(2018, 6, 30)
    assert next_begin(date(2018, 5, 31), date(2018, 6, 30)) == date(2018, 7, 31)
    assert next_begin(date(2018, 8, 3), date(2018, 7, 10)) == date(2018, 8, 3)


def test_a_month_is_the_payers_whose_day_has_come() -> None:
    view = View(date(2018, 5, 20), date(2019, 5, 20), ((OLD, date(2018, 5, 20)), (NEW, date(2018, 7, 20))))
    assert list(view.due("2018-07")) == [(OLD, 0), (OLD, 1), (NEW, 2)]
    assert not list(View(view.start, view.ends_before, view.accounts, reversed=True).due("2018-07"))


def test_a_month_that_begins_on_the_last_day_is_due() -> None:
    on_the_day = View(date(2018, 5, 20), date(2018, 6, 21), ((OLD, date(2018, 5, 20)),))
    the_day_before = View(date(2018, 5, 20), date(2018, 6, 20), ((OLD, date(2018, 5, 20)),))
    assert [month for _, month in on_the_day.due("2018-07")] == [0, 1]
    assert [month for _, month in the_day_before.due("2018-07")] == [0]


def test_the_runs_issue_what_is_due_in_the_end_less_what_was_credited(
    found: tuple[Contract, ...], runs: tuple[RunExpected, ...]
) -> None:
    due = sum(1 for contract in found for _ in contract.second.due("2018-07"))
    charged = sum(run.lines - run.credit_lines for run in runs)
    assert charged - sum(run.credit_lines for run in runs) == due
    totals: Counter[str] = Counter()
    for contract in found:
        for account, _ in contract.second.due("2018-07"):
            if not account.test:
                totals[account.currency] += contract.price
    issued: Counter[str] = Counter()
    for run in runs:
        issued.update(run.totals)
    assert issued == totals


def test_two_months_are_billed_on_the_first_and_in_the_middle_and_the_third_run_issues_nothing(
    runs: tuple[RunExpected, ...],
) -> None:
    assert [(run.run.period, run.lines, run.credit_lines) for run in runs] == [
        ("2018-06", 9_633, 0),
        ("2018-06", 4_025, 0),
        ("2018-06", 0, 0),
        ("2018-07", 16_212, 71),
        ("2018-07", 5_873, 23),
    ]
    assert [(run.invoices, run.credit_notes) for run in runs] == [(402, 0), (11, 0), (0, 0), (847, 12), (11, 0)]
    assert {payers.billing_day(f"group:{group}") for group in payers.GROUPS} == {1, 10, 15}


def test_a_company_that_is_moved_pays_through_its_new_group_from_the_next_month_on(
    found: tuple[Contract, ...],
) -> None:
    moved = [c for c in found if len(c.second.accounts) > 1]
    assert len(moved) == sum(life.device.order_id in plan().parts.moved for life in plan().lives)
    for contract in moved:
        (_, _), (new, since) = contract.second.accounts
        assert new.payer == f"group:{TO.id}"
        assert since > MOVED.date()
        assert contract.first.accounts == contract.second.accounts[:1]


def test_an_order_without_a_term_has_its_payers_default() -> None:
    terms = {c.first.accounts[0][0].payer: set() for c in contracts(plan())}  # type: ignore[var-annotated]
    for contract in contracts(plan()):
        account = contract.first.accounts[0][0]
        terms[account.payer].add(account.term)
    assert payers.default_term("group:AT") == "net_30"
    assert payers.default_term("group:IT") == payers.default_term("customer:ALFKI") == "net_14"
    assert sum(len(each) > 1 for each in terms.values()) > 5
