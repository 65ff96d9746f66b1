"""What a subscription adds to the account of a payer, counted anew from its contract.

Rule: ``docs/domain.md`` sections 2 and 3. Billing has its own way to the same numbers; this is another one on purpose.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple


class Part(NamedTuple):
    """``active`` is 1 or 0; amounts in minor units. ``outstanding``: contract months that are not invoiced yet.

    ``opens``: the calendar month (``YYYY-MM``) of the earliest contract month that is owed and not invoiced, or is
    invoiced and not owed; None when there is none.
    """

    active: int
    monthly: int
    outstanding: int
    opens: str | None = None


NONE = Part(0, 0, 0)


def account(payer: str, term: str, currency: str, *, test: bool) -> str:
    """An account's name: payer, term, currency, and whether it is a test."""
    return f"{payer}/{term}/{currency}" + ("/test" if test else "")


def priced(subscription: Mapping[str, Any]) -> list[Any]:
    """What a subscription's amounts follow from: payers with their dates, prices by stretch, first day, end."""
    payers = [[payer["payer"], payer.get("from_date")] for payer in subscription["payers"]]
    prices = [[stretch["months"], stretch["amount"]] for stretch in subscription["prices"]]
    return [payers, prices, subscription["start_date"], subscription["ends_before"]]


def part(state: str, contract: Sequence[Any], payer: str, issued: Sequence[int] = ()) -> Part:
    """What it adds for this payer. ``issued`` are the numbers of the contract months that were invoiced, from 1."""
    payers, prices, start_text, end_text = contract
    start, end = date.fromisoformat(start_text), date.fromisoformat(end_text)
    if state == "reversed":
        return NONE._replace(opens=_period(begins(start, min(issued) - 1))) if issued else NONE
    active = state == "active" and payers[-1][0] == payer
    monthly = prices[-1][1] if active else 0
    if payers == [[payer, None]] and not issued and begins(start, sum(months for months, _ in prices) - 1) < end:
        outstanding = sum(months * amount for months, amount in prices)  # most are so
        return Part(
            int(active), monthly, outstanding, _period(begins(start, _free_first(prices))) if outstanding else None
        )
    outstanding, month, opens = 0, 0, None
    for months, amount in prices:
        for _ in range(months):
            begin = begins(start, month)
            month += 1
            owed = amount > 0 and begin < end and _owner(payers, begin) == payer
            if owed and month not in issued:
                outstanding += amount
            if opens is None and owed is not (month in issued):
                opens = _period(begin)
    return Part(int(active), monthly, outstanding, opens)


def owed(state: str, contract: Sequence[Any], payer: str, month: int) -> bool:
    """Whether a contract month is this payer's and begins before the contract ends."""
    payers, _, start_text, end_text = contract
    begin = begins(date.fromisoformat(start_text), month - 1)
    return state != "reversed" and begin < date.fromisoformat(end_text) and _owner(payers, begin) == payer


def price(contract: Sequence[Any], month: int) -> int | None:
    """What a contract month costs, whoever pays it; None beyond the contract."""
    for months, amount in contract[1]:
        if month <= months:
            return int(amount)
        month -= months
    return None


def begins(start: date, months: int) -> date:
    """The day ``months`` months after the start, on its day of the month or the last one there is."""
    count = start.year * 12 + start.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def _period(day: date) -> str:
    return day.isoformat()[:7]


def _free_first(prices: Sequence[Sequence[int]]) -> int:
    """How many months are free before the first that costs something."""
    free = 0
    for months, amount in prices:
        if amount:
            break
        free += months
    return free


def _owner(payers: Sequence[Sequence[Any]], begin: date) -> str | None:
    owner = None
    for payer, since in payers:  # the last one appended counts, of those that had begun by then
        if since is None or date.fromisoformat(since) <= begin:
            owner = payer
    return owner
