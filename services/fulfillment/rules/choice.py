"""Which item of an order a scanned device is for.

Rule: ``docs/domain.md`` section 2, order of decision. What a person named counts; where they named only a SKU, the
choice must not matter to the customer, or nobody makes it.
"""

from collections.abc import Sequence

from contracts.values.refusals import Code
from services.fulfillment.documents.ledger import Line


def find_places(lines: Sequence[Line], item_id: str | None, sku: str | None) -> tuple[int, ...] | Code:
    """The places of the items that a scan may mean, or why it means none of them."""
    if item_id is None and sku is None:
        return Code.ITEM_REQUIRED
    if item_id is None:
        return tuple(place for place, line in enumerate(lines) if line.sku == sku) or Code.ITEM_UNKNOWN
    place = next((place for place, line in enumerate(lines) if line.item_id == item_id), None)
    if place is None:
        return Code.ITEM_UNKNOWN
    if sku is not None and lines[place].sku != sku:
        return Code.SKU_MISMATCH
    return (place,)


def choose_place(lines: Sequence[Line], places: tuple[int, ...]) -> int | Code:
    """The place of the item that gets the device: of those with an open unit the only one, or the first of equals."""
    with_open = [place for place in places if lines[place].open > 0]
    if not with_open:
        return Code.ITEM_FULLY_FULFILLED
    first = lines[with_open[0]]
    if all((lines[p].months, lines[p].unit_price) == (first.months, first.unit_price) for p in with_open[1:]):
        return with_open[0]
    return Code.AMBIGUOUS_ITEM
