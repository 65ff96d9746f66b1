"""What is asked of a subscription, decided: which one is meant, when, and what becomes of it.

Rules: ``docs/domain.md`` section 2. Each decision is its own fact with the whole subscription, and a row of its
history.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from contracts.messages.life import (
    CancellationWithdrawalRequested,
    ExtensionRequested,
    ReplacementRequested,
    ReturnSubmitted,
    ReturnWithdrawalRequested,
    ReversalRequested,
    SerialCorrectionRequested,
    ShipmentSubmitted,
    SubscriptionCancellationRequested,
)
from contracts.values.judging import read_again
from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, row_of
from services.fulfillment.documents.request import Wish
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.cancelling import cancelled, withdrawn
from services.fulfillment.rules.case import Answer, AssetOf, Became, Case
from services.fulfillment.rules.devices import corrected, replaced
from services.fulfillment.rules.extending import extended
from services.fulfillment.rules.naming import meant
from services.fulfillment.rules.returning import return_withdrawn, returned
from services.fulfillment.rules.reversing import reversed_scan
from services.fulfillment.rules.scan import Decided
from services.fulfillment.rules.shipping import shipped
from services.fulfillment.rules.subscription import whole
from services.fulfillment.settings import Settings

LifeRequest = (
    SubscriptionCancellationRequested
    | CancellationWithdrawalRequested
    | ExtensionRequested
    | SerialCorrectionRequested
    | ReplacementRequested
    | ReturnSubmitted
    | ReturnWithdrawalRequested
    | ReversalRequested
    | ShipmentSubmitted
)
"""What can be asked of a subscription."""
WISHES: Final[Mapping[str, type[LifeRequest]]] = MappingProxyType(
    {
        model.type_name(): model
        for model in (
            SubscriptionCancellationRequested,
            CancellationWithdrawalRequested,
            ExtensionRequested,
            SerialCorrectionRequested,
            ReplacementRequested,
            ReturnSubmitted,
            ReturnWithdrawalRequested,
            ReversalRequested,
            ShipmentSubmitted,
        )
    }
)
"""The same by type name."""
PATIENT: Final = (ShipmentSubmitted, ReturnSubmitted, SubscriptionCancellationRequested)
"""Those that wait for a subscription that is not known yet; the others must have seen it."""


def body_of(wish: Wish) -> LifeRequest:
    """What was asked, as it was sent."""
    return read_again(WISHES[wish.request], wish.body)


def decided(book: Book, wish: Wish, body: LifeRequest, asset_of: AssetOf, settings: Settings) -> Decided:
    """Decides a wish now. One about a subscription that the order does not have is refused."""
    number = meant(book, body, asset_of)
    if not isinstance(number, int):
        return _refused(book, number, suspect=wish.suspect)
    time, suspect = wish.believed(book.entry(number).created_at, settings.behind_order)
    today = time.astimezone(settings.zone).date()
    case = Case(book, number, time, today, settings, asset_of)
    answer = _decision(case, body)
    if not isinstance(answer, Became):
        return _refused(book, answer, suspect=suspect)
    reason = None if isinstance(body, ShipmentSubmitted) else body.reason
    book, fact = changed(case, answer, body.actor, reason)
    return Decided(book, dict(answer.assets), (fact,), type(fact).__name__)


def changed(case: Case, became: Became, actor: str | None, reason: str | None) -> tuple[Book, Body]:
    """The order's book with what a subscription became, and the fact that says so."""
    ledger, number = case.ledger, case.number
    version = ledger.version + 1
    entry, fact = with_row(case, became, version, actor, reason)
    book = case.book.with_entries({number: entry})
    lines = book.ledger.lines if became.lines is None else became.lines
    return book.with_ledger(replace(book.ledger, version=version, unsaid=(*ledger.unsaid, number), lines=lines)), fact


def with_row(case: Case, became: Became, version: int, actor: str | None, reason: str | None) -> tuple[Entry, Body]:
    """What a subscription became, with a row of its history, and the fact that says so under this version."""
    whole_one = whole(case.order_id, case.number, became.entry, case.line, case.terms)
    fact = became.fact(version=version, subscription=whole_one)
    row = row_of(type(fact).__name__, actor, reason, case.time)
    return replace(became.entry, history=(*(became.entry.history or ()), row)), fact


def _decision(case: Case, body: LifeRequest) -> Answer:
    match body:
        case SubscriptionCancellationRequested():
            return cancelled(case, body)
        case CancellationWithdrawalRequested():
            return withdrawn(case, body)
        case ExtensionRequested():
            return extended(case, body)
        case SerialCorrectionRequested():
            return corrected(case, body)
        case ReplacementRequested():
            return replaced(case, body)
        case ReturnSubmitted():
            return returned(case, body)
        case ReturnWithdrawalRequested():
            return return_withdrawn(case, body)
        case ReversalRequested():
            return reversed_scan(case, body)
        case ShipmentSubmitted():
            return shipped(case, body)
    assert_never(body)


def _refused(book: Book, refusals: tuple[Refusal, ...], *, suspect: bool) -> Decided:
    answer = ANSWERS.refusal_of(book.order_id, refusals, clock_suspect=suspect)
    return Decided(book, {}, (answer,), outcome_of(refusals))
