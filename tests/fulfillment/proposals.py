"""What orders proposes to change, for the stories."""

from typing import Any

from contracts.messages.changes import ChangeKind, OrderChangeProposed
from contracts.messages.customers import Group
from contracts.messages.order import BillingData, Item
from tests.fulfillment.orders_known import STREET, item
from tests.scene import NOON

BILLING = BillingData(
    customer_type="business",
    company_name="Engine Ltd",
    billing_address=STREET,
    group=Group(id="engines"),
    group_source="order",
    payer="group:engines",
    term="net_30",
)
ELSEWHERE = BILLING.model_copy(update={"group": Group(id="looms"), "payer": "group:looms"})


def proposed(
    *items: Item,
    number: int = 1,
    change: ChangeKind = "amendment",
    billing: BillingData = BILLING,
    item_id: str | None = None,
    **more: Any,
) -> OrderChangeProposed:
    return OrderChangeProposed(
        order_id="o-1",
        number=number,
        change=change,
        items=items or (item(),),
        billing=billing,
        item_id=item_id,
        actor="Grace",
        **{"reason": "asked by phone", "requested_at": NOON, **more},
    )
