"""A billing run: one period over all payers, lane by lane; and a lane's part in it."""

from datetime import date

from contracts.messages.invoices import RunCounts
from services.engine.core.document import Document, replace
from services.engine.core.message import Cause, Message


class Pass(Document):
    """One request's way over all lanes; ``source``, ``id`` and ``address`` are those of the request to be answered."""

    run: int
    as_of: date
    source: str
    id: str
    address: str
    who: bytes
    done: tuple[int, ...] = ()
    counts: RunCounts = RunCounts()
    ignored: tuple[str, ...] = ()

    @property
    def cause(self) -> Cause:
        """The request, as the cause of what is said about the run."""
        return Cause(self.source, self.id, self.address, self.ignored)


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
        )
        return replace(self, run=run, open=(*self.open, one))


class LaneRun(Document):
    """A lane's part in one run: ``after`` is the last payer looked at, ``pending`` payers are still being invoiced."""

    as_of: date
    after: str = ""
    paged: bool = False
    pending: int = 0
    counts: RunCounts = RunCounts()

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


def add_counts(one: RunCounts, other: RunCounts) -> RunCounts:
    """Both together."""
    return RunCounts(**{name: getattr(one, name) + getattr(other, name) for name in RunCounts.model_fields})
