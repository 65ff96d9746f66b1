"""The hello story by a client that openapi-python-client made of the API's document; it knows nothing of Leaseline but
that. ``python hello.py ADDRESS KEY NAME``, the client beside it; what it saw comes as JSON.
"""

import json
import sys

from leaseline_client import AuthenticatedClient
from leaseline_client.api.fulfillment import item_fulfillment_requested, read_subscription
from leaseline_client.api.orders import order_confirmation_requested, order_submitted, read_order, variant_submitted
from leaseline_client.models import (
    AddressInput,
    CustomerInput,
    CustomerInputCustomerType,
    ItemFulfillmentRequestedAnswer,
    ItemFulfillmentRequestedBody,
    ItemSubmittedInput,
    ItemSubmittedInputItemSubmittedMonths,
    OrderConfirmationRequestedBody,
    OrderResource,
    OrderSubmittedAnswer,
    OrderSubmittedBody,
    PriceInput,
    PriceInputPriceMonths,
    ProblemDocument,
    SubscriptionLife,
    VariantSubmittedAnswer,
    VariantSubmittedBody,
)


def main(address: str, key: str, name: str) -> None:
    client = AuthenticatedClient(base_url=address, token=key, timeout=60)
    sku, order_id = f"{name}-SKU", f"{name}-1"
    price = PriceInput(months=PriceInputPriceMonths(12), currency="EUR", amount=900)
    variant = variant_submitted.sync(
        sku,
        client=client,
        body=VariantSubmittedBody(product_name="Clock", variant_name="Brass", prices=[price]),
        idempotency_key=f"{name}-variant",
        prefer="wait=30",
    )
    assert isinstance(variant, VariantSubmittedAnswer), variant

    def order(country: str) -> OrderSubmittedBody:
        return OrderSubmittedBody(
            order_id=order_id,
            customer=CustomerInput(
                email="ada@example.example",
                first_name="Ada",
                last_name="Byron",
                type_=CustomerInputCustomerType.INDIVIDUAL,
            ),
            billing_address=AddressInput(street="1 Main St", city="Berlin", postal_code="10115", country=country),
            items=[ItemSubmittedInput(sku=sku, months=ItemSubmittedInputItemSubmittedMonths(12), quantity=2)],
            currency="EUR",
            confirmed=True,
        )

    wrong = order_submitted.sync_detailed(client=client, body=order("XX"), prefer="wait=30")
    assert isinstance(wrong.parsed, ProblemDocument), wrong
    placed = order_submitted.sync_detailed(client=client, body=order("DE"), prefer="wait=30")
    assert isinstance(placed.parsed, OrderSubmittedAnswer), placed
    again = order_submitted.sync_detailed(client=client, body=order("DE"), prefer="wait=30")
    read = read_order.sync(order_id, client=client)
    assert isinstance(read, OrderResource), read
    confirmed = order_confirmation_requested.sync_detailed(
        order_id,
        client=client,
        body=OrderConfirmationRequestedBody(),
        idempotency_key=f"{name}-confirm",
        prefer="wait=30",
    )
    scanned = item_fulfillment_requested.sync(
        order_id,
        client=client,
        body=ItemFulfillmentRequestedBody(sku=sku, serials=[f"{name}-SN"]),
        idempotency_key=f"{name}-scan",
        prefer="wait=30",
    )
    assert isinstance(scanned, ItemFulfillmentRequestedAnswer), scanned
    life = read_subscription.sync(order_id, "1", client=client)
    assert isinstance(life, SubscriptionLife), life
    seen = {
        "placed": [int(placed.status_code), placed.headers["etag"], placed.parsed.order.order_id],
        "again": [int(again.status_code), again.headers["idempotent-replayed"]],
        "read": [read.status, read.customer.last_name, [each.quantity for each in read.items]],
        "confirmed": int(confirmed.status_code),
        "wrong": [int(wrong.status_code), wrong.parsed.code, wrong.parsed.errors[0].pointer],
        "subscription": [life.subscription_id, life.serial, str(life.state)],
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
