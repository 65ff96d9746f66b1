"""Who a customer is, what is known of them, and who pays.

Two kinds of documents, because they have different writers. ``CustomerRecord`` (default group, notes) is written by
the customer's home alone and read by orders' homes. ``KnownCustomer`` is inserted by whichever order's home sees a
customer first and never changed; two lanes that see the same one at once conflict, and one of them tries again.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Literal

from contracts.messages import customers as contract
from contracts.messages.customers import Customer
from contracts.values.emails import normal_email
from services.engine.core.document import Document
from services.orders.documents import party
from services.orders.documents.party import Group


class CustomerRecord(Document):
    """A customer's settings; ``version`` counts the facts about them, ``notes`` how many there are.

    ``group_since`` is the message time of the default group in force, None while it was never set.
    """

    version: int = 0
    group: Group | None = None
    group_since: datetime | None = None
    notes: int = 0


class KnownCustomer(Document):
    """As what a customer id, or an e-mail, was first seen.

    ``email`` and ``name`` are 8 bytes that stand for the normalised ones, for a company's name where there is one:
    who the person is stands in their orders. Absent: it was seen before they were kept.
    """

    type: Literal["individual", "business"]
    company: str | None = None
    email: bytes | None = None
    name: bytes | None = None


def id_from_email(email: str) -> str:
    """The customer id of who gives none: a hash of the normalised e-mail; a function, never looked up."""
    return "e-" + blake2b(normal_email(email).encode("utf-8", "replace"), digest_size=16).hexdigest()


def customer_id(customer: Customer) -> str:
    """The id that the sender gave, else the one that follows from the e-mail."""
    return customer.id if customer.id is not None else id_from_email(customer.email)


def snapshot(customer: Customer) -> party.Customer:
    """The customer as the order keeps them."""
    return party.Customer(
        id=customer_id(customer),
        email=customer.email,
        first_name=customer.first_name or "",
        last_name=customer.last_name or "",
        phone=customer.phone,
        type=customer.type,
        company_name=customer.company_name,
        registration_number=customer.registration_number,
        vat_id=customer.vat_id,
    )


def known_ids(customer: Customer, *, test: bool) -> tuple[str, ...]:
    """The documents under which this customer is known, by id and by e-mail; real and test customers apart.

    An e-mail is known under the id that follows from it: who gives no id has one document, not two.
    """
    world = "test" if test else "real"
    keys = dict.fromkeys((customer_id(customer), id_from_email(customer.email)))
    return tuple(f"{world}:{key}" for key in keys)


def as_known(customer: Customer) -> KnownCustomer:
    """What is noted at first sight."""
    person = " ".join(filter(None, (customer.first_name, customer.last_name)))
    return KnownCustomer(
        type=customer.type,
        company=customer.company_name,
        email=_digest(normal_email(customer.email)),
        name=_digest(" ".join((customer.company_name or person).casefold().split())),
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


def differs(known: KnownCustomer, seen: KnownCustomer) -> bool:
    """Whether the customer was known with another type or company, or with another e-mail and another name: two shops
    that count alike give one id to two people. A hint, so letter case is no difference, and one person may well have
    two addresses, and two people one.
    """
    if known.type != seen.type or (known.company or "").casefold() != (seen.company or "").casefold():
        return True
    if known.email is None or known.name is None:
        return False
    return known.email != seen.email and known.name != seen.name


GroupSource = Literal["order", "customer"]


def group_in_force(
    customer: Customer, own: contract.Group | None, record: CustomerRecord | None
) -> tuple[Group | None, GroupSource | None]:
    """The order's group and where it came from: its own, else a business customer's default."""
    if own is not None:
        return Group.from_contract(own), "order"
    if customer.type == "business" and record is not None and record.group is not None:
        return record.group, "customer"
    return None, None


def payer(customer_id: str, group: Group | None) -> str:
    """Who pays: ``group:<id>``, or the customer as ``customer:<id>``."""
    return f"customer:{customer_id}" if group is None else f"group:{group.id}"
