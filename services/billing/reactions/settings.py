"""``PayerSettingsSubmitted``: what is given is set, what is named is emptied; the newest message time wins."""

from collections.abc import Iterable, Iterator

from contracts.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.refusals import Code, Refusal, refusal
from services.billing.answers import ANSWERS, REMEMBERED
from services.billing.payer import Defaults, Payer, new_payer
from services.billing.reactions.subscriptions import accounts_again
from services.engine.heard import recognise
from services.engine.inbox import DecidedRequests, outcome_of
from services.engine.kept import revised, revised_by
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Key, Page, Say

_FIELDS = ("name", "address", "billing_day", "default_term", "vat_id", "registration_number")


def needs(message: Message) -> Iterable[Key | Page]:
    """The payer, and the requests that made its settings."""
    yield "payers", message.subject
    yield "decided_requests", message.subject


def needs_more(message: Message, desk: Desk) -> Iterable[Key | Page]:
    """Its accounts, which show its name and its billing day."""
    payer = desk.get(Payer, message.subject)
    return () if payer is None else (("accounts", account_id) for account_id in payer.accounts)


def settings_submitted(message: Message, desk: Desk, defaults: Defaults) -> Decision:  # noqa: ARG001
    """The settings from now on. No issued due date moves, and no subscription that is known gets another term."""
    requests = desk.get(DecidedRequests, message.subject) or DecidedRequests()
    known = recognise(message, requests, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    payer = desk.get(Payer, message.subject) or new_payer(message.subject, message.lane)
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
        *accounts_again(payer, desk),
    )
    return Decision(changes, (Say(fact),))


def _with(payer: Payer, message: Message, body: PayerSettingsSubmitted) -> Payer:
    given = {name: getattr(body, name) for name in _FIELDS}
    update: dict[str, object] = {n: value for n, value in given.items() if value is not None or n in body.clear}
    if body.address is not None:
        update["address"] = body.address.snapshot()
    return revised(revised_by(payer, update), version=payer.version + 1, since=message.time)


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
