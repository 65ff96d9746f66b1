"""One line of kcat each to publish an order and a scan and to watch the facts."""

import json
from collections.abc import Mapping

from contracts.fulfillment import ItemFulfillmentRequested
from contracts.message import Body
from contracts.orders import OrderSubmitted

ORDER = {
    "order_id": "HELLO-1",
    "customer": {"email": "ada@example.example", "first_name": "Ada", "last_name": "Byron", "type": "individual"},
    "billing_address": {"street": "1 Main St", "city": "Berlin", "postal_code": "10115", "country": "DE"},
    "items": [{"sku": "BK-M68B-46", "months": 12, "quantity": 2}],
    "currency": "EUR",
}
SCAN = {"order_id": "HELLO-1", "sku": "BK-M68B-46", "serials": ["SN-1", "SN-2"]}


def lines(kafka: str) -> tuple[tuple[str, str], ...]:
    """(what it does, the line) for each."""
    return (
        ("publish an order", _publish(kafka, OrderSubmitted, "order-1", ORDER)),
        ("publish a scan", _publish(kafka, ItemFulfillmentRequested, "scan-1", SCAN)),
        (
            "watch the facts",
            f"kcat -b {kafka} -G watcher orders.events fulfillment.events subscriptions.events billing.events",
        ),
    )


def _publish(kafka: str, model: type[Body], id_: str, data: Mapping[str, object]) -> str:
    envelope = {"specversion": "1.0", "type": model.type_name(), "source": "me", "id": id_, "data": data}
    return f"echo '{json.dumps(envelope)}' | kcat -b {kafka} -P -t {model.topic}"
