"""``VariantSubmitted``: the newest message time wins."""

from collections.abc import Iterable

from contracts.catalog import VariantSubmitted
from contracts.orders import PricesDue, VariantsDue
from services.engine.heard import recognise
from services.engine.inbox import DecidedRequests, outcome_of
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Key, Page, Say
from services.orders.answers import ANSWERS
from services.orders.catalog import Variant, replaced, variant_refusals, variant_told
from services.orders.reactions.reaction import CATALOG, DECIDED_REQUESTS, Reaction
from services.orders.settings import Settings


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """The variant, and the requests that made it."""
    yield CATALOG, message.subject.removeprefix("sku:")
    yield DECIDED_REQUESTS, message.subject


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """The variant from now on. Its first version wakes the submissions that wait for it, a later one the orders that
    wait for a price.
    """
    requests = desk.get(DecidedRequests, message.subject) or DecidedRequests()
    known = recognise(message, requests, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    sku, body = message.subject.removeprefix("sku:"), message.body
    present = desk.get(Variant, sku)
    refusals = message.refusals
    if isinstance(body, VariantSubmitted):
        refusals = variant_refusals(body, message.time, present)
    if refusals or not isinstance(body, VariantSubmitted):
        memory = requests.with_one(message, outcome_of(refusals), settings.settings_remembered)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    variant = replaced(body, message.time, present)
    memory = requests.with_one(message, "VariantChanged", settings.settings_remembered)
    changes = (Change(Variant, sku, variant), Change(DecidedRequests, message.subject, memory))
    says = [Say(variant_told(sku, variant))]
    if present is None:
        says.append(Say(VariantsDue(sku=sku, after="")))
    elif variant.offers_more_than(present):
        says.append(Say(PricesDue(sku=sku, after="")))
    return Decision(changes, tuple(says))


OFFERING = Reaction(needs, decide)
