"""The catalog: variants with all their prices."""

from typing import Annotated, ClassVar

from pydantic import Field, WithJsonSchema

from contracts.values.model import Model
from contracts.values.money import Currency, MinorUnits
from contracts.values.words import Months, Name, Sku, Whole
from contracts.wire.message import Fact, Request


class Price(Model):
    """What a month costs for one contract length in one currency, in minor units."""

    months: Months
    currency: Currency
    amount: MinorUnits


_KnownWhole = Annotated[Whole, WithJsonSchema({"type": "integer"})]


class PriceSnapshot(Model):
    """A price as facts carry it: it was judged when it came, and is not again. A currency or a contract length that is
    taken off the list one day, or a bound that becomes lower, must not make what was said unreadable.
    """

    months: _KnownWhole
    currency: Annotated[str, Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]
    amount: _KnownWhole


class VariantSubmitted(Request):
    """Creates or replaces a variant as a whole; the newest message time wins (``superseded``)."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "catalog.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: Sku
    product_name: Name
    variant_name: Name
    active: bool = True
    free: bool = False
    prices: tuple[Price, ...] = ()


class VariantChanged(Fact):
    """The variant as it stands now. ``version`` is the catalog version that items keep in their snapshot."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("sku", "sku:"),)

    sku: str
    product_name: str
    variant_name: str
    active: bool
    free: bool
    prices: tuple[PriceSnapshot, ...]
