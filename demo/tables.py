"""The tables at the end: what came of the orders, and who owes what."""

from collections import Counter
from collections.abc import Sequence

from contracts.values.refusals import WHAT_TO_DO, Code
from demo import bills
from demo.log import Folded
from demo.stages import Stage
from operations.documents.money import amount
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.terminal.sheet import Column, Sheet, columns

LARGEST = 12


def show(folded: Folded, stages: Sequence[Stage], screen: Screen) -> None:
    """Prints all tables."""
    screen.show(_orders(folded))
    screen.show(_refusals(folded))
    screen.show(_subscriptions(folded))
    screen.show(_accounts(folded))
    bills.show(folded, screen)
    if stages:
        screen.show(_stages(stages))


def _orders(folded: Folded) -> Sheet:
    sheet = Sheet(columns("status", numbers=("orders", "on hold", "short-closed")), title="Orders by status")
    counts = Counter(status for _, status, _ in folded.status.values())
    held = Counter(status for _, status, on_hold in folded.status.values() if on_hold)
    closed = Counter(folded.status[order_id][1] for order_id, (_, closed) in folded.short_closed.items() if closed)
    for status in ("pending", "confirmed", "partial", "fulfilled", "cancelled"):
        if counts[status]:
            sheet.add(status, counts[status], held[status] or None, closed[status] or None)
    sheet.section()
    sheet.add("all", counts.total(), held.total(), closed.total())
    return sheet


def _refusals(folded: Folded) -> Sheet:
    heads = (Column("code"), Column("requests", number=True), Column("serials", number=True), Column("what to do"))
    sheet = Sheet(heads, title="Refused, by code")
    for code in sorted(folded.requests_refused.keys() | folded.serials_refused.keys()):
        requests, serials = folded.requests_refused[code], folded.serials_refused[code]
        sheet.add(code, requests or None, serials or None, WHAT_TO_DO[Code(code)])
    sheet.section()
    sheet.add("answered as repeats", folded.repeated, None, None)
    return sheet


def _subscriptions(folded: Folded) -> Sheet:
    states = ("active", "ended", "cancelled", "reversed")
    heads = columns(numbers=("months", "subscriptions", *states, "extended"))
    sheet = Sheet(heads, title="Subscriptions by contract length and state")
    counts = Counter((months, folded.states[one][1]) for one, months in folded.months.items())
    extended = Counter(folded.months.get(one) for one in folded.extended)
    for months in sorted({months for months, _ in counts}):
        found = [counts[months, state] for state in states]
        sheet.add(months, sum(found), *(count or None for count in found), extended[months] or None)
    sheet.section()
    every = Counter(state for _, state in folded.states.values())
    sums = (every[state] for state in states)
    sheet.add("all", every.total(), *sums, extended.total())
    return sheet


def _accounts(folded: Folded) -> Sheet:
    accounts = [account for _, account in folded.accounts.values() if not account.test]
    currencies = {account.currency for account in accounts}
    number, in_currencies = (
        counted(len(accounts), "billing account"),
        counted(len(currencies), "currency", "currencies"),
    )
    sheet = Sheet(
        columns("payer", "term", numbers=("customers", "devices", "monthly total")) + columns("next due"),
        title=f"The {LARGEST} largest of {number} in {in_currencies}",
    )
    largest = sorted(accounts, key=lambda a: (-a.active_subscriptions, a.account_id))[:LARGEST]
    for account in largest:
        sheet.add(
            account.payer,
            account.term,
            account.customers,
            account.active_subscriptions,
            amount(account.monthly_total, account.currency),
            str(account.next_due_date or ""),
        )
    return sheet


def _stages(stages: Sequence[Stage]) -> Sheet:
    sheet = Sheet(columns("wave", numbers=("records sent", "heard", "seconds", "records/s")), title="The waves")
    for stage in stages:
        rate = (stage.sent + stage.heard) / stage.seconds if stage.seconds else 0.0
        sheet.add(stage.name, stage.sent, stage.heard, f"{stage.seconds:.1f}", round(rate))
    return sheet
