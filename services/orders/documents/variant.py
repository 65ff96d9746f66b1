"""A variant as the catalog has it: names, whether it is offered, and all its prices."""

from datetime import datetime

from contracts.messages.catalog import PriceSnapshot, VariantChanged, VariantSubmitted
from contracts.values.money import MAX_PRICE
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import Document


class Variant(Document):
    """One document per SKU. ``version`` is the catalog version that items keep; ``since`` the message time in force.

    ``prices`` are minor units by ``<months>:<currency>``: an order looks up one, and need not parse the others.
    """

    version: int
    since: datetime
    product_name: str
    variant_name: str
    active: bool
    free: bool
    prices: dict[str, int]

    def price(self, months: int, currency: str) -> int | None:
        """What a unit costs a month, in minor units; 0 if it is free, None if the catalog has no such price. One from
        before the bound of prices was lowered is none any more (``docs/decisions/0060``): nothing new is sold at it.
        """
        found = 0 if self.free else self.prices.get(price_key(months, currency))
        return found if found is not None and found <= MAX_PRICE else None

    def offers_more_than(self, earlier: "Variant") -> bool:
        """Whether there is a price now where there was none: an order may be waiting for it."""
        if earlier.free:
            return False
        return self.free or not _sold(self) <= _sold(earlier)

    def to_fact(self, sku: str) -> VariantChanged:
        """The variant as its fact carries it, prices by length and currency."""
        keys = sorted((int(months), currency) for months, _, currency in (k.partition(":") for k in self.prices))
        return VariantChanged(
            version=self.version,
            sku=sku,
            product_name=self.product_name,
            variant_name=self.variant_name,
            active=self.active,
            free=self.free,
            prices=tuple(PriceSnapshot(months=m, currency=c, amount=self.prices[price_key(m, c)]) for m, c in keys),
        )


def _sold(variant: Variant) -> set[str]:
    return {key for key, amount in variant.prices.items() if amount <= MAX_PRICE}


def price_key(months: int, currency: str) -> str:
    """The name of a price within its variant."""
    return f"{months}:{currency}"


def variant_refusals(body: VariantSubmitted, at: datetime, present: Variant | None) -> tuple[Refusal, ...]:
    """Why this may not become the variant: an older message time, or two prices for the same thing."""
    found = []
    if present is not None and at < present.since:
        found.append(refusal(Code.SUPERSEDED))
    seen = set()
    for position, price in enumerate(body.prices):
        key = price_key(price.months, price.currency)
        if key in seen:
            detail = f"a second price for {price.months} months in {price.currency}"
            found.append(refusal(Code.VALUE_INVALID, f"prices.{position}", detail))
        seen.add(key)
    return tuple(found)


def replace_variant(body: VariantSubmitted, at: datetime, present: Variant | None) -> Variant:
    """The variant from now on: as submitted, as a whole."""
    return Variant(
        version=1 if present is None else present.version + 1,
        since=at,
        product_name=body.product_name,
        variant_name=body.variant_name,
        active=body.active,
        free=body.free,
        prices={price_key(p.months, p.currency): p.amount for p in body.prices},
    )
