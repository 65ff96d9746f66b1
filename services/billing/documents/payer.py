"""Who pays: a billing group, or a customer of its own.

Rules: ``docs/domain.md`` section 3. An unknown group is created by its first subscription and keeps the name it
got there.
"""

from datetime import date, datetime
from typing import Final, Literal

from contracts.messages.subscription import Subscription
from services.billing.documents.newest import Newest, name_of, newer
from services.billing.documents.party import Address
from services.engine.core.document import Document, field, replace, replace_by

FEW: Final = 16
"""Shares that a payer names itself: all those of many small payers are then loaded in one round trip."""


class Invoicing(Document):
    """A run that goes over a payer's shares, page by page: ``page`` is the next one, ``after`` the last share done.

    ``drafts`` are the numbers of the invoices that it began, by account.
    """

    period: str
    run: int
    as_of: date
    page: int = 0
    after: str = ""
    drafts: dict[str, str] = field(default_factory=dict)


class FirstMember(Document):
    """Whose address a group without one of its own is assumed to have: the subscription by which its first member
    joined. First by the day on which it came to the group, not by hearing: the same in whatever order facts come.
    """

    joined: date
    created_at: datetime
    subscription_id: str
    address: Address

    @property
    def age(self) -> tuple[date, datetime, str]:
        """Orders two of them: the smaller is the first."""
        return self.joined, self.created_at, self.subscription_id


class Payer(Document):
    """A payer.

    ``name``, ``address``, ``default_term``, ``billing_day``, ``vat_id`` and ``registration_number`` are its own;
    absent: what follows from its newest subscription (a group's address: from its first member), or the deployment's.
    ``newest_test`` is the newest of its test subscriptions, ``test_name`` what the first of them called the group: what
    somebody makes up to try something out never stands on a real invoice.

    ``accounts`` are the ids of those it has, in the order in which they appeared: at most terms x currencies
    x 2, some 1,400. ``lane`` is its home. ``version`` counts the facts about it, ``since`` is the message
    time of those in force.

    ``shares`` are the ids of all its shares, in order, while they are few; None: they are more, or it is from before
    they were named.

    ``short_code``, ``numbers`` and ``test_numbers`` number its invoices without gaps. ``last_period`` is that of its
    last run, ``last_issued`` the date of its last invoice, ``invoicing`` the run that it is in, ``runs`` those that
    wait for it (``period/run``): of one period no more than may be under way.
    """

    kind: Literal["group", "customer"]
    name: str | None = None
    test_name: str | None = None
    address: Address | None = None
    default_term: str | None = None
    billing_day: int | None = None
    vat_id: str | None = None
    registration_number: str | None = None
    accounts: tuple[str, ...] = ()
    shares: tuple[str, ...] | None = None
    newest: Newest | None = None
    newest_test: Newest | None = None
    first: FirstMember | None = None
    first_test: FirstMember | None = None
    lane: int | None = None
    version: int = 0
    since: datetime | None = None
    short_code: str | None = None
    numbers: int = 0
    test_numbers: int = 0
    last_period: str | None = None
    last_issued: date | None = None
    invoicing: Invoicing | None = None
    runs: tuple[str, ...] | None = None

    def await_run(self, run: str) -> "Payer":
        """The payer with a run that counts on it."""
        return replace(self, runs=(*(self.runs or ()), run))

    def finish_run(self, run: str) -> "Payer":
        """The payer once it is done in a run: what comes of that run again is a repeat."""
        return replace(self, runs=tuple(each for each in self.runs or () if each != run) or None)

    def shown_name(self, *, test: bool) -> str | None:
        """The name on its accounts: its own, else the customer's; None for a group that nobody named yet."""
        newest = self._newest(test=test)
        if self.name is not None:
            return self.name
        if self.kind == "group":
            return self.test_name if test else None
        return None if newest is None else name_of(newest.customer)

    @property
    def address_assumed(self) -> bool:
        """Whether nobody gave a group an address: where its invoices go is assumed then."""
        return self.kind == "group" and self.address is None

    def billing_address(self, *, test: bool) -> Address | None:
        """Its own address, else a group's first member's, else the billing address of its newest subscription."""
        if self.address is not None:
            return self.address
        newest, first = self._newest(test=test), self.first_test if test else self.first
        if first is not None:
            return first.address
        return None if newest is None else newest.billing_address

    def tax_ids(self, *, test: bool) -> tuple[str | None, str | None]:
        """Its VAT id and registration number: its own, else those of a customer who pays for itself. A group has none
        but its own: its members' are not the group's.
        """
        newest = self._newest(test=test)
        if self.kind == "group" or newest is None:
            return self.vat_id, self.registration_number
        customer = newest.customer
        return self.vat_id or customer.vat_id, self.registration_number or customer.registration_number

    def _newest(self, *, test: bool) -> Newest | None:
        return self.newest_test if test else self.newest


def new_payer(payer_id: str, lane: int) -> Payer:
    """A payer of which nothing is known yet. Raises ValueError if the id names no group and no customer."""
    kind, colon, name = payer_id.partition(":")
    if not colon or not name or kind not in ("group", "customer"):
        raise ValueError(f"no payer: {payer_id[:80]}")
    return Payer(kind="group" if kind == "group" else "customer", lane=lane, shares=())


def with_share(payer: Payer, share_id: str) -> Payer:
    """The payer with one more share."""
    if payer.shares is None:
        return payer
    return replace(payer, shares=tuple(sorted((*payer.shares, share_id))) if len(payer.shares) < FEW else None)


def with_subscription(
    payer: Payer, payer_id: str, account_id: str, subscription: Subscription, heard: Newest, *, test: bool
) -> Payer:
    """The payer after it heard of a subscription of this account; itself if that changes nothing.

    The name of the subscription's group counts if the payer is that group and has none yet.
    """
    group = subscription.group
    changed: dict[str, object] = {}
    named = "test_name" if test else "name"
    if getattr(payer, named) is None and group is not None and payer_id == f"group:{group.id}" and group.name:
        changed[named] = group.name
    if account_id not in payer.accounts:
        changed["accounts"] = (*payer.accounts, account_id)
    which = "newest_test" if test else "newest"
    known: Newest | None = getattr(payer, which)
    latest = newer(known, heard)
    if latest is not known:
        changed[which] = latest
    if payer.kind == "group":
        whose = "first_test" if test else "first"
        present: FirstMember | None = getattr(payer, whose)
        first = _first(present, known, subscription, heard, payer_id)
        if first is not present:
            changed[whose] = first
    return replace_by(payer, changed) if changed else payer


def _first(
    present: FirstMember | None, known: Newest | None, subscription: Subscription, heard: Newest, payer_id: str
) -> FirstMember:
    """Who joined first; of a group of before that remembers none, its newest subscription counts as one of them."""
    if present is None and known is not None:
        present = FirstMember(
            joined=known.created_at.date(),
            created_at=known.created_at,
            subscription_id=known.subscription_id,
            address=known.billing_address,
        )
    created = subscription.created_at.date()
    since = next(entry.from_date for entry in subscription.payers if entry.payer == payer_id)
    joins = FirstMember(
        joined=created if since is None else max(created, since),
        created_at=heard.created_at,
        subscription_id=heard.subscription_id,
        address=heard.billing_address,
    )
    return joins if present is None or joins.age < present.age else present
