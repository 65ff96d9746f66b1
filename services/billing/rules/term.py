"""Payment terms: how many days each gives, and which one counts for a subscription.

Rules: ``docs/domain.md`` section 3. A term is resolved once, when a payer first hears of a subscription; a default
that changes later moves nothing that is already there.
"""

from typing import Final, Literal

from contracts.messages.subscription import Subscription
from contracts.values.immutable import Immutable
from contracts.values.words import AT_ONCE

TermSource = Literal["individual", "order", "payer", "deployment"]
SOURCES: tuple[TermSource, ...] = ("individual", "order", "payer", "deployment")
"""Where a term can come from, the strongest first."""

_DAYS: Final = {AT_ONCE: 0, "net_7": 7, "net_14": 14, "net_30": 30}
"""Every term that was ever offered: one that no order may have any more stays in force where it is."""


class Resolved(Immutable):
    """The term that counts, and who said so."""

    term: str
    source: TermSource


def days_of(term: str) -> int:
    """The calendar days that a term gives. Raises ValueError for a term that nobody may have."""
    if term not in _DAYS:
        raise ValueError(f"no such term: {term[:16]}")
    return _DAYS[term]


def resolve(subscription: Subscription, payers_default: str | None, deployments: str) -> Resolved:
    """The order's own term, else the payer's default, else the deployment's; individuals pay at once.

    Raises ValueError when an individual comes with a term, or anybody else is to pay at once: somebody before
    us failed to refuse that, and an account must not be guessed.
    """
    if subscription.customer.type == "individual":
        if subscription.term not in (None, AT_ONCE):
            raise ValueError(f"an individual with the term {subscription.term}")
        return Resolved(AT_ONCE, "individual")
    if subscription.term is not None:
        if subscription.term == AT_ONCE or subscription.term not in _DAYS:  # one that is no longer offered still counts
            raise ValueError(f"no term for a business: {subscription.term[:16]}")
        return Resolved(subscription.term, "order")
    if payers_default is not None:
        return Resolved(payers_default, "payer")
    return Resolved(deployments, "deployment")
