"""Whom a subscription is for, and where its invoices go: as billing keeps what facts say of them."""

from typing import Literal, Self

from contracts.messages.customers import CustomerSnapshot
from contracts.values import places
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document


class Customer(Document):
    """A customer as a subscription's facts name them; ``differs``: perhaps two people under one id."""

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

    @classmethod
    def from_contract(cls, said: CustomerSnapshot) -> Self:
        """As a fact has them."""
        return as_document(said, cls)


class Address(Document):
    """Where invoices go."""

    street: str
    street2: str | None = None
    city: str
    region: str | None = None
    country: str
    postal_code: str = ""

    @classmethod
    def from_contract(cls, said: places.AddressSnapshot | places.Address) -> Self:
        """As a fact or a request has it."""
        return as_document(said, cls)

    def to_contract(self) -> places.AddressSnapshot:
        """As facts carry it."""
        return as_contract(self, places.AddressSnapshot)
