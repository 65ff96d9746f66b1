"""The catalog as the order form needs it: products, their variants, the price of each contract length."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.values.immutable import Immutable
from services.console.asking.api import Api, Json
from services.console.asking.problem import AWAY, Problem

FRESH: Final = 5.0
"""Seconds: prices on a form may be so old; what counts is decided when the order is placed."""


class Catalog(Immutable):
    """All variants that can be ordered."""

    variants: Mapping[str, Json]

    @property
    def products(self) -> Sequence[str]:
        """Their names, sorted."""
        return sorted({variant["product_name"] for variant in self.variants.values()}, key=str.casefold)

    def of(self, product: str) -> Sequence[Json]:
        """The variants of a product, however its name is capitalised."""
        wanted = product.strip().casefold()
        found = [each for each in self.variants.values() if each["product_name"].casefold() == wanted]
        return sorted(found, key=lambda each: str(each["variant_name"]).casefold())

    def price(self, sku: str, months: object, currency: str) -> int | None:
        """Minor units for one unit and month; None: there is no such price."""
        variant = self.variants.get(sku)
        if variant is None:
            return None
        if variant["free"]:
            return 0
        for price in variant["prices"]:
            if str(price["months"]) == str(months) and price["currency"] == currency:
                return int(price["amount"])
        return None


class Catalogs:
    """The catalog, read again when it is not fresh."""

    def __init__(self) -> None:
        self._read: Catalog | None = None
        self._at = 0.0

    async def now(self, api: Api, problem: Problem | None = None) -> Catalog:
        """Raises ``Problem``. While the API is away (``problem`` says so) it is the last one that was read: a form that
        cannot show its prices is better than none.
        """
        if problem is not None and problem.code == AWAY:
            return self._read or Catalog({})
        if self._read is None or time.monotonic() - self._at > FRESH:
            rows: Sequence[dict[str, Any]] = await api.every("/catalog")
            self._read, self._at = Catalog({row["sku"]: row for row in rows if row["active"]}), time.monotonic()
        return self._read
