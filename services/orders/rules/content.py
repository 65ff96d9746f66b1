"""What a submission says, normalised and field by field, so that the same order is told from another one.

An order is compared with its first accepted submission for ever, so the document keeps 8 bytes for each field
instead of a second copy of everything.
"""

from collections.abc import Mapping

from contracts.messages.orders import OrderSubmitted
from contracts.values.emails import normal_email
from contracts.values.model import restate
from services.engine.core.content import fields_of_content
from services.orders.documents.customer import customer_id
from services.orders.rules.pricing import item_id


def fingerprints(body: OrderSubmitted) -> Mapping[str, bytes]:
    """8 bytes for each field of the normalised content; one that is absent, or stands at its default, is left out."""
    said = restate(
        body,
        customer=restate(body.customer, id=customer_id(body.customer), email=normal_email(body.customer.email)),
        shipping_address=None if body.shipping_address == body.billing_address else body.shipping_address,
        items=tuple(
            item if item.item_id else restate(item, item_id=item_id(item, position))
            for position, item in enumerate(body.items, 1)
        ),
    )
    return {name: digest for name, digest in fields_of_content(said).items() if name != "order_id"}


def find_differences(first: Mapping[str, bytes], other: Mapping[str, bytes]) -> tuple[str, ...]:
    """The fields in which two submissions differ; none: they say the same."""
    return tuple(sorted(name for name in first.keys() | other.keys() if first.get(name) != other.get(name)))
