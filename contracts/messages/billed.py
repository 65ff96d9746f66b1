"""Who is billed: flat, as ``BillingData`` has it, and as an order has it, with the customer's part in its customer.

The one place that knows which field is which; orders and fulfillment keep the same values under the order's names.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

CUSTOMERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer_type": "type",
        "company_name": "company_name",
        "registration_number": "registration_number",
        "vat_id": "vat_id",
    }
)
"""Of billing data what stands in the customer, and its name there."""
ORDERS: Final = ("billing_address", "group", "group_source", "payer", "term")
"""Of billing data what stands in the order itself, under the same name."""


def flat_fields(order: Any) -> dict[str, Any]:
    """The fields of the billing data of an order, or of whatever has a customer and these fields as an order has."""
    customers = {name: getattr(order.customer, its) for name, its in CUSTOMERS.items()}
    return customers | {name: getattr(order, name) for name in ORDERS}


def nested_fields(billing: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of its customer, and those of the order itself, by billing data."""
    customers = {its: getattr(billing, name) for name, its in CUSTOMERS.items()}
    return customers, {name: getattr(billing, name) for name in ORDERS}
