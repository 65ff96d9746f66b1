"""Who orders, who pays: the parts that several messages carry."""

from typing import Annotated, Literal

from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.words import Email, Identifier, LongText, Name, NameIfAny, PhoneIfAny


class Customer(Model):
    """A customer as the sender of an order names them. ``id`` absent: derived from the normalised e-mail.

    One of the two names is enough, and a company needs neither.
    """

    id: Identifier | None = None
    email: Annotated[Email, PERSONAL]
    first_name: Annotated[NameIfAny, PERSONAL] = None
    last_name: Annotated[NameIfAny, PERSONAL] = None
    phone: Annotated[PhoneIfAny, PERSONAL] = None
    type: Literal["individual", "business"]
    company_name: Annotated[NameIfAny, PERSONAL] = None
    registration_number: Annotated[NameIfAny, PERSONAL] = None
    vat_id: Annotated[NameIfAny, PERSONAL] = None


class CustomerSnapshot(Model):
    """A customer as an order or a subscription keeps them; the id is always there. A name that they do not have is an
    empty text, as is everything that is always there.

    ``differs``: when the order was placed, its id was known with another e-mail and another name, or its id or e-mail
    with another type or company (flag ``customer_differs``): perhaps two people under one id. Absent: nothing says so.
    """

    id: str
    email: Annotated[str, PERSONAL]
    first_name: Annotated[str, PERSONAL]
    last_name: Annotated[str, PERSONAL]
    phone: Annotated[str | None, PERSONAL] = None
    type: Literal["individual", "business"]
    company_name: Annotated[str | None, PERSONAL] = None
    registration_number: Annotated[str | None, PERSONAL] = None
    vat_id: Annotated[str | None, PERSONAL] = None
    differs: bool | None = None


class Group(Model):
    """A billing group: its id, and its name if the sender knows it."""

    id: Identifier
    name: Annotated[NameIfAny, PERSONAL] = None


class Note(Model):
    """A note as it is sent: free text and who wrote it; its time is the message's."""

    text: Annotated[LongText, PERSONAL]
    author: Annotated[Name, PERSONAL]
