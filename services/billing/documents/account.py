"""The billing account: payer x term x currency x test mark, its totals a function of the set of its shares.

Rules: ``docs/domain.md`` section 3. Totals move by the difference between what a subscription added before and
what it adds now; ``rebuild`` counts them from scratch, and the two never disagree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.values.immutable import Immutable
from contracts.values.money import exponent_of
from services.billing.documents.held import Part
from services.billing.documents.share import Share
from services.billing.rules.term import SOURCES, TermSource, days_of
from services.engine.core.document import Document, field, replace

MOST: Final = 2**62
"""What an account adds up to at most, in minor units: half of what 64 bits hold. See
``contracts.values.money.MAX_PRICE``.
"""


class AccountKey(Immutable):
    """What an account is made of; two subscriptions share one if and only if all four agree."""

    payer: str
    term: str
    currency: str
    test: bool

    @property
    def id(self) -> str:
        """``group:acme/net_14/EUR``, a test account with ``/test`` behind it. No part can contain a slash."""
        return account_id_of(self.payer, self.term, self.currency, test=self.test)

    @classmethod
    def parse(cls, account_id: str) -> "AccountKey":
        """The parts of an id. Raises ValueError if it is none."""
        payer, term, currency, *mark = account_id.split("/")
        if mark not in ([], ["test"]):
            raise ValueError(f"no account: {account_id[:200]}")
        days_of(term)
        if exponent_of(currency) is None:  # one that was only taken off the list is still an account's
            raise ValueError(f"no currency of an account: {currency[:16]}")
        return cls(payer, term, currency, bool(mark))


def account_id_of(payer_id: str, term: str, currency: str, *, test: bool) -> str:
    """The id of an account by its four parts."""
    return f"{payer_id}/{term}/{currency}/test" if test else f"{payer_id}/{term}/{currency}"


class Totals(Immutable):
    """What an account adds up to, amounts in minor units.

    ``opens`` counts its subscriptions by the period of the earliest contract month whose due and issued
    differ, ``sources`` by where their term came from; there are no zeros in them. ``differing`` counts those whose
    customer was known as somebody else.
    """

    active: int
    monthly_total: int
    outstanding: int
    customers: int
    opens: Mapping[str, int]
    sources: Mapping[str, int]
    differing: int = 0


class Account(Document):
    """An account as it is kept.

    ``customers`` are those with an active subscription in it. ``own_active`` counts the active subscriptions
    of the payer itself; those of others are counted in their ``Member`` documents. ``opens`` and ``sources``:
    see ``Totals``.

    ``version`` counts what was said about it; ``unsaid``: it changed since then, in the batch at hand.
    """

    payer: str
    term: str
    currency: str
    test: bool
    active: int = 0
    monthly_total: int = 0
    outstanding: int = 0
    customers: int = 0
    own_active: int = 0
    opens: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    differing: int = 0
    version: int = 0
    unsaid: bool = False

    @property
    def key(self) -> AccountKey:
        """Its four parts."""
        return AccountKey(self.payer, self.term, self.currency, self.test)

    @property
    def term_source(self) -> TermSource:
        """Where its term came from: the strongest source among its subscriptions."""
        return next(source for source in SOURCES if self.sources.get(source))

    def totals(self) -> Totals:
        """What it adds up to by what it heard so far."""
        return Totals(
            active=self.active,
            monthly_total=self.monthly_total,
            outstanding=self.outstanding,
            customers=self.customers,
            opens=self.opens,
            sources=self.sources,
            differing=self.differing,
        )


def new_account(key: AccountKey) -> Account:
    """An account without any subscription yet."""
    return Account(payer=key.payer, term=key.term, currency=key.currency, test=key.test)


def with_part(account: Account, old: Part | None, new: Part, *, joins: int, own: bool) -> Account:
    """The account after the part of one subscription became another; ``old`` is None when it is new.

    ``joins`` is how many customers the account has more by that, ``own`` whether the subscription is the
    payer's own. Raises ValueError when the account would add up to more than ``MOST`` by that: nothing that is kept or
    said ever passes 64 bits, and what makes an account smaller is always taken in.
    """
    step = new.active - (old.active if old else 0)
    more = new.outstanding - (old.outstanding if old else 0)
    monthly = new.monthly_total - (old.monthly_total if old else 0)
    if (more > 0 and account.outstanding + more > MOST) or (monthly > 0 and account.monthly_total + monthly > MOST):
        raise ValueError(f"account {account.key.id} would add up to more than {MOST} minor units")
    return replace(
        account,
        active=account.active + step,
        monthly_total=account.monthly_total + monthly,
        outstanding=account.outstanding + more,
        customers=account.customers + joins,
        own_active=account.own_active + (step if own else 0),
        opens=_recount(account.opens, old.opens if old else None, new.opens),
        sources=_recount(account.sources, old.source if old else None, new.source),
        differing=account.differing + new.differs - (old.differs if old else 0),
        unsaid=True,
    )


def _recount(counts: dict[str, int], old: str | None, new: str | None) -> dict[str, int]:
    if old == new:
        return counts
    counts = dict(counts)
    if new is not None:
        counts[new] = counts.get(new, 0) + 1
    if old is not None:
        counts[old] -= 1
        if not counts[old]:
            del counts[old]
    return counts


def rebuild(shares: Iterable[Share]) -> dict[str, Totals]:
    """The totals of every account that these shares belong to, counted from scratch, by account id.

    Right for an account if all shares of its payer are among them.
    """
    parts: dict[str, list[Part]] = {}
    customers: dict[str, set[str]] = {}
    for share in shares:
        for held in share.subscriptions:
            account_id = AccountKey(share.payer, held.term, share.currency, share.test).id
            part = held.part(share.payer)
            parts.setdefault(account_id, []).append(part)
            if part.active:
                customers.setdefault(account_id, set()).add(share.customer_id)
    return {
        account_id: Totals(
            active=sum(part.active for part in found),
            monthly_total=sum(part.monthly_total for part in found),
            outstanding=sum(part.outstanding for part in found),
            customers=len(customers.get(account_id, ())),
            opens=dict(Counter(part.opens for part in found if part.opens is not None)),
            sources=dict(Counter(part.source for part in found)),
            differing=sum(part.differs for part in found),
        )
        for account_id, found in parts.items()
    }
