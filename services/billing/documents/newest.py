"""The newest subscription that somebody has: its contact and its billing address are the ones that count."""

from datetime import datetime

from contracts.messages.customers import CustomerSnapshot
from contracts.messages.subscription import Subscription
from contracts.values.text import is_blank
from services.billing.documents.party import Address, Customer
from services.engine.core.document import Document


class Newest(Document):
    """What counts of the newest subscription. Newest by creation, not by hearing: a replay makes nothing new.

    A reversed one stays the newest until another is created: who was last known there does not become
    unknown.
    """

    created_at: datetime
    subscription_id: str
    version: int
    customer: Customer
    billing_address: Address

    @property
    def age(self) -> tuple[datetime, str, int]:
        """Orders two of them: the greater is the newer."""
        return self.created_at, self.subscription_id, self.version


def newest_of(subscription: Subscription, version: int) -> Newest:
    """A subscription as it would be the newest."""
    return Newest(
        created_at=subscription.created_at,
        subscription_id=subscription.subscription_id,
        version=version,
        customer=Customer.from_contract(subscription.customer),
        billing_address=Address.from_contract(subscription.billing_address),
    )


def newer(known: Newest | None, heard: Newest) -> Newest:
    """The newer of what is known and what was heard; ``known`` itself if that stays."""
    return heard if known is None or known.age < heard.age else known


def number_of(subscription_id: str) -> int:
    """The running number in an id, of two of one order's the greater is the newer: ``order/3`` was its third."""
    return int(subscription_id.rpartition("/")[2])


def name_of(customer: Customer | CustomerSnapshot) -> str:
    """What a customer is called on an account: the company, else what there is of a name, else the id. Never blank,
    also where a fact of before has a name in which nothing can be seen.
    """
    company, first, last = customer.company_name, customer.first_name, customer.last_name
    if company and not is_blank(company):
        return company
    if is_blank(first):
        return customer.id if is_blank(last) else last
    return first if is_blank(last) else f"{first} {last}"
