"""Who orders and who pays, as an order keeps them."""

from typing import Literal, Self

from contracts.messages import customers as contract
from contracts.messages.order import BillingData
from contracts.values import places
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document


class Customer(Document):
    """A customer; the id is always there. A name that they do not have is an empty text.

    ``differs``: when the order was placed, its id or its e-mail was known as somebody else's.
    """

    id: str
    email: str
    first_name: str
    last_name: str
    phone: str | None = None
    type: Literal["individual", "business"]
    company_name: str | None = None
    registration_number: str | None = None
    vat_id: str | None = None
    differs: bool | None = None

    def to_contract(self) -> contract.CustomerSnapshot:
        """As facts carry them."""
        return as_contract(self, contract.CustomerSnapshot)


class Address(Document):
    """Where an order's invoices go, or its devices."""

    street: str
    street2: str | None = None
    city: str
    region: str | None = None
    country: str
    postal_code: str = ""

    @classmethod
    def from_contract(cls, said: places.Address) -> Self:
        """As it was submitted."""
        return as_document(said, cls)

    def to_contract(self) -> places.AddressSnapshot:
        """As facts carry it."""
        return as_contract(self, places.AddressSnapshot)


class Group(Document):
    """A billing group, and its name if somebody knew it."""

    id: str
    name: str | None = None

    @classmethod
    def from_contract(cls, said: contract.Group) -> Self:
        """As it was submitted."""
        return as_document(said, cls)

    def to_contract(self) -> contract.Group:
        """As facts carry it."""
        return as_contract(self, contract.Group)


class Billing(Document):
    """Who an order is billed to, in one piece: as a change would have it. ``payer`` follows from the rest."""

    customer_type: Literal["individual", "business"]
    company_name: str | None = None
    registration_number: str | None = None
    vat_id: str | None = None
    billing_address: Address
    group: Group | None = None
    group_source: Literal["order", "customer"] | None = None
    payer: str
    term: str | None = None

    @classmethod
    def from_contract(cls, said: BillingData) -> Self:
        """As fulfillment accepted it."""
        return as_document(said, cls)

    def to_contract(self) -> BillingData:
        """As a proposal carries it."""
        return as_contract(self, BillingData)
