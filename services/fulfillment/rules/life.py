"""What is asked of a subscription, decided: which one is meant, when, and what becomes of it.

Rules: ``docs/domain.md`` section 2. Each decision is its own fact with the whole subscription, and a row of its
history.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, assert_never, get_args

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
from services.fulfillment.documents.asset import AssetOf
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, row_of
from services.fulfillment.documents.request import LifeRequest
from services.fulfillment.rules.answers import ANSWERS
from services.fulfillment.rules.cancelling import cancel_subscription, withdraw_cancellation
from services.fulfillment.rules.case import Answer, Became, Case
from services.fulfillment.rules.devices import correct_serial, replace_device
from services.fulfillment.rules.extending import extend_contract
from services.fulfillment.rules.naming import find_number
from services.fulfillment.rules.returning import take_back, withdraw_return
from services.fulfillment.rules.reversing import reverse_scan
from services.fulfillment.rules.scan import Decided
from services.fulfillment.rules.shipping import track_shipment
from services.fulfillment.rules.subscription import to_contract
from services.fulfillment.settings import Settings

LifeBody = (
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
"""What can be asked of a subscription, as its sender wrote it."""
LIFE_BODIES: Final[Mapping[str, type[LifeBody]]] = MappingProxyType(
    {model.type_name(): model for model in get_args(LifeBody)}
)
"""The same by type name."""
PATIENT: Final = (ShipmentSubmitted, ReturnSubmitted, SubscriptionCancellationRequested)
"""Those that wait for a subscription that is not known yet; the others must have seen it."""


def body_of(request: LifeRequest) -> LifeBody:
    """What was asked, as it was sent."""
    return read_again(LIFE_BODIES[request.request], request.body)


def named_serials(body: LifeBody) -> Iterator[str]:
    """The serials that it names, as they were sent."""
    if isinstance(body, SerialCorrectionRequested | ReplacementRequested):
        yield body.new_serial
    if body.serial is not None:
        yield body.serial


def decide_request(book: Book, request: LifeRequest, body: LifeBody, asset_of: AssetOf, settings: Settings) -> Decided:
    """Decides a request about a subscription now. One about a subscription that the order does not have is refused."""
    number = find_number(book, body, asset_of)
    if not isinstance(number, int):
        return _refuse(book, number, suspect=request.suspect)
    time, suspect = request.believe(book.entry(number).created_at, settings.behind_order)
    today = time.astimezone(settings.zone).date()
    case = Case(book, number, time, today, settings, asset_of)
    answer = _decide(case, body)
    if not isinstance(answer, Became):
        return _refuse(book, answer, suspect=suspect)
    reason = None if isinstance(body, ShipmentSubmitted) else body.reason
    book, fact = change_subscription(case, answer, body.actor, reason)
    return Decided(book, dict(answer.assets), (fact,), type(fact).__name__)


def change_subscription(case: Case, became: Became, actor: str | None, reason: str | None) -> tuple[Book, Body]:
    """The order's book with what a subscription became, and the fact that says so."""
    ledger, number = case.ledger, case.number
    version = ledger.version + 1
    entry, fact = with_row(case, became, version, actor, reason)
    book = case.book.with_entries({number: entry})
    lines = book.ledger.lines if became.lines is None else became.lines
    return book.with_ledger(replace(book.ledger, version=version, unsaid=(*ledger.unsaid, number), lines=lines)), fact


def with_row(case: Case, became: Became, version: int, actor: str | None, reason: str | None) -> tuple[Entry, Body]:
    """What a subscription became, with a row of its history, and the fact that says so under this version."""
    subscription = to_contract(case.order_id, case.number, became.entry, case.line, case.terms)
    fact = became.fact(version=version, subscription=subscription)
    row = row_of(type(fact).__name__, actor, reason, case.time)
    return replace(became.entry, history=(*(became.entry.history or ()), row)), fact


def _decide(case: Case, body: LifeBody) -> Answer:
    match body:
        case SubscriptionCancellationRequested():
            return cancel_subscription(case, body)
        case CancellationWithdrawalRequested():
            return withdraw_cancellation(case, body)
        case ExtensionRequested():
            return extend_contract(case, body)
        case SerialCorrectionRequested():
            return correct_serial(case, body)
        case ReplacementRequested():
            return replace_device(case, body)
        case ReturnSubmitted():
            return take_back(case, body)
        case ReturnWithdrawalRequested():
            return withdraw_return(case, body)
        case ReversalRequested():
            return reverse_scan(case, body)
        case ShipmentSubmitted():
            return track_shipment(case, body)
    assert_never(body)


def _refuse(book: Book, refusals: tuple[Refusal, ...], *, suspect: bool) -> Decided:
    answer = ANSWERS.refusal_of(book.order_id, refusals, clock_suspect=suspect)
    return Decided(book, {}, (answer,), outcome_of(refusals))
