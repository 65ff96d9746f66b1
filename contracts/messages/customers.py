"""Who orders, who pays: the parts that several messages carry."""

from typing import Literal

from contracts.values.model import Model
from contracts.values.words import Email, Identifier, LongText, Name, NameIfAny, PhoneIfAny


class Customer(Model):
    """A customer as the sender of an order names them. ``id`` absent: derived from the normalised e-mail.

    One of the two names is enough, and a company needs neither.
    """

    id: Identifier | None = None
    email: Email
    first_name: NameIfAny = None
    last_name: NameIfAny = None
    phone: PhoneIfAny = None
    type: Literal["individual", "business"]
    company_name: NameIfAny = None
    registration_number: NameIfAny = None
    vat_id: NameIfAny = None


class CustomerSnapshot(Model):
    """A customer as an order or a subscription keeps them; the id is always there. A name that they do not have is an
    empty text, as is everything that is always there.

    ``differs``: when the order was placed, its id was known with another e-mail and another name, or its id or e-mail
    with another type or company (flag ``customer_differs``): perhaps two people under one id. Absent: nothing says so.
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


class Group(Model):
    """A billing group: its id, and its name if the sender knows it."""

    id: Identifier
    name: NameIfAny = None


class Note(Model):
    """A note as it is sent: free text and who wrote it; its time is the message's."""

    text: LongText
    author: Name
