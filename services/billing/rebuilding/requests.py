"""The requests that a lane decided, as its documents remember them, and the runs that they began."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.messages.invoices import BillingRunCompleted, BillingRunRequested, LaneInvoicingDue
from contracts.values.refusals import Code
from services.billing.documents.run import Counts, Pass, Run
from services.billing.rebuilding.events import Events
from services.billing.rebuilding.internal import Internal
from services.billing.rules.answers import REMEMBERED
from services.engine.core.document import replace
from services.engine.core.inbox import DecidedRequests
from services.engine.core.memory import WAITING, refused
from services.engine.core.message import Message

BEGUN: Final = 1 << 62
"""A request that began a run is remembered by its run's number, behind everything that has an answer."""


@dataclass
class Requests:
    """``hear`` takes what was asked, in the order of the log; ``remembered`` and ``runs`` tell what is kept of it."""

    events: Events
    internal: Internal
    lanes: int
    _known: dict[str, list[tuple[int, Message, str]]] = field(default_factory=dict)
    _identities: set[bytes] = field(default_factory=set)
    _begun: dict[str, list[tuple[int, Message]]] = field(default_factory=dict)

    def hear(self, message: Message) -> bool:
        """One more; whether anything tells that it was decided."""
        events, address = self.events, message.origin.address
        if address in events.repeated:
            return True
        refusal = events.refused.get(address)
        begun = self.internal.begun.get(address)
        if refusal is not None:
            at, codes = refusal
            if codes != (Code.ID_REUSED.value,):
                self._remember(at, message, refused(codes))
        elif begun is not None and message.model is BillingRunRequested:
            outcome = BillingRunCompleted.__name__ if begun in events.completed else WAITING
            self._remember(BEGUN + begun[1], message, outcome)
            self._begun.setdefault(message.subject, []).append((begun[1], message))
        elif (message.source, message.id) in events.changed and message.identity() not in self._identities:
            at, outcome = events.changed[message.source, message.id]
            self._remember(at, message, outcome)
        else:
            return False
        return True

    def _remember(self, at: int, message: Message, outcome: str) -> None:
        self._identities.add(message.identity())
        self._known.setdefault(message.subject, []).append((at, message, outcome))

    def remembered(self) -> dict[str, DecidedRequests]:
        """By subject, its last requests in the order in which they were decided: that of their answers, of runs that of
        their numbers. A run is answered much later, so one that was refused stays between those that it was sent
        between.
        """
        found = {}
        for subject, known in self._known.items():
            memory = DecidedRequests()
            for _, message, outcome in _ordered(known):
                memory = memory.with_one(message, outcome, REMEMBERED)
            found[subject] = memory
        return found

    def runs(self) -> dict[str, Run]:
        """By ``run:period``, its runs."""
        return {subject: self._run(begun) for subject, begun in self._begun.items()}

    def unsaid(self) -> Iterator[tuple[Message, LaneInvoicingDue]]:
        """Of the runs under way, the lanes that nobody told of it, with the request."""
        for begun in self._begun.values():
            for number, message in begun:
                body = message.body
                if not isinstance(body, BillingRunRequested) or (body.period, number) in self.events.completed:
                    continue
                for lane in range(self.lanes):
                    if (body.period, number, lane) not in self.internal.finished.begun:
                        yield (
                            message,
                            LaneInvoicingDue(lane=lane, period=body.period, run=number, as_of=body.as_of, after=""),
                        )

    def _run(self, begun: list[tuple[int, Message]]) -> Run:
        run = Run()
        period = ""
        for number, message in sorted(begun, key=lambda each: each[0]):
            body = message.body
            assert isinstance(body, BillingRunRequested), "only what has a form begins a run"
            period = body.period
            run = replace(run, run=number - 1).begin(message, body.as_of)
        still = tuple(self._pass(period, each) for each in run.open if (period, each.run) not in self.events.completed)
        return replace(run, version=self.events.versions.get(period, 0), open=still)

    def _pass(self, period: str, one: Pass) -> Pass:
        done = self.internal.done.get((period, one.run))
        if done is None:
            return one
        return replace(one, done=tuple(done), counts=sum(done.values(), Counts()))


def _ordered(known: list[tuple[int, Message, str]]) -> list[tuple[int, Message, str]]:
    begun = sorted((each for each in known if each[0] >= BEGUN), key=lambda each: each[0])
    if not begun:
        return sorted(known, key=lambda each: each[0])
    runs = iter(begun)
    return [next(runs) if each[0] >= BEGUN else each for each in known]
