"""What the billing runs must issue: for each account what is due less what was issued, reckoned line by line."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from demo.sample.bills import payers
from demo.sample.bills.contracts import AccountKey, Contract
from demo.sample.bills.runs import FIRST, SECOND, Run


@dataclass
class Bill:
    """What one run issues for one account; the sums in minor units."""

    lines: int = 0
    credit_lines: int = 0
    charges: int = 0
    credited: int = 0

    @property
    def total(self) -> int:
        """Below 0 it is a credit note."""
        return self.charges - self.credited


@dataclass(frozen=True, slots=True)
class RunExpected:
    """What a run issues to real accounts, ``totals`` by currency; ``test_invoices`` are counted apart."""

    run: Run
    invoices: int
    credit_notes: int
    lines: int
    credit_lines: int
    test_invoices: int
    totals: Mapping[str, int]


@dataclass
class _Books:
    """What was issued: the contract months of each contract to each payer, and whose turn each period was."""

    issued: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    billed: dict[str, str] = field(default_factory=dict)


def runs(found: Sequence[Contract]) -> tuple[RunExpected, ...]:
    """All runs in the order in which they come."""
    books = _Books()
    return tuple(_expected(run, _issued(run, found, books)) for run in (*FIRST, *SECOND))


def _issued(run: Run, found: Sequence[Contract], books: _Books) -> Mapping[AccountKey, Bill]:
    bills: defaultdict[AccountKey, Bill] = defaultdict(Bill)
    payer_of = {account.payer for c in found for view in (c.first, c.second) for account, _ in view.accounts}
    turn = {
        payer
        for payer in payer_of
        if payers.billing_day(payer) <= run.as_of.day and books.billed.get(payer, "") < run.period
    }
    for number, contract in enumerate(found):
        view = contract.second if run.late else contract.first
        due = list(view.due(run.period))
        for payer in {account.payer for account, _ in view.accounts} & turn:
            account = next(a for a, _ in view.accounts if a.payer == payer)
            months = {month for owner, month in due if owner.payer == payer}
            issued = books.issued[number, payer]
            new, gone = len(months - issued), len(issued - months)
            if new or gone:
                bill = bills[account]
                bill.lines += new + gone
                bill.credit_lines += gone
                bill.charges += new * contract.price
                bill.credited += gone * contract.price
            books.issued[number, payer] = months
    books.billed.update(dict.fromkeys(turn, run.period))
    return bills


def _expected(run: Run, bills: Mapping[AccountKey, Bill]) -> RunExpected:
    real = {account: bill for account, bill in bills.items() if not account.test}
    totals: Counter[str] = Counter()
    for account, bill in real.items():
        totals[account.currency] += bill.total
    notes = sum(bill.total < 0 for bill in real.values())
    return RunExpected(
        run=run,
        invoices=len(real) - notes,
        credit_notes=notes,
        lines=sum(bill.lines for bill in real.values()),
        credit_lines=sum(bill.credit_lines for bill in real.values()),
        test_invoices=len(bills) - len(real),
        totals=dict(sorted(totals.items())),
    )
