"""Billing with what it says to itself in a queue: a test delivers it when it likes, and as often as it likes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from contracts.messages.invoices import BillingRunCompleted, BillingRunRequested
from contracts.wire.message import Body, Kind
from services.engine.core.message import Message
from services.engine.core.service import Decision, NotLoaded
from services.engine.core.unit_of_work import BatchUnitOfWork
from tests.scene import Scene


@dataclass
class Queue:
    """``waiting``: what billing said to itself; ``said``: the rest; ``sought``: how often a document was not loaded."""

    scene: Scene
    waiting: list[Body] = field(default_factory=list)
    said: list[Body] = field(default_factory=list)
    sought: int = 0

    def runs(self, period: str, as_of: date) -> None:
        """Asks for a billing run on its day."""
        request = BillingRunRequested(period=period, as_of=as_of, actor="Hedy")
        self.hears(request, source="finance", at=datetime(as_of.year, as_of.month, as_of.day, 9, tzinfo=UTC))

    def hears(self, body: Body, *, source: str, at: datetime) -> None:
        """Lets billing decide one message, and nothing of what it says to itself."""
        scene = self.scene
        scene.offset += 1
        message = scene._message(type(body), body, f"q{scene.offset}", source, at, at + timedelta(seconds=1))
        work = BatchUnitOfWork(1, scene.service.collections, {0: scene.clock})
        scene._load(work, *work.lacks(scene.service.prefetch(message)))
        scene._load(work, *work.lacks(scene.service.prefetch_related(message, work)))
        emits = list(self._decided(work, message).emits)
        emits += scene.batch_end_kinds(work, message)
        for say in emits:
            (self.waiting if say.body.kind is Kind.INTERNAL else self.said).append(say.body)

    def _decided(self, work: BatchUnitOfWork, message: Message) -> Decision:
        while True:
            try:
                decision = self.scene.service.decide(message, work)
                work.apply(decision, 0)
            except NotLoaded as missing:
                self.sought += 1
                self.scene._load(work, *work.lacks(missing.wants))
            else:
                return decision

    def delivers(self, times: int = 1) -> None:
        """The next message that waits, so many times."""
        body = self.waiting.pop(0)
        for _ in range(times):
            self.hears(body, source="leaseline/billing", at=datetime(2060, 1, 1, tzinfo=UTC))

    def delivers_all(self) -> None:
        """Until nothing waits."""
        while self.waiting:
            self.delivers()

    def ended(self) -> list[BillingRunCompleted]:
        """The runs that are done."""
        return [body for body in self.said if isinstance(body, BillingRunCompleted)]
