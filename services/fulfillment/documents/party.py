"""Whom an order is for and who pays, as fulfillment keeps what orders' facts and proposals say of them."""

from typing import Literal, Self

from contracts.messages import customers as contract
from contracts.messages.order import BillingData
from contracts.values.places import AddressSnapshot
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document


class Customer(Document):
    """A customer as their order names them; ``differs``: perhaps two people under one id."""

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
    """Where invoices go."""

    street: str
    street2: str | None = None
    city: str
    region: str | None = None
    country: str
    postal_code: str = ""

    def to_contract(self) -> AddressSnapshot:
        """As facts carry it."""
        return as_contract(self, AddressSnapshot)


class Group(Document):
    """A billing group, and its name if somebody knew it."""

    id: str
    name: str | None = None

    def to_contract(self) -> contract.Group:
        """As facts carry it."""
        return as_contract(self, contract.Group)


class Billing(Document):
    """Who an order is billed to, in one piece: as a change proposes it, and as the ledger has it."""

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
        """As a proposal has it."""
        return as_document(said, cls)

    def to_contract(self) -> BillingData:
        """As an accepted change carries it."""
        return as_contract(self, BillingData)
