"""How a form's fields are called on the page: what a refusal says in its summary."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.console.asking.problem import Reason

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "email": "Email",
        "first_name": "First name",
        "last_name": "Last name",
        "phone": "Phone",
        "type": "Customer type",
        "company_name": "Company name",
        "registration_number": "Registration number",
        "vat_id": "VAT id",
        "street": "Street address",
        "street2": "Street, second line",
        "city": "City",
        "postal_code": "Postal code",
        "country": "Country",
        "region": "Region",
        "term": "Payment Terms",
        "group": "Billing Group",
        "items": "Order Items",
        "sku": "Variant",
        "months": "Contract length",
        "quantity": "Quantity",
        "currency": "Currency",
        "serial": "Serial number",
        "serials": "Serial number",
        "start_date": "Start date",
        "reason": "Reason",
        "text": "Note",
    }
)
_ITEM: Final = re.compile(r"items(?:\.(?:add|change))?\.([0-9]+)(?:\.(\w+))?")
_PLAINER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "field_required": "Fill it in.",
        "address_incomplete": "Fill it in.",
    }
)
"""Sentences for somebody before a form, where the API's speaks to whoever writes a request."""


def label_of(field: str) -> str:
    """``customer.email`` as ``Email``, ``items.2.quantity`` as ``Item 3, quantity``."""
    item = _ITEM.fullmatch(field)
    if item is not None:
        row = f"Item {int(item[1]) + 1}"
        return row if item[2] is None else f"{row}, {_WORDS.get(item[2], item[2]).lower()}"
    head, *parts = field.split(".")
    if head == "serials":
        return _WORDS[head]
    words = _WORDS.get(parts[-1] if parts else head, field)
    return f"{words} of the shipping address" if head == "shipping_address" else words


def sentence(reason: Reason) -> str:
    """What stands at the field."""
    return _PLAINER.get(reason.code, reason.text)
