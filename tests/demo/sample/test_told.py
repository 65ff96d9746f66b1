"""The figures that the READMEs tell are those of the plan: nobody has to remember to change them."""

from pathlib import Path

import pytest

from demo.comparing import compared
from demo.log import Folded
from demo.sample.expected import Summary, summary
from deploy.local.places import PROJECT


def told(path: str) -> str:
    return " ".join(Path(PROJECT, path).read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def found() -> Summary:
    return summary()


def test_the_readme_tells_how_many_records_are_sent_and_how_many_counts_are_compared(found: Summary) -> None:
    counts = len(list(compared(Folded(), found)))  # where nothing was said, a run is one count
    counts += sum(5 + len(run.totals) - 1 for run in found.runs)

    readme = told("README.md")

    assert f"sends them {found.records:,} records" in readme
    assert f"with {counts:,} counts that the plan foretells" in readme
    assert f"All {counts:,} counts are what the plan says." in readme
    assert f"{found.orders.by_status['cancelled']:,} cancelled orders" in readme
    assert f"{found.subscriptions_by_state['active']:,} active serials" in readme


def test_the_samples_readme_tells_what_comes_of_it(found: Summary) -> None:
    status, state = found.orders.by_status, found.subscriptions_by_state
    lines = {period: sum(r.lines for r in found.runs if r.run.period == period) for period in ("2018-06", "2018-07")}
    credits_, notes = sum(r.credit_lines for r in found.runs), sum(r.credit_notes for r in found.runs)

    readme = told("demo/sample/README.md")

    whole = (
        f"{found.orders_placed:,} orders placed ({found.units:,} units, {len(found.currencies)} currencies): "
        f"{status['fulfilled']:,} fulfilled, {status['partial']} partial, {status['pending']} pending, "
        f"{status['confirmed']} confirmed, {status['cancelled']} cancelled, {found.orders.short_closed} of them "
        f"short-closed; {found.subscriptions:,} subscriptions ({state['active']:,} active, {state['ended']} ended, "
        f"{state['cancelled']} cancelled, {state['reversed']} reversed) in {len(found.accounts):,} billing accounts; "
        f"{lines['2018-06']:,} invoice lines for 2018-06 and {lines['2018-07']:,} for 2018-07, {credits_} of them "
        f"credits, {notes} credit notes; {found.dead_letters} dead letters."
    )
    assert whole in readme
    assert f"| ended by date | {state['ended']} |" in readme
