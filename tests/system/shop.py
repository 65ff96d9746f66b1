"""A small shop's messages: a variant, orders of two units, their scans."""

from datetime import UTC, datetime
from typing import Any

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import OrderSubmitted
from contracts.wire.message import Body
from demo.sample.outbound import PLAIN, Carriage, Outbound, Sending

SOURCE = "shop.test"
SKU = "CLOCK"
TIME = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def variant(sku: str = SKU) -> Outbound:
    data = {
        "sku": sku,
        "product_name": "Clock",
        "variant_name": "Brass",
        "prices": [{"months": 12, "currency": "EUR", "amount": 900}],
    }
    return sent(VariantSubmitted, f"variant-{sku}", data)


def order_data(order_id: str, units: int = 2) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "customer": {
            "email": f"{order_id}@example.example",
            "first_name": "Ada",
            "last_name": "Byron",
            "type": "individual",
        },
        "billing_address": {"street": "1 Main St", "city": "Berlin", "postal_code": "10115", "country": "DE"},
        "items": [{"sku": SKU, "months": 12, "quantity": units}],
        "currency": "EUR",
    }


def order(order_id: str, units: int = 2, id_: str | None = None, carriage: Carriage = PLAIN) -> Outbound:
    return sent(OrderSubmitted, id_ or f"order-{order_id}", order_data(order_id, units), carriage)


def scan(order_id: str, *serials: str, id_: str | None = None, carriage: Carriage = PLAIN) -> Outbound:
    data = {"order_id": order_id, "sku": SKU, "serials": list(serials)}
    return sent(ItemFulfillmentRequested, id_ or f"scan-{order_id}-{serials[0]}", data, carriage)


def sent(model: type[Body], id_: str, data: dict[str, Any], carriage: Carriage = PLAIN) -> Outbound:
    return Sending(model, id_, SOURCE, TIME, data=data, carriage=carriage).outbound()
