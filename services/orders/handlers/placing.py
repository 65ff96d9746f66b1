"""``OrderSubmitted``: an order is placed as a whole, refused with every reason at once, or waits for the catalog.

Lanes recover one by one after an outage: an order may come before the lane of its SKU has read the variant. So a
submission against which nothing stands but an unknown SKU waits some minutes of the waiting clock (``docs/domain.md``
section 6). It is decided when the variant comes; when its time is over it looks once more (``variants.py``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.orders import OrderSubmitted, VariantAwaited
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.memory import stands_by
from services.engine.core.message import Message, identity_of
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.awaited import MOST_SUBMISSIONS, AwaitedOrder, Parked
from services.orders.documents.variant import Variant
from services.orders.handlers.arrival import Arrival, Submission
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import milliseconds
from services.orders.rules.content import fingerprints
from services.orders.rules.notices import waits_for_variants
from services.orders.rules.submission import look_at, misses_only_variants


@dataclass(frozen=True)
class Placing(Arrival):
    """Placed, refused, recognised as a repeat, or waiting for its variants."""

    reads = (OrderSubmitted,)

    def prefetch(self, message: Message[OrderSubmitted | None]) -> Iterable[Want]:
        """The order, what waits for it, the documents of catalog and customer, and places of the notes it brings."""
        yield from super().prefetch(message)
        yield from self.prefetch_to_place(message)

    def prefetch_related(self, message: Message[OrderSubmitted | None], work: UnitOfWork) -> Iterable[Want]:
        """What waits for the order asks for documents, too; the line of one that is there already."""
        yield from super().prefetch_related(message, work)
        awaited = work.get(AwaitedOrder, message.subject)
        if awaited is not None and message.body is not None:
            yield from self.prefetch_to_drain(message.body, awaited)
            yield from self.prefetch_to_wake(awaited)

    def weight(self, message: Message[OrderSubmitted | None]) -> int:
        """Its items, ten for one, and its notes; of one that cannot be read, its lines."""
        if message.body is not None:
            return 1 + len(message.body.items) // 10 + len(message.body.notes)
        lines = (message.data or {}).get("items")
        return 1 + (len(lines) // 10 if isinstance(lines, list) else 0)

    def accept_early(self, message: Submission, awaited: AwaitedOrder | None, work: UnitOfWork) -> Decision:
        """Behind another submission that waits, if that can be placed by now; else placed, or waiting."""
        earlier = self._decide_behind_waiting(message, work)
        if earlier is not None:
            return earlier
        catalog, refusals = self.judge(message, work)
        if not refusals:
            return self.place(message, catalog, awaited, work).decision()
        if self.settings.unknown_sku_for and misses_only_variants(refusals):
            return self._wait(message, awaited or AwaitedOrder(lane=message.lane), work)
        return super().refuse_early(message, refusals, work)

    def refuse_early(
        self, message: Message[OrderSubmitted | None], refusals: tuple[Refusal, ...], work: UnitOfWork
    ) -> Decision:
        """With every reason at once, as far as they can be seen at once."""
        earlier = self._decide_behind_waiting(message, work)
        return earlier or super().refuse_early(message, refusals + self.judge(message, work)[1], work)

    def find_first(self, message: Message[OrderSubmitted | None], awaited: AwaitedOrder) -> Parked | None:
        """The first submission that waits and says the same."""
        if message.body is None:
            return None
        content = fingerprints(message.body)
        for parked in awaited.submissions:
            if fingerprints(parked.message_of(OrderSubmitted, awaited.lane).body) == content:
                return parked
        return None

    def _decide_behind_waiting(self, message: Message[OrderSubmitted | None], work: UnitOfWork) -> Decision | None:
        awaited = work.get(AwaitedOrder, message.subject)
        placed = None if awaited is None else self.wake(awaited, work)
        return None if placed is None else self.decide_behind(placed, message, work).decision()

    def _wait(self, message: Submission, awaited: AwaitedOrder, work: UnitOfWork) -> Decision:
        """It waits, and says so; one that says the same as another that waits hears what comes of that one."""
        first = self.find_first(message, awaited)
        if first is not None:
            change = self.remember_for_a_day(message, stands_by(identity_of(first.source, first.id)), work)
            return Decision((change,), (ANSWERS.repeat_of_waiting(message, first.source, first.id),))
        if len(awaited.submissions) >= MOST_SUBMISSIONS:
            return super().refuse_early(message, (refusal(Code.PARKING_FULL),), work)
        skus = tuple(sku for sku in look_at(message, self.settings).skus() if work.get(Variant, sku) is None)
        due = work.clock(message.lane).waited + milliseconds(self.settings.unknown_sku_for)
        change = Change(AwaitedOrder, message.subject, awaited.park(Parked.of(message, due)))
        asks = (Emit(VariantAwaited(sku=sku, order_id=message.subject)) for sku in skus)
        return Decision((change,), (waits_for_variants(message, skus, self.settings), *asks))
