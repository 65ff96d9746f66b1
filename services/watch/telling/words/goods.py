"""The catalog, and who waits for a price or a variant."""

from typing import Final

from contracts.messages import catalog, orders
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrases, asked, internal, said
from services.watch.telling.phrasing import counted, joined


def _variant(data: Part, what: str) -> str:
    inner = joined(
        "free" if data.flag("free") else counted(data.count("prices"), "price"),
        "no longer offered" if data.values.get("active") is False else "",
    )
    return f"variant {data.identifier('sku')} {what}: {data.text('product_name')} {data.text('variant_name')}, {inner}"


PHRASES: Final[Phrases] = {
    catalog.VariantSubmitted: asked(lambda data: _variant(data, "submitted")),
    catalog.VariantChanged: said(lambda data: _variant(data, "stands")),
    orders.PriceAwaited: internal(
        lambda data: (
            f"order {data.identifier('order_id')} waits for a price of {data.identifier('sku')}: "
            f"{data.number('months')} months in {data.text('currency')}"
        )
    ),
    orders.PriceFound: internal(
        lambda data: f"price of {data.identifier('sku')} has come for order {data.identifier('order_id')}"
    ),
    orders.PricesDue: internal(lambda data: f"more orders that wait for a price of {data.identifier('sku')} are due"),
    orders.VariantAwaited: internal(
        lambda data: f"order {data.identifier('order_id')} waits for variant {data.identifier('sku')}"
    ),
    orders.VariantsDue: internal(lambda data: f"more orders that wait for variant {data.identifier('sku')} are due"),
    orders.SubmissionDue: internal(
        lambda data: f"submission of order {data.identifier('order_id')} is looked at again"
    ),
}
"""Those of the catalog, and of what it wakes."""
