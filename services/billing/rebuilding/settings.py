"""A payer's settings as they were said, and which facts about subscriptions came before them.

Which default term a subscription met, and whether its group had a name by then, depends on it. The lane read both from
two topics, and no topic tells in which order; what was said of the payer's accounts does: an account is said once a
batch, by the last fact that changed it, and within a batch facts are decided before requests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.json import encode

from contracts.messages.payers import PayerSettingsChanged
from contracts.values.judging import JUDGED
from contracts.values.timestamp import instant
from services.billing.documents.party import Address
from services.billing.documents.payer import Payer, new_payer
from services.billing.rebuilding.record import Said
from services.engine.core.document import replace


@dataclass
class SettingsSaid:
    """``before`` are the ids of facts that came before them; ``unheard`` the accounts that were not said since."""

    fact: PayerSettingsChanged
    said: Said
    old_term: str
    new_term: str
    before: set[str]
    unheard: set[str] = field(default_factory=set)
    done: bool = False

    @classmethod
    def of(
        cls, said: Said, old_term: str, deployment_term: str, named: Mapping[str, str], accounts: Iterable[str]
    ) -> "SettingsSaid":
        """What was said; ``named`` is the last fact by which each of the payer's ``accounts`` was said until then."""
        fact = PayerSettingsChanged.model_validate_json(encode(said.data), context=JUDGED)
        return cls(fact, said, old_term, fact.default_term or deployment_term, set(named.values()), set(accounts))

    @property
    def version(self) -> int:
        """Which of the payer's settings they are."""
        return self.fact.version

    def hear_account(self, account_id: str, term: str, source: str, fact: str | None, *, new: bool) -> None:
        """An account of the payer is said behind them, because of a ``fact`` about a subscription or of something else.

        One that was there is said in the very batch of the settings. What it names came before them, unless it shows
        that the new default counted. One that is ``new``, behind no others than these, came before them if it shows
        that the former default did.
        """
        changes = self.old_term != self.new_term and source in ("payer", "deployment")
        there = account_id in self.unheard
        self.unheard.discard(account_id)
        came_before = (not changes or term == self.old_term) if there else new and changes and term == self.old_term
        if came_before and fact is not None:
            self.before.add(fact)

    def onto(self, payer: Payer | None, lane: int) -> Payer:
        """The payer with them."""
        fact = self.fact
        return replace(
            payer or new_payer(fact.payer, lane),
            name=fact.name,
            address=None if fact.address is None else Address.from_contract(fact.address),
            billing_day=fact.billing_day,
            default_term=fact.default_term,
            vat_id=fact.vat_id,
            registration_number=fact.registration_number,
            version=fact.version,
            since=instant(self.said.time),
        )
