"""``PayerSettingsSubmitted``: what is given is set, what is named is emptied; the newest message time wins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from services.billing.documents.account import Account
from services.billing.documents.party import Address
from services.billing.documents.payer import Payer, new_payer
from services.billing.handlers.accounts import announce_again
from services.billing.handlers.subjects import SubjectRequestHandler
from services.engine.core.document import replace, replace_by
from services.engine.core.inbox import DecidedRequests
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want

_FIELDS: Final = ("name", "address", "billing_day", "default_term", "vat_id", "registration_number")


@dataclass(frozen=True)
class ChangingSettings(SubjectRequestHandler[PayerSettingsSubmitted]):
    """The settings from now on. No issued due date moves, and no subscription that is known gets another term."""

    reads = (PayerSettingsSubmitted,)

    def prefetch(self, message: Message[PayerSettingsSubmitted | None]) -> Iterable[Want]:
        """The payer, and the requests that made its settings."""
        yield Payer, message.subject
        yield DecidedRequests, message.subject

    def prefetch_related(self, message: Message[PayerSettingsSubmitted | None], work: UnitOfWork) -> Iterable[Want]:
        """Its accounts, which show its name and its billing day."""
        payer = work.get(Payer, message.subject)
        return () if payer is None else ((Account, account_id) for account_id in payer.accounts)

    def accept(self, message: Message[PayerSettingsSubmitted], work: UnitOfWork) -> Decision:
        """The payer with them, and its accounts said again: they show it."""
        payer = work.get(Payer, message.subject) or new_payer(message.subject, message.lane)
        refusals = tuple(_find_refusals(message, payer))
        if refusals:
            return self.refuse(message, refusals, work)
        payer = _apply(message, payer)
        fact = PayerSettingsChanged(
            version=payer.version,
            payer=message.subject,
            name=payer.name,
            address=None if payer.address is None else payer.address.to_contract(),
            billing_day=payer.billing_day,
            default_term=payer.default_term,
            vat_id=payer.vat_id,
            registration_number=payer.registration_number,
            actor=message.body.actor,
        )
        changes = (
            Change(Payer, message.subject, payer),
            self.record(message, PayerSettingsChanged.__name__, work),
            *announce_again(payer, work),
        )
        return Decision(changes, (Emit(fact),))


def _apply(message: Message[PayerSettingsSubmitted], payer: Payer) -> Payer:
    body = message.body
    given = {name: getattr(body, name) for name in _FIELDS}
    update: dict[str, object] = {n: value for n, value in given.items() if value is not None or n in body.clear}
    if body.address is not None:
        update["address"] = Address.from_contract(body.address)
    return replace(replace_by(payer, update), version=payer.version + 1, since=message.time)


def _find_refusals(message: Message[PayerSettingsSubmitted], payer: Payer) -> Iterator[Refusal]:
    body = message.body
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
