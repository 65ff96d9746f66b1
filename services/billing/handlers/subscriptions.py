"""Facts about subscriptions: each replaces that subscription's part of its account.

It reacts to the difference between the state that a payer held and the state that the fact carries, never to
the fact's name: the highest version of a subscription counts, whatever came before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.life import (
    AssetReturned,
    CancellationWithdrawn,
    DeviceReplaced,
    ReturnWithdrawn,
    SerialCorrected,
    ShipmentTracked,
    SubscriptionCancelled,
    SubscriptionEnded,
    SubscriptionExtended,
    SubscriptionPayerChanged,
    SubscriptionReversed,
)
from contracts.messages.subscription import Subscription, SubscriptionFact
from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.billing.documents import member as members
from services.billing.documents import payer as payers
from services.billing.documents.account import Account, AccountKey, account_id_of, new_account, with_part
from services.billing.documents.held import Held, hold
from services.billing.documents.member import Member, member_id, pays_for_itself
from services.billing.documents.newest import newest_of
from services.billing.documents.payer import Payer, new_payer
from services.billing.documents.share import Share, check_same_order, first_share_id, new_share, share_id
from services.billing.handlers.accounts import announce_again
from services.billing.rules.term import Resolved, resolve
from services.billing.settings import Defaults
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Ref, UnitOfWork, Want


class Known(Immutable):
    """What a payer knows when a newer fact comes in, and the account the subscription belongs to from now on.

    ``payer``, ``share`` and ``held`` are None when it hears of itself, of the order, of the subscription first.
    """

    payer: Payer | None
    share_id: str
    share: Share | None
    held: Held | None
    term: Resolved
    account_id: str


@dataclass(frozen=True)
class FollowingSubscription(FactHandler[SubscriptionFact]):
    """Takes a fact in for each payer at home here. An older one, or one heard before, changes nothing."""

    defaults: Defaults
    reads: ClassVar[tuple[type[Body], ...]] = (
        SubscriptionCancelled,
        CancellationWithdrawn,
        SubscriptionExtended,
        SubscriptionEnded,
        SubscriptionReversed,
        SubscriptionPayerChanged,
        SerialCorrected,
        DeviceReplaced,
        AssetReturned,
        ReturnWithdrawn,
        ShipmentTracked,
    )

    def prefetch(self, message: Message[SubscriptionFact]) -> Iterable[Want]:
        """The payers at home here, their shares of the order, and the account if the subscription names its term."""
        subscription = message.body.subscription
        for payer_id in message.subjects:
            yield Payer, payer_id
            yield Share, share_id(payer_id, subscription.subscription_id)
            if subscription.term is not None:
                yield from _account(payer_id, subscription, subscription.term)

    def prefetch_related(self, message: Message[SubscriptionFact], work: UnitOfWork) -> Iterable[Want]:
        """The account that the subscription belongs to, and its customer there, where the payer's default tells."""
        fact = message.body
        if fact.subscription.term is not None:
            return
        for payer_id in message.subjects:
            try:
                known = self._find_known(payer_id, fact, work)
            except ValueError:
                return  # `decide` says what is wrong with it
            if known is not None:
                yield from _account(payer_id, fact.subscription, known.term.term)

    def apply(self, message: Message[SubscriptionFact], work: UnitOfWork) -> Decision:
        """Its part of each payer's account. Raises ValueError for a fact that contradicts the rules or what is held: it
        has no sender to tell.
        """
        fact = message.body
        changes: list[Change] = []
        for payer_id in message.subjects:
            known = self._find_known(payer_id, fact, work)
            if known is not None:
                changes += _apply_fact(payer_id, fact, known, message.lane, work)
        return Decision(tuple(changes)) if changes else NOTHING

    def _find_known(self, payer_id: str, fact: SubscriptionFact, work: UnitOfWork) -> Known | None:
        """None if the payer has this fact or a newer one of the subscription."""
        subscription = fact.subscription
        id_, share = _find_share(payer_id, subscription, work)
        held = share.find_held(subscription.subscription_id) if share else None
        if held is not None and fact.version <= held.version:
            return None
        payer = work.get(Payer, payer_id)
        if held is not None:
            term = Resolved(held.term, held.source)
        else:
            term = resolve(subscription, payer.default_term if payer else None, self.defaults.term)
        account_id = account_id_of(payer_id, term.term, subscription.currency, test=subscription.test)
        return Known(payer, id_, share, held, term, account_id)


@dataclass(frozen=True)
class CreatingSubscription(FollowingSubscription):
    """The first fact about a subscription is nothing special, but that it is looked for in more places."""

    reads = (SubscriptionCreated,)

    def prefetch(self, message: Message[SubscriptionFact]) -> Iterable[Want]:
        """The order's first share, too: one from before there were several may have it."""
        yield from super().prefetch(message)
        subscription = message.body.subscription
        for payer_id in message.subjects:
            first = first_share_id(payer_id, subscription.order_id)
            if first != share_id(payer_id, subscription.subscription_id):
                yield Share, first


def _account(payer_id: str, subscription: Subscription, term: str) -> Iterable[Ref]:
    id_ = account_id_of(payer_id, term, subscription.currency, test=subscription.test)
    yield Account, id_
    if not pays_for_itself(payer_id, subscription.customer.id):
        yield Member, member_id(id_, subscription.customer.id)


def _find_share(payer_id: str, subscription: Subscription, work: UnitOfWork) -> tuple[str, Share | None]:
    """The share that the subscription is in, or will be: one from before there were several has it still."""
    id_, first_id = share_id(payer_id, subscription.subscription_id), first_share_id(payer_id, subscription.order_id)
    share = work.get(Share, id_)
    if id_ == first_id or (share is not None and share.find_held(subscription.subscription_id) is not None):
        return id_, share
    first = work.get(Share, first_id)
    has_it = first is not None and first.find_held(subscription.subscription_id) is not None
    return (first_id, first) if has_it else (id_, share)


def _apply_fact(payer_id: str, fact: SubscriptionFact, known: Known, lane: int, work: UnitOfWork) -> Iterator[Change]:
    """The share, the payer, the customer in the account, the account; and what else shows the payer."""
    subscription, account_id, old = fact.subscription, known.account_id, known.held
    share = known.share or new_share(payer_id, subscription)
    check_same_order(share, subscription)
    held = hold(subscription, fact.version, known.term, old)
    yield Change(Share, known.share_id, share.apply_names(subscription).replace_held(old, held))

    heard = newest_of(subscription, fact.version)
    before = known.payer or new_payer(payer_id, lane)
    payer = payers.with_subscription(before, payer_id, account_id, subscription, heard, test=subscription.test)
    if known.share is None:
        payer = payers.with_share(payer, known.share_id)
    if payer is not before:
        yield Change(Payer, payer_id, payer)

    account = work.get(Account, account_id) or new_account(AccountKey.parse(account_id))
    old_part, new_part = old.part(payer_id) if old else None, held.part(payer_id)
    step = new_part.active - (old_part.active if old_part else 0)
    own = pays_for_itself(payer_id, subscription.customer.id)
    if own:
        running = account.own_active
    else:
        id_ = member_id(account_id, subscription.customer.id)
        member = work.get(Member, id_) or Member(account_id=account_id, customer_id=subscription.customer.id)
        running = member.active
        after = members.with_subscription(member, step, heard)
        if after is not member:
            yield Change(Member, id_, after)

    looks_other = payer is not before and _looks_other(before, payer)
    if old_part != new_part or looks_other:
        joins = int(running + step > 0) - int(running > 0)
        account = with_part(account, old_part, new_part, joins=joins, own=own)
        yield Change(Account, account_id, account)
    if looks_other:
        yield from announce_again(payer, work, account_id)


def _looks_other(before: Payer, payer: Payer) -> bool:
    """Whether its accounts show something else of the payer: another name, or that there are others."""
    return (
        payer.accounts != before.accounts
        or payer.shown_name(test=False) != before.shown_name(test=False)
        or payer.shown_name(test=True) != before.shown_name(test=True)
    )
