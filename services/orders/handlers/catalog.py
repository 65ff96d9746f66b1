"""``VariantSubmitted``: the newest message time wins."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.orders import PricesDue, VariantsDue
from services.engine.core.inbox import DecidedRequests
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.variant import Variant, replace_variant, variant_refusals
from services.orders.handlers.subjects import SubjectRequestHandler


@dataclass(frozen=True)
class Offering(SubjectRequestHandler[VariantSubmitted]):
    """The variant of a SKU, as a whole."""

    reads = (VariantSubmitted,)

    def prefetch(self, message: Message[VariantSubmitted | None]) -> Iterable[Want]:
        """The variant, and the requests that made it."""
        yield Variant, _sku(message)
        yield DecidedRequests, message.subject

    def accept(self, message: Message[VariantSubmitted], work: UnitOfWork) -> Decision:
        """The variant from now on. Its first version wakes the submissions that wait for it, a later one the orders
        that wait for a price.
        """
        sku = _sku(message)
        present = work.get(Variant, sku)
        refusals = variant_refusals(message.body, message.time, present)
        if refusals:
            return self.refuse(message, refusals, work)
        variant = replace_variant(message.body, message.time, present)
        woken: tuple[Emit, ...] = ()
        if present is None:
            woken = (Emit(VariantsDue(sku=sku, after="")),)
        elif variant.offers_more_than(present):
            woken = (Emit(PricesDue(sku=sku, after="")),)
        return self.settle(message, variant.to_fact(sku), (Change(Variant, sku, variant),), work, *woken)


def _sku(message: Message) -> str:
    return message.subject.removeprefix("sku:")
