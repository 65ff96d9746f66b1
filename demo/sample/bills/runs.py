"""The billing runs: two months, each on the first and in the middle of the next, and one that comes twice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from contracts.messages.invoices import BillingRunCompleted, BillingRunRequested
from demo.sample.outbound import Sending

SOURCE: Final = "/finance/desk"


@dataclass(frozen=True, slots=True)
class Run:
    """A billing run; ``late``: after the corrections that come between the bills of two months."""

    period: str
    as_of: date
    late: bool = False
    again: bool = False

    @property
    def name(self) -> str:
        """What its wave is called."""
        return f"bills {self.period}, {self.as_of:%d %b}{' again' if self.again else ''}"


FIRST: Final = (
    Run("2018-06", date(2018, 7, 1)),
    Run("2018-06", date(2018, 7, 15)),
    Run("2018-06", date(2018, 7, 15), again=True),
)
"""The first month. Those with a billing day of their own are not due on the first; the third run issues nothing."""
SECOND: Final = (
    Run("2018-07", date(2018, 8, 1), late=True),
    Run("2018-07", date(2018, 8, 15), late=True),
)
"""The second month, with credits for what was corrected since the first."""


def sending(run: Run) -> Sending:
    """The request; it is answered when all payers are done."""
    body = BillingRunRequested(period=run.period, as_of=run.as_of, actor="finance")
    id_ = f"run-{run.period}-{run.as_of}{'-second' if run.again else ''}"
    at = datetime.combine(run.as_of, time(6), UTC)
    return Sending(BillingRunRequested, id_, SOURCE, at, body).awaiting(BillingRunCompleted)
