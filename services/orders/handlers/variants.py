"""Submissions that wait for a variant: who waits is known at the SKU's home, and its arrival wakes them.

A submission looks again by itself when its time is over, so that what is lost here costs time and no order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.orders import OrderSubmitted, SubmissionDue, VariantAwaited, VariantsDue
from services.engine.core.handler import FactHandler
from services.engine.core.inbox import outcome_of
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.awaited_variant import AwaitedVariant, awaited_variant_id
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.arrival import Arrival
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import milliseconds
from services.orders.rules.submission import misses_only_variants
from services.orders.settings import Settings


@dataclass(frozen=True)
class AwaitingVariant(FactHandler[VariantAwaited]):
    """``VariantAwaited``, at the SKU's home: the variant came meanwhile, or the order is kept in mind."""

    settings: Settings
    reads = (VariantAwaited,)

    def prefetch(self, message: Message[VariantAwaited]) -> Iterable[Want]:
        """The variant, and the place where the order is kept in mind."""
        body = message.body
        yield Variant, body.sku
        yield AwaitedVariant, awaited_variant_id(body.sku, body.order_id)

    def apply(self, message: Message[VariantAwaited], work: UnitOfWork) -> Decision:
        """Kept in mind for as long as it waits."""
        body = message.body
        if work.get(Variant, body.sku) is not None:
            return Decision(emits=(Emit(SubmissionDue(order_id=body.order_id)),))
        due = work.clock(message.lane).waited + milliseconds(self.settings.unknown_sku_for)
        awaited = AwaitedVariant(lane=message.lane, due=due, sku=body.sku, order_id=body.order_id)
        return Decision(changes=(Change(AwaitedVariant, awaited_variant_id(body.sku, body.order_id), awaited),))


@dataclass(frozen=True)
class WakingSubmissions(FactHandler[VariantsDue]):
    """``VariantsDue``, at the SKU's home: wakes a page of orders."""

    settings: Settings
    reads = (VariantsDue,)

    def prefetch(self, message: Message[VariantsDue]) -> Iterable[Want]:
        """A page of those who wait for it."""
        yield self._page(message.body)

    def weight(self, message: Message[VariantsDue]) -> int:
        """A page."""
        del message
        return self.settings.prices_page

    def apply(self, message: Message[VariantsDue], work: UnitOfWork) -> Decision:
        """Whoever is woken is forgotten; a full page is not the last."""
        body = message.body
        page = work.page(self._page(body))
        emits = [Emit(SubmissionDue(order_id=awaited.order_id)) for _, awaited in page]
        if len(page) == self.settings.prices_page:
            emits.append(Emit(VariantsDue(sku=body.sku, after=page[-1][0])))
        return Decision(tuple(Change(AwaitedVariant, id_, None) for id_, _ in page), tuple(emits))

    def _page(self, body: VariantsDue) -> Page[AwaitedVariant]:
        limit = self.settings.prices_page
        return Page(AwaitedVariant, equal=(("sku", body.sku),), after=body.after, limit=limit)


def forgotten_page(lane: int, waited: int, settings: Settings) -> Page[AwaitedVariant]:
    """The lane's orders that nobody need be reminded of any more, by this time of the waiting clock."""
    return Page(AwaitedVariant, equal=(("lane", lane),), at_most=(("due", waited),), limit=settings.prices_page)


@dataclass(frozen=True)
class LookingAgain(FactHandler[SubmissionDue]):
    """``SubmissionDue``, at the order's home: its submissions look into the catalog again."""

    arrival: Arrival
    reads = (SubmissionDue,)

    def prefetch(self, message: Message[SubmissionDue]) -> Iterable[Want]:
        """The order, if it is there, and what waits for it."""
        yield PlacedOrder, message.subject
        yield AwaitedOrder, message.subject

    def prefetch_related(self, message: Message[SubmissionDue], work: UnitOfWork) -> Iterable[Want]:
        """What the submissions that wait ask for."""
        awaited = work.get(AwaitedOrder, message.subject)
        if awaited is not None:
            yield from self.arrival.prefetch_to_wake(awaited)

    def weight(self, message: Message[SubmissionDue]) -> int:
        """An order of as many items as it may have, ten for one."""
        del message
        return 1 + self.arrival.settings.most_items // 10

    def apply(self, message: Message[SubmissionDue], work: UnitOfWork) -> Decision:
        """The first submission against which nothing stands any more is placed. Refused are those whose time is over,
        and those that no variant can mend; the others wait on.
        """
        awaited = work.get(AwaitedOrder, message.subject)
        if awaited is None or work.get(PlacedOrder, message.subject) is not None:
            return NOTHING
        placed = self.arrival.wake(awaited, work)
        if placed is not None:
            return placed.decision()
        waited = work.clock(message.lane).waited
        forgotten_at = waited + milliseconds(self.arrival.settings.refusals_kept_for)
        left = awaited
        emits: list[Emit] = []
        for parked in awaited.submissions:
            submission = parked.message_of(OrderSubmitted, awaited.lane)
            _, refusals = self.arrival.judge(submission, work)
            if parked.due <= waited or not misses_only_variants(refusals):
                left = left.without(parked).remember_refused(submission, outcome_of(refusals), forgotten_at)
                emits.append(ANSWERS.refuse(submission, refusals))
        return Decision((Change(AwaitedOrder, message.subject, left),), tuple(emits)) if emits else NOTHING
