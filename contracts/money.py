"""Money: integer minor units with their currency beside them, never a float.

Rules: ``domain.md`` section 1, "Price".
"""

from typing import Annotated

from iso4217 import Currency as Iso4217
from pydantic import AfterValidator, Field

from contracts.model import Model
from contracts.refusals import Code
from contracts.values import wrong

MAX_PRICE = 10**12
"""Minor units. Far above any rent; 2,000 units x 36 months of it still fit into 64 bits."""
CURRENCY_EXPONENTS: dict[str, int] = {c.value.upper(): c.exponent for c in Iso4217 if c.exponent is not None}
"""ISO 4217: how many decimals the minor unit has. Units without an exponent (gold, test codes) are no currencies."""


def _currency(value: str) -> str:
    if value not in CURRENCY_EXPONENTS:
        raise wrong(Code.CURRENCY_UNKNOWN, f"no such currency: {value[:8]}")
    return value


def _amount(value: int) -> int:
    if not 0 < value <= MAX_PRICE:
        raise wrong(Code.PRICE_INVALID, f"{value} minor units")
    return value


Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]
"""ISO 4217."""
MinorUnits = Annotated[int, AfterValidator(_amount), Field(json_schema_extra={"minimum": 1, "maximum": MAX_PRICE})]
"""A price above 0 in minor units of its currency."""


class Money(Model):
    """An amount above 0: integer minor units with their currency beside them, never a float."""

    amount: MinorUnits
    currency: Currency
