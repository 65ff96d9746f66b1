"""An order that waits for a price: one small document at the home of the SKU, never a list in the catalog."""

from services.engine.core.document import Document


class AwaitedPrice(Document):
    """``order_id`` waits for what a unit of ``sku`` costs for ``months`` in ``currency``."""

    sku: str
    order_id: str
    months: int
    currency: str

    @property
    def id(self) -> str:
        """The document: an order waits once for each price."""
        return awaited_price_id(self.sku, self.order_id, self.months, self.currency)


def awaited_price_id(sku: str, order_id: str, months: int, currency: str) -> str:
    """The id; ``/`` occurs in none of its parts."""
    return f"{sku}/{order_id}/{months}/{currency}"
