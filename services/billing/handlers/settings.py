"""``PayerSettingsSubmitted``: what is given is set, what is named is emptied; the newest message time wins."""

from collections.abc import Iterable, Iterator

from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from services.billing.documents.account import Account
from services.billing.documents.payer import Defaults, Payer, new_payer
from services.billing.handlers.subscriptions import accounts_again
from services.billing.rules.answers import ANSWERS, REMEMBERED
from services.engine.core.document import replace, replace_by
from services.engine.core.inbox import DecidedRequests, outcome_of
from services.engine.core.memory import find_repeat
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want

_FIELDS = ("name", "address", "billing_day", "default_term", "vat_id", "registration_number")


def prefetch(message: Message) -> Iterable[Want]:
    """The payer, and the requests that made its settings."""
    yield Payer, message.subject
    yield DecidedRequests, message.subject


def prefetch_related(message: Message, work: UnitOfWork) -> Iterable[Want]:
    """Its accounts, which show its name and its billing day."""
    payer = work.get(Payer, message.subject)
    return () if payer is None else ((Account, account_id) for account_id in payer.accounts)


def settings_submitted(message: Message, work: UnitOfWork, defaults: Defaults) -> Decision:  # noqa: ARG001
    """The settings from now on. No issued due date moves, and no subscription that is known gets another term."""
    requests = work.get(DecidedRequests, message.subject) or DecidedRequests()
    known = find_repeat(message, requests, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    payer = work.get(Payer, message.subject) or new_payer(message.subject, message.lane)
    body = message.body
    refusals = message.refusals
    if isinstance(body, PayerSettingsSubmitted):
        refusals = tuple(_refusals(message, body, payer))
    if refusals or not isinstance(body, PayerSettingsSubmitted):
        memory = requests.with_one(message, outcome_of(refusals), REMEMBERED)
        return Decision((Change(DecidedRequests, message.subject, memory),), (ANSWERS.refuse(message, refusals),))
    payer = _with(payer, message, body)
    fact = PayerSettingsChanged(
        version=payer.version,
        payer=message.subject,
        name=payer.name,
        address=payer.address,
        billing_day=payer.billing_day,
        default_term=payer.default_term,
        vat_id=payer.vat_id,
        registration_number=payer.registration_number,
        actor=body.actor,
    )
    memory = requests.with_one(message, PayerSettingsChanged.__name__, REMEMBERED)
    changes = (
        Change(Payer, message.subject, payer),
        Change(DecidedRequests, message.subject, memory),
        *accounts_again(payer, work),
    )
    return Decision(changes, (Emit(fact),))


def _with(payer: Payer, message: Message, body: PayerSettingsSubmitted) -> Payer:
    given = {name: getattr(body, name) for name in _FIELDS}
    update: dict[str, object] = {n: value for n, value in given.items() if value is not None or n in body.clear}
    if body.address is not None:
        update["address"] = body.address.snapshot()
    return replace(replace_by(payer, update), version=payer.version + 1, since=message.time)


def _refusals(message: Message, body: PayerSettingsSubmitted, payer: Payer) -> Iterator[Refusal]:
    if body.group_id is not None and body.customer_id is not None:
        yield refusal(Code.VALUE_INVALID, "customer_id", "a group is named, too")
    given = [name for name in _FIELDS if getattr(body, name) is not None]
    if not given and not body.clear:
        yield refusal(Code.FIELD_REQUIRED, "", "nothing is to be set")
    for name in body.clear:
        if name in given:
            yield refusal(Code.VALUE_INVALID, "clear", f"{name} is given and cleared")
    if payer.since is not None and message.time < payer.since:
        yield refusal(Code.SUPERSEDED)
