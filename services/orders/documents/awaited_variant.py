"""An order whose submission waits for a variant: one small document at the home of the SKU, as long as that waits."""

from services.engine.core.document import Document


class AwaitedVariant(Document):
    """``order_id`` waits for the catalog to have ``sku``. ``due`` is the waiting clock (ms) at which nobody waits any
    more: the document is gone then, whether the variant came or not.
    """

    lane: int
    due: int
    sku: str
    order_id: str


def awaited_variant_id(sku: str, order_id: str) -> str:
    """The document; ``/`` occurs in neither part."""
    return f"{sku}/{order_id}"
