"""What is asked of a subscription, decided: which one is meant, when, and what becomes of it.

Rules: ``domain.md`` section 2. Each decision is its own fact with the whole subscription, and a row of its history.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from contracts.judging import read_again
from contracts.life import (
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
from contracts.message import Body
from contracts.refusals import Refusal
from services.engine.inbox import outcome_of
from services.engine.kept import revised
from services.fulfillment.answers import ANSWERS
from services.fulfillment.book import Book
from services.fulfillment.cancelling import cancelled, withdrawn
from services.fulfillment.case import Answer, AssetOf, Became, Case
from services.fulfillment.devices import corrected, replaced
from services.fulfillment.extending import extended
from services.fulfillment.ledger import Entry, row_of
from services.fulfillment.naming import meant
from services.fulfillment.request import Wish
from services.fulfillment.returning import return_withdrawn, returned
from services.fulfillment.reversing import reversed_scan
from services.fulfillment.scan import Decided
from services.fulfillment.settings import Settings
from services.fulfillment.shipping import shipped
from services.fulfillment.subscription import whole

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
    return book.with_ledger(revised(book.ledger, version=version, unsaid=(*ledger.unsaid, number), lines=lines)), fact


def with_row(case: Case, became: Became, version: int, actor: str | None, reason: str | None) -> tuple[Entry, Body]:
    """What a subscription became, with a row of its history, and the fact that says so under this version."""
    whole_one = whole(case.order_id, case.number, became.entry, case.line, case.terms)
    fact = became.fact(version=version, subscription=whole_one)
    row = row_of(type(fact).__name__, actor, reason, case.time)
    return revised(became.entry, history=(*(became.entry.history or ()), row)), fact


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
