"""Items priced by the catalog, and the holds that follow from a price that is missing or was quoted otherwise."""

from collections.abc import Mapping

from contracts.messages.orders import ItemSubmitted
from services.engine.core.document import replace
from services.orders.documents.order import Hold, PlacedItem
from services.orders.documents.variant import Variant


def priced_item(item: ItemSubmitted, position: int, variant: Variant, currency: str) -> PlacedItem:
    """The line with its snapshot of the catalog as it is today; without a price if the catalog has none."""
    return PlacedItem(
        item_id=item_id(item, position),
        sku=item.sku,
        product_name=variant.product_name,
        variant_name=variant.variant_name,
        catalog_version=variant.version,
        months=item.months,
        quantity=item.quantity,
        unit_price=variant.price(item.months, currency),
        quoted_price=None if item.quoted_price is None else item.quoted_price.amount,
        free=variant.free,
    )


def item_id(item: ItemSubmitted, position: int) -> str:
    """The id that the sender gave, else the position from 1."""
    return item.item_id if item.item_id is not None else str(position)


def unpriced(items: tuple[PlacedItem, ...]) -> tuple[tuple[str, int], ...]:
    """The SKU and length of what has no price, each once."""
    return tuple(dict.fromkeys((item.sku, item.months) for item in items if item.unit_price is None))


def holds_of(items: tuple[PlacedItem, ...]) -> tuple[Hold, ...]:
    """Why these items make their order wait."""
    found = []
    for item in items:
        if item.unit_price is None:
            found.append(Hold(reason="price_missing", item_id=item.item_id, found=item.quoted_price))
        elif item.quoted_price is not None and item.quoted_price != item.unit_price:
            found.append(
                Hold(
                    reason="price_mismatch",
                    item_id=item.item_id,
                    expected=item.unit_price,
                    found=item.quoted_price,
                )
            )
    return tuple(found)


def fill_prices(items: tuple[PlacedItem, ...], catalog: Mapping[str, Variant], currency: str) -> tuple[PlacedItem, ...]:
    """The items with the prices that have come; what has a price keeps it, names stay as they were ordered."""
    return tuple(_fill_price(item, catalog, currency) for item in items)


def _fill_price(item: PlacedItem, catalog: Mapping[str, Variant], currency: str) -> PlacedItem:
    variant = catalog.get(item.sku)
    if item.unit_price is not None or variant is None:
        return item
    price = variant.price(item.months, currency)
    if price is None:
        return item
    return replace(item, unit_price=price, free=variant.free, catalog_version=variant.version)


def holds_after(
    holds: tuple[Hold, ...], before: tuple[PlacedItem, ...], after: tuple[PlacedItem, ...]
) -> tuple[Hold, ...]:
    """The holds once prices were filled in: derived anew for the items that changed, the others' stay."""
    changed = tuple(new for old, new in zip(before, after, strict=True) if old != new)
    ids = {item.item_id for item in changed}
    kept = tuple(hold for hold in holds if hold.item_id not in ids)
    order = {item.item_id: position for position, item in enumerate(after)}
    return tuple(sorted(kept + holds_of(changed), key=lambda hold: order[hold.item_id]))
