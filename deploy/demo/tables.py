"""The tables at the end: what came of the orders, and who owes what."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from contracts.refusals import WHAT_TO_DO, Code
from deploy.demo import bills
from deploy.demo.log import Folded
from deploy.demo.stages import Stage
from deploy.documents.money import amount

LARGEST = 12


def show(folded: Folded, stages: Sequence[Stage], console: Console) -> None:
    """Prints all tables."""
    console.print(_orders(folded))
    console.print(_refusals(folded))
    console.print(_subscriptions(folded))
    console.print(_accounts(folded))
    bills.show(folded, console)
    if stages:
        console.print(_stages(stages))


def _orders(folded: Folded) -> Table:
    table = Table(title="Orders by status", title_justify="left")
    table.add_column("status")
    table.add_column("orders", justify="right")
    table.add_column("on hold", justify="right")
    table.add_column("short-closed", justify="right")
    counts = Counter(status for _, status, _ in folded.status.values())
    held = Counter(status for _, status, on_hold in folded.status.values() if on_hold)
    closed = Counter(folded.status[order_id][1] for order_id, (_, closed) in folded.short_closed.items() if closed)
    for status in ("pending", "confirmed", "partial", "fulfilled", "cancelled"):
        if counts[status]:
            table.add_row(status, f"{counts[status]:,}", _some(held[status]), _some(closed[status]))
    table.add_section()
    table.add_row("all", f"{counts.total():,}", f"{held.total():,}", f"{closed.total():,}")
    return table


def _refusals(folded: Folded) -> Table:
    table = Table(title="Refused, by code", title_justify="left")
    table.add_column("code")
    table.add_column("requests", justify="right")
    table.add_column("serials", justify="right")
    table.add_column("what to do", overflow="fold")
    for code in sorted(folded.requests_refused.keys() | folded.serials_refused.keys()):
        requests, serials = folded.requests_refused[code], folded.serials_refused[code]
        table.add_row(
            code, f"{requests:,}" if requests else "", f"{serials:,}" if serials else "", WHAT_TO_DO[Code(code)]
        )
    table.add_section()
    table.add_row("answered as repeats", f"{folded.repeated:,}", "", "")
    return table


def _subscriptions(folded: Folded) -> Table:
    table = Table(title="Subscriptions by contract length and state", title_justify="left")
    table.add_column("months", justify="right")
    table.add_column("subscriptions", justify="right")
    states = ("active", "ended", "cancelled", "reversed")
    for state in (*states, "extended"):
        table.add_column(state, justify="right")
    counts = Counter((months, folded.states[one][1]) for one, months in folded.months.items())
    extended = Counter(folded.months.get(one) for one in folded.extended)
    for months in sorted({months for months, _ in counts}):
        found = [counts[months, state] for state in states]
        table.add_row(str(months), f"{sum(found):,}", *map(_some, found), _some(extended[months]))
    table.add_section()
    every = Counter(state for _, state in folded.states.values())
    sums = (every[state] for state in states)
    table.add_row("all", f"{every.total():,}", *(f"{each:,}" for each in sums), f"{extended.total():,}")
    return table


def _some(count: int) -> str:
    return f"{count:,}" if count else ""


def _accounts(folded: Folded) -> Table:
    accounts = [account for _, account in folded.accounts.values() if not account.test]
    currencies = {account.currency for account in accounts}
    table = Table(
        title=f"The {LARGEST} largest of {len(accounts):,} billing accounts in {len(currencies)} currencies",
        title_justify="left",
    )
    for name in ("payer", "name", "term", "currency"):
        table.add_column(name)
    for name in ("customers", "subscriptions", "monthly total", "next due"):
        table.add_column(name, justify="right")
    table.add_column("apart by")
    largest = sorted(accounts, key=lambda a: (-a.active_subscriptions, a.account_id))[:LARGEST]
    for account in largest:
        table.add_row(
            account.payer,
            account.payer_name or "",
            account.term,
            account.currency,
            f"{account.customers:,}",
            f"{account.active_subscriptions:,}",
            amount(account.monthly_total, account.currency),
            str(account.next_due_date or ""),
            ", ".join(account.apart),
        )
    return table


def _stages(stages: Sequence[Stage]) -> Table:
    table = Table(title="The waves", title_justify="left")
    table.add_column("wave")
    for name in ("records sent", "heard", "seconds", "records/s"):
        table.add_column(name, justify="right")
    for stage in stages:
        rate = (stage.sent + stage.heard) / stage.seconds if stage.seconds else 0.0
        table.add_row(stage.name, f"{stage.sent:,}", f"{stage.heard:,}", f"{stage.seconds:.1f}", f"{rate:,.0f}")
    return table
