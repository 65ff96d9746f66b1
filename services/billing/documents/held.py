"""One subscription as a payer holds it: what is due by its state, and what it adds to its account.

Rules: ``docs/domain.md`` section 3. It is replaced by a later fact, never added to.
"""

from datetime import date
from typing import Final

from contracts.messages.subscription import State, Subscription
from contracts.values.calendar import month_begin, months_before
from contracts.values.immutable import Immutable
from services.billing.rules.calendar import period_of
from services.billing.rules.term import Resolved, TermSource
from services.engine.core.document import Document

MOST_MONTHS: Final = 1200
"""Far beyond any contract with its extensions; every month of it is looked at."""
LAST_YEAR: Final = 9000
"""The calendar ends with the year 9999, and a hundred years of contract must fit before that."""


class Part(Immutable):
    """What one subscription adds to its account, amounts in minor units.

    ``opens`` is the period of the earliest contract month whose due and issued differ; None when there is
    none. ``differs``: 1 while it counts for something and its customer was known as somebody else.
    """

    active: int
    monthly_total: int
    outstanding: int
    opens: str | None
    source: TermSource
    differs: int = 0


class HeldPayer(Document):
    """An entry of the payers' timeline, as in the facts; ``from_date`` absent: from the beginning."""

    payer: str
    from_date: date | None = None


class HeldPrice(Document):
    """What each of ``months`` contract months costs, in minor units."""

    months: int
    amount: int


class Held(Document):
    """One subscription in a share.

    ``term`` and ``source`` were resolved when the payer first heard of it and stay. ``issued`` are the
    numbers of the contract months that this payer was invoiced for and that were not credited since;
    ``issued_by`` tells for each the place of its invoice in the share's ``invoices``. ``payers`` is never empty:
    somebody heard of it. ``differs``: its customer was known as somebody else when it was ordered.
    """

    subscription_id: str
    version: int
    state: State
    item_id: str = ""
    sku: str = ""
    serial: str = ""
    term: str
    source: TermSource
    payers: tuple[HeldPayer, ...]
    prices: tuple[HeldPrice, ...]
    start_date: date
    ends_before: date
    differs: bool = False
    issued: tuple[int, ...] = ()
    issued_by: tuple[int, ...] | None = None

    def price_of(self, month: int) -> int:
        """What a contract month costs, in minor units, whoever pays it. Raises ValueError beyond the contract."""
        first = 1
        for stretch in self.prices:
            if first <= month < first + stretch.months:
                return stretch.amount
            first += stretch.months
        raise ValueError(f"{self.subscription_id} has no contract month {month}")

    def owner(self, month: int) -> str | None:
        """Whose a contract month is: the last appended entry's of those whose date is not after its begin."""
        begin = month_begin(self.start_date, month)
        for entry in reversed(self.payers):
            if entry.from_date is None or entry.from_date <= begin:
                return entry.payer
        return None

    def runs(self, payer_id: str) -> list[tuple[int, int, int]]:
        """What the payer owes in the end: runs of contract months (first, how many, amount of each), in order.

        Those that begin before ``ends_before``: a cancellation ends a contract with its own day, so a month that
        begins on that day is owed in full, and one cancelled before its start owes nothing. Free ones give no line.
        A reversed subscription never was.
        """
        if self.state == "reversed":
            return []
        left = months_before(self.start_date, self.ends_before)
        runs, first = [], 1
        for stretch in self.prices:
            count = min(stretch.months, left)
            if count and stretch.amount:
                runs.append((first, count, stretch.amount))
            first, left = first + count, left - count
        if len(self.payers) == 1 and self.payers[0].from_date is None:
            return runs if self.payers[0].payer == payer_id else []
        return [
            (month, 1, amount)
            for first, count, amount in runs
            for month in range(first, first + count)
            if self.owner(month) == payer_id
        ]

    def due(self, payer_id: str) -> dict[int, int]:
        """The contract months that the payer owes in the end, each with its amount."""
        return {m: amount for first, count, amount in self.runs(payer_id) for m in range(first, first + count)}

    def part(self, payer_id: str) -> Part:
        """What it adds to the payer's account.

        It is active in the account of the payer appended last, and counts there with the price agreed last.
        """
        active = self.state == "active" and self.payers[-1].payer == payer_id
        if self.issued:
            due = self.due(payer_id)
            outstanding = sum(amount for month, amount in due.items() if month not in self.issued)
            opens = min(due.keys() ^ set(self.issued), default=None)
        else:
            runs = self.runs(payer_id)
            outstanding = sum(count * amount for _, count, amount in runs)
            opens = runs[0][0] if runs else None
        return Part(
            active=int(active),
            monthly_total=self.prices[-1].amount if active else 0,
            outstanding=outstanding,
            opens=None if opens is None else period_of(month_begin(self.start_date, opens)),
            source=self.source,
            differs=int(self.differs and (active or opens is not None)),
        )


def hold(subscription: Subscription, version: int, term: Resolved, old: Held | None = None) -> Held:
    """A subscription as a share holds it.

    Raises ValueError when it does not say what each of its months costs, or lies outside of any calendar that
    an invoice could have: amounts and dates are never guessed, and what is held never fails later. What ``old`` was
    issued for stays so, and must cost what it cost.
    """
    stretches = subscription.prices
    if not stretches or any(stretch.months < 1 or stretch.amount < 0 for stretch in stretches):
        raise ValueError("a stretch of less than a month, or a price below 0")
    if sum(stretch.months for stretch in stretches) != subscription.months:
        raise ValueError(f"prices that do not cover {subscription.months} months")
    if subscription.months > MOST_MONTHS or subscription.start_date.year > LAST_YEAR:
        raise ValueError(f"{subscription.months} months from {subscription.start_date}")
    held = Held(
        subscription_id=subscription.subscription_id,
        version=version,
        state=subscription.state,
        item_id=subscription.item_id,
        sku=subscription.sku,
        serial=subscription.serial,
        term=term.term,
        source=term.source,
        payers=tuple([HeldPayer(payer=each.payer, from_date=each.from_date) for each in subscription.payers]),
        prices=tuple([HeldPrice(months=each.months, amount=each.amount) for each in stretches]),
        start_date=subscription.start_date,
        ends_before=subscription.ends_before,
        differs=bool(subscription.customer.differs),
        issued=old.issued if old else (),
        issued_by=old.issued_by if old else None,
    )
    if old is not None and any(held.price_of(month) != old.price_of(month) for month in old.issued):
        raise ValueError(f"{held.subscription_id} has another price for a month that was invoiced")
    return held
