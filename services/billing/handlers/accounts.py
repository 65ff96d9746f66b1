"""A changed account is said once for each batch, under its next version."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.billing import BillingAccountChanged
from services.billing.documents.account import Account
from services.billing.documents.payer import Payer
from services.billing.rules.contract import to_contract
from services.billing.settings import Defaults
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork


@dataclass(frozen=True)
class AnnouncingAccounts:
    """What is said at the end of a batch."""

    defaults: Defaults

    def on_batch_end(self, message: Message, change: Change, work: UnitOfWork) -> Decision:
        """The account as it is now, unless all of it is said."""
        del message
        account = change.document
        if not isinstance(account, Account) or not account.unsaid:
            return NOTHING
        payer = work.get(Payer, account.payer)
        assert payer is not None, "an account comes into being with its payer, in one decision"
        account = replace(account, version=account.version + 1, unsaid=False)
        fact = BillingAccountChanged(version=account.version, account=to_contract(account, payer, self.defaults))
        return Decision((Change(Account, change.id, account),), (Emit(fact),))


def announce_again(payer: Payer, work: UnitOfWork, but: str = "") -> Iterable[Change]:
    """The payer's accounts (they are few) but this one, to be said again: what they show of the payer changed."""
    for account_id in payer.accounts:
        account = work.get(Account, account_id) if account_id != but else None
        if account is not None and not account.unsaid:
            yield Change(Account, account_id, replace(account, unsaid=True))
