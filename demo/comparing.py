"""What was said, held against what the plan says must come of it: counted twice, by two who do not know each other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from demo.log import Folded
from demo.sample.bills.contracts import AccountKey
from demo.sample.bills.reckoning import RunExpected
from demo.sample.expected import Summary
from operations.terminal.screen import Screen

T = TypeVar("T", int, str)


def compared(folded: Folded, expected: Summary) -> Iterator[tuple[str, object, object]]:
    """Each count: its name, what the plan says, what was said."""
    status = Counter(status for _, status, _ in folded.status.values())
    yield from _each("orders", expected.orders.by_status, status)
    yield "orders short-closed", expected.orders.short_closed, sum(closed for _, closed in folded.short_closed.values())
    yield "orders on hold", 0, sum(held for _, _, held in folded.status.values())
    yield from _each("subscriptions of months", expected.subscriptions_by_length, Counter(folded.months.values()))
    states = Counter(state for _, state in folded.states.values())
    yield from _each("subscriptions", expected.subscriptions_by_state, states)
    yield "subscriptions extended", expected.extended, len(folded.extended)
    yield from _each("refused", expected.refusals_by_code, folded.codes)
    yield "answered as repeats", expected.repeated, folded.repeated
    yield "accounts", len(expected.accounts), len(folded.accounts)
    yield from _accounts(expected, folded)
    yield from _runs(expected, folded)


def show(folded: Folded, expected: Summary, screen: Screen) -> bool:
    """Prints what differs, or that nothing does. True if nothing does."""
    rows = list(compared(folded, expected))
    wrong = [row for row in rows if row[1] != row[2]]
    for name, plan, said in wrong:
        screen.say(("not as planned:", "red"), f" {name}: {plan} in the plan, {said} were said")
    if not wrong:
        screen.say((f"All {len(rows):,} counts are what the plan says.", "bold green"))
    return not wrong


def _each(name: str, plan: Mapping[T, int], said: Mapping[T, int]) -> Iterator[tuple[str, object, object]]:
    for key in sorted(plan.keys() | said.keys()):
        yield f"{name} {key}", plan.get(key, 0), said.get(key, 0)


def _accounts(expected: Summary, folded: Folded) -> Iterator[tuple[str, object, object]]:
    said = {
        AccountKey(a.payer, a.term, a.currency, a.test): (a.customers, a.active_subscriptions, a.monthly_total)
        for _, a in folded.accounts.values()
    }
    for key, plan in expected.accounts.items():
        yield f"account {key}", (plan.customers, plan.active_subscriptions, plan.monthly_total), said.get(key)


def _runs(expected: Summary, folded: Folded) -> Iterator[tuple[str, object, object]]:
    for run, plan in _numbered(expected.runs):
        name, said = f"{plan.run.name}: ", folded.runs.get(run)
        if said is None:
            yield name, plan, None
            continue
        yield f"{name}invoices", plan.invoices, said.counts.invoices
        yield f"{name}credit notes", plan.credit_notes, said.counts.credit_notes
        yield f"{name}lines", plan.lines, said.counts.lines
        yield f"{name}test invoices", plan.test_invoices, said.counts.test_invoices
        issued = [i for i in folded.invoices.values() if (i.period, i.run) == run and not i.test]
        yield f"{name}credit lines", plan.credit_lines, sum(invoice.credit_lines for invoice in issued)
        totals: Counter[str] = Counter()
        for invoice in issued:
            totals[invoice.currency] += invoice.total
        yield from _each(f"{name}total", plan.totals, totals)


def _numbered(runs: tuple[RunExpected, ...]) -> Iterator[tuple[tuple[str, int], RunExpected]]:
    """The runs of a period are counted from 1."""
    numbers: Counter[str] = Counter()
    for each in runs:
        numbers[each.run.period] += 1
        yield (each.run.period, numbers[each.run.period]), each
