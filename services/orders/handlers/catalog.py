"""``VariantSubmitted``: the newest message time wins."""

from collections.abc import Iterable

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.orders import PricesDue, VariantsDue
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.variant import Variant, replaced, variant_refusals, variant_told
from services.orders.handlers.handler import Handler
from services.orders.rules.answers import ANSWERS
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The variant, and the requests that made it."""
    yield Variant, message.subject.removeprefix("sku:")
    yield DecidedRequests, message.subject


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """The variant from now on. Its first version wakes the submissions that wait for it, a later one the orders that
    wait for a price.
    """
    requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
    known = find_repeat(message, requests, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    sku, body = message.subject.removeprefix("sku:"), message.body
    present = work.get(Variant, sku)
    refusals = message.refusals
    if isinstance(body, VariantSubmitted):
        refusals = variant_refusals(body, message.time, present)
    if refusals or not isinstance(body, VariantSubmitted):
        memory = requests.with_one(message, outcome_of(refusals), settings.settings_remembered)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    variant = replaced(body, message.time, present)
    memory = requests.with_one(message, "VariantChanged", settings.settings_remembered)
    changes = (Change(Variant, sku, variant), Change(DecidedRequests, message.subject, memory))
    emits = [Emit(variant_told(sku, variant))]
    if present is None:
        emits.append(Emit(VariantsDue(sku=sku, after="")))
    elif variant.offers_more_than(present):
        emits.append(Emit(PricesDue(sku=sku, after="")))
    return Decision(changes, tuple(emits))


OFFERING = Handler(prefetch, decide)
