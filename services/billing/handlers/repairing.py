"""``PayerRepairRequested``: the payer's accounts counted anew from its shares, and said again where they were wrong.

Nothing is taken from the request but who asks and why: what stands wrong when it is decided is mended, and what is
right by then is answered as done (``docs/decisions/0111``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.messages.repairs import AccountTotals, PayerRepaired, PayerRepairRequested, RepairedAccount
from contracts.values.refusals import Code, Refusal, refusal
from services.billing.documents.account import Account, AccountKey, Totals, rebuild
from services.billing.documents.member import Member, member_id, pays_for_itself
from services.billing.documents.payer import FEW, Payer
from services.billing.documents.share import Share
from services.billing.handlers.subjects import SubjectRequestHandler
from services.billing.rules.answers import ANSWERS
from services.engine.core.document import replace
from services.engine.core.inbox import DecidedRequests
from services.engine.core.message import Message
from services.engine.core.planning import MOST_WORK
from services.engine.core.service import Change, Decision, Emit, Page, UnitOfWork, Want

MOST_SHARES: Final = 2_000
"""Shares that one message loads: they are counted in one decision, or not at all."""
NAMED: Final = 100
"""Accounts that the fact names."""


@dataclass(frozen=True)
class RepairingPayer(SubjectRequestHandler[PayerRepairRequested]):
    """What follows from the shares is made so again: totals, customers in accounts, which shares there are.

    It takes a batch for itself: a share that was made in the same batch would not be in the page.
    """

    reads = (PayerRepairRequested,)

    def prefetch(self, message: Message[PayerRepairRequested | None]) -> Iterable[Want]:
        """The payer with all its shares, and the requests about it."""
        yield Payer, message.subject
        yield DecidedRequests, message.subject
        yield _shares(message.subject)

    def prefetch_related(self, message: Message[PayerRepairRequested | None], work: UnitOfWork) -> Iterable[Want]:
        """Its accounts, and the customers in them."""
        payer, shares = work.get(Payer, message.subject), _found(message.subject, work)
        for account_id in _account_ids(payer, rebuild(shares.values())):
            yield Account, account_id
        for id_ in _members(shares):
            yield Member, id_

    def weight(self, message: Message[PayerRepairRequested | None]) -> int:
        """More than a batch takes beside it."""
        del message
        return MOST_WORK + 1

    def accept(self, message: Message[PayerRepairRequested], work: UnitOfWork) -> Decision:
        """What was wrong is mended and said; nothing if all is right."""
        payer_id = message.subject
        payer, shares = work.get(Payer, payer_id), _found(payer_id, work)
        counted = rebuild(shares.values())
        refusals = tuple(_find_refusals(message, payer, shares, counted, work))
        if payer is None or refusals:
            return self.refuse(message, refusals, work)
        members = tuple(_mend_members(shares, work))
        accounts = tuple(_mend_accounts(payer_id, payer, shares, counted, work))
        known = _mend_payer(payer, shares, counted)
        if not accounts and not members and known is payer:
            return Decision(emits=(Emit(ANSWERS.repeat_of(payer_id, None, PayerRepaired.__name__), message.cause),))
        known = replace(known, version=payer.version + 1)
        fact = PayerRepaired(
            version=known.version,
            payer=payer_id,
            accounts=tuple(_told(*both) for both in accounts if _totals(both[0]) != _totals(both[1]))[:NAMED],
            customers=len(members),
            actor=message.body.actor,
            reason=message.body.reason,
        )
        changes = (
            Change(Payer, payer_id, known),
            *members,
            *(Change(Account, stands.key.id, stands) for _, stands in accounts),
            self.record(message, PayerRepaired.__name__, work),
        )
        return Decision(changes, (Emit(fact),))


def _shares(payer_id: str) -> Page[Share]:
    return Page(Share, after=f"{payer_id}/", below=f"{payer_id}0", limit=MOST_SHARES + 1)


def _found(payer_id: str, work: UnitOfWork) -> Mapping[str, Share]:
    return dict(work.page(_shares(payer_id)))


def _account_ids(payer: Payer | None, counted: Mapping[str, Totals]) -> Iterable[str]:
    return dict.fromkeys((*(payer.accounts if payer is not None else ()), *counted))


def _members(shares: Mapping[str, Share]) -> Mapping[str, int]:
    """The customers for whom somebody else pays, each in its account: how many of its subscriptions are active."""
    found: dict[str, int] = {}
    for share in shares.values():
        if pays_for_itself(share.payer, share.customer_id):
            continue
        for held in share.subscriptions:
            id_ = member_id(AccountKey(share.payer, held.term, share.currency, share.test).id, share.customer_id)
            found[id_] = found.get(id_, 0) + held.part(share.payer).active
    return found


def _find_refusals(
    message: Message[PayerRepairRequested],
    payer: Payer | None,
    shares: Mapping[str, Share],
    counted: Mapping[str, Totals],
    work: UnitOfWork,
) -> Iterator[Refusal]:
    field = "group_id" if message.body.group_id is not None else "customer_id"
    if message.body.group_id is not None and message.body.customer_id is not None:
        yield refusal(Code.VALUE_INVALID, "customer_id", "a group is named, too")
    if payer is None:
        yield refusal(Code.VALUE_INVALID, field, f"billing has no payer {message.subject}")
        return
    if len(shares) > MOST_SHARES:
        yield refusal(
            Code.VALUE_INVALID,
            field,
            f"more than {MOST_SHARES} orders cannot be counted in one decision: leaseline rebuild billing",
        )
        return
    for account_id in _account_ids(payer, counted):
        if work.get(Account, account_id) is None:
            detail = f"account {account_id} is gone, and its version with it: leaseline rebuild billing"
            yield refusal(Code.VALUE_INVALID, field, detail)
        elif account_id not in counted:
            detail = f"no subscription of account {account_id} is held any more: leaseline rebuild billing"
            yield refusal(Code.VALUE_INVALID, field, detail)


def _mend_members(shares: Mapping[str, Share], work: UnitOfWork) -> Iterator[Change]:
    for id_, active in _members(shares).items():
        account_id, _, customer_id = id_.rpartition("/")
        member = work.get(Member, id_) or Member(account_id=account_id, customer_id=customer_id)
        if member.active != active:
            yield Change(Member, id_, replace(member, active=active))


def _mend_accounts(
    payer_id: str, payer: Payer, shares: Mapping[str, Share], counted: Mapping[str, Totals], work: UnitOfWork
) -> Iterator[tuple[Account, Account]]:
    """Each that was wrong, as it stood and as it stands."""
    own: dict[str, int] = {}
    for share in shares.values():
        if pays_for_itself(payer_id, share.customer_id):
            for held in share.subscriptions:
                id_ = AccountKey(payer_id, held.term, share.currency, share.test).id
                own[id_] = own.get(id_, 0) + held.part(payer_id).active
    for account_id in _account_ids(payer, counted):
        account, totals = work.get(Account, account_id), counted.get(account_id)
        assert account is not None, "one that is gone is refused"
        assert totals is not None, "one without subscriptions, too"
        if account.totals() != totals or account.own_active != own.get(account_id, 0):
            yield (
                account,
                replace(
                    account,
                    active=totals.active,
                    monthly_total=totals.monthly_total,
                    outstanding=totals.outstanding,
                    customers=totals.customers,
                    own_active=own.get(account_id, 0),
                    opens=dict(totals.opens),
                    sources=dict(totals.sources),
                    differing=totals.differing,
                    unsaid=True,
                ),
            )


def _mend_payer(payer: Payer, shares: Mapping[str, Share], counted: Mapping[str, Totals]) -> Payer:
    """The payer with the accounts and shares that it has; itself if it names them."""
    missing = [account_id for account_id in counted if account_id not in payer.accounts]
    if missing:
        payer = replace(payer, accounts=(*payer.accounts, *sorted(missing)))
    if payer.shares is not None and set(payer.shares) != set(shares):
        payer = replace(payer, shares=tuple(sorted(shares)) if len(shares) <= FEW else None)
    return payer


def _totals(account: Account) -> AccountTotals:
    return AccountTotals(
        customers=account.customers,
        active_subscriptions=account.active,
        monthly_total=account.monthly_total,
        outstanding=account.outstanding,
    )


def _told(stood: Account, stands: Account) -> RepairedAccount:
    return RepairedAccount(account_id=stands.key.id, stood=_totals(stood), stands=_totals(stands))
