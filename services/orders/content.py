"""What a submission says, normalised and field by field, so that the same order is told from another one.

An order is compared with its first accepted submission for ever, so the document keeps 8 bytes for each field
instead of a second copy of everything.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from pydantic_core import to_json

from contracts.orders import OrderSubmitted
from contracts.values import normal_email
from services.engine.kept import revised
from services.orders.customer import customer_id
from services.orders.pricing import item_id


def fingerprints(body: OrderSubmitted) -> dict[str, bytes]:
    """8 bytes for each field of the normalised content, defaults filled in; what is absent is left out."""
    fields: dict[str, Any] = {
        "customer": revised(body.customer, id=customer_id(body.customer), email=normal_email(body.customer.email)),
        "group": body.group,
        "term": body.term,
        "billing_address": body.billing_address,
        "shipping_address": None if body.shipping_address == body.billing_address else body.shipping_address,
        "items": [
            item if item.item_id else revised(item, item_id=item_id(item, position))
            for position, item in enumerate(body.items, 1)
        ],
        "currency": body.currency,
        "channel": body.channel,
        "test": body.test,
        "confirmed": body.confirmed,
        "notes": body.notes or None,
    }
    return {
        name: blake2b(to_json(value, exclude_none=True), digest_size=8).digest()
        for name, value in fields.items()
        if value is not None
    }


def differing(first: Mapping[str, bytes], other: Mapping[str, bytes]) -> tuple[str, ...]:
    """The fields in which two submissions differ; none: they say the same."""
    return tuple(sorted(name for name in first.keys() | other.keys() if first.get(name) != other.get(name)))
