"""A billing run: one period over all payers, lane by lane; and a lane's part in it."""

from datetime import date
from typing import Self

from contracts.messages.invoices import RunCounts
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document, fields_of, replace
from services.engine.core.message import Cause, Message


class Counts(Document):
    """What a run did so far, as ``RunCounts`` tells it."""

    payers: int = 0
    invoices: int = 0
    credit_notes: int = 0
    lines: int = 0
    not_due: int = 0
    repeated: int = 0
    test_invoices: int = 0
    issued_later: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in fields_of(Counts)})

    @classmethod
    def from_contract(cls, said: RunCounts) -> Self:
        """As a lane says it."""
        return as_document(said, cls)

    def to_contract(self) -> RunCounts:
        """As facts carry it."""
        return as_contract(self, RunCounts)


class Pass(Document):
    """One request's way over all lanes; ``source``, ``id`` and ``address`` are those of the request to be answered."""

    run: int
    as_of: date
    source: str
    id: str
    address: str
    who: bytes
    done: tuple[int, ...] = ()
    counts: Counts = Counts()
    ignored: tuple[str, ...] = ()
    trace: str = ""

    @property
    def cause(self) -> Cause:
        """The request, as the cause of what is said about the run."""
        return Cause(self.source, self.id, self.address, self.ignored, self.trace)


class Run(Document):
    """A period's runs: how often there was one, the facts said about them, and those that are on their way."""

    version: int = 0
    run: int = 0
    open: tuple[Pass, ...] = ()

    def begin(self, message: Message, as_of: date) -> "Run":
        """With one more run."""
        run = self.run + 1
        cause = message.cause
        one = Pass(
            run=run,
            as_of=as_of,
            source=cause.source,
            id=cause.id,
            address=cause.address,
            who=message.identity(),
            ignored=cause.ignored,
            trace=cause.trace,
        )
        return replace(self, run=run, open=(*self.open, one))


class LaneRun(Document):
    """A lane's part in one run: ``after`` is the last payer looked at, ``pending`` payers are still being invoiced."""

    as_of: date
    after: str = ""
    paged: bool = False
    pending: int = 0
    counts: Counts = Counts()

    @property
    def done(self) -> bool:
        """Whether all its payers are."""
        return self.paged and self.pending == 0


def run_id(period: str, run: int) -> str:
    """What a payer calls a run that waits for it."""
    return f"{period}/{run}"


def parse_run_id(run: str) -> tuple[str, int]:
    """The period and the run that ``run_id`` made an id of."""
    period, _, number = run.partition("/")
    return period, int(number)


def lane_run_id(period: str, run: int, lane: int) -> str:
    """The document of a lane's part."""
    return f"{period}/{run}/{lane}"
