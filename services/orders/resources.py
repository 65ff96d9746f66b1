"""What of orders is told over HTTP."""

from collections.abc import Mapping

from pydantic import Field

from contracts.messages.order import Order
from services.orders.queries import FoundOrder
from services.orders.rules.contract import to_contract


class OrderResource(Order):
    """An order as it stands: as its facts carry it, with its subscriptions and what lies before it."""

    version: int = Field(description="Counts the facts about the order; the header ETag has it, If-Match takes it.")
    source: str = Field(description="Who submitted it.")
    notes: int = Field(description="How many notes there are.")
    changes_asked: int = Field(description="How often fulfillment was asked about a change of it.")
    subscriptions: Mapping[str, str] = Field(description="The state of each subscription by its id.")


def order_of(found: FoundOrder) -> OrderResource:
    """The resource of an order that was found."""
    order = found.order
    told = to_contract(order)
    return OrderResource.model_construct(
        **{name: getattr(told, name) for name in type(told).model_fields},
        version=order.version,
        source=found.source,
        notes=order.notes,
        changes_asked=order.changes,
        subscriptions=found.subscriptions,
    )
