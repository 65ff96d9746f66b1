"""A customer in an account that somebody else pays: how many subscriptions run there, and whom to ask.

One small document for each customer and account, so that an account knows how many customers it has without a
list that grows with them. A customer who pays for itself needs none: it is the account's only one.
"""

from services.billing.documents.newest import Newest, newer
from services.engine.core.document import Document, replace


class Member(Document):
    """``active``: its active subscriptions in the account. The contact shown is its newest subscription's."""

    account_id: str
    customer_id: str
    active: int = 0
    newest: Newest | None = None


def member_id(account_id: str, customer_id: str) -> str:
    """The id of a customer's document in an account."""
    return f"{account_id}/{customer_id}"


def pays_for_itself(payer_id: str, customer_id: str) -> bool:
    """Whether the payer is the customer."""
    return payer_id == f"customer:{customer_id}"


def with_subscription(member: Member, step: int, heard: Newest) -> Member:
    """The member after ``step`` more of its subscriptions run (or fewer); itself if nothing changed."""
    latest = newer(member.newest, heard)
    if not step and latest is member.newest:
        return member
    return replace(member, active=member.active + step, newest=latest)
