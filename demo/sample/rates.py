"""The fixed tables: countries with their currencies, rates of exchange, and what a month costs for a list price.

The rates are about those of the middle of 2018. They need not be right, they need to be the same in every run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.messages.catalog import Price
from contracts.values.money import CURRENCY_EXPONENTS


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 code, English name, and the ISO 4217 currency in which orders from there are placed."""

    code: str
    name: str
    currency: str


COUNTRIES: Final = (
    Country("AR", "Argentina", "ARS"),
    Country("AU", "Australia", "AUD"),
    Country("AT", "Austria", "EUR"),
    Country("BE", "Belgium", "EUR"),
    Country("BR", "Brazil", "BRL"),
    Country("CA", "Canada", "CAD"),
    Country("DK", "Denmark", "DKK"),
    Country("FI", "Finland", "EUR"),
    Country("FR", "France", "EUR"),
    Country("DE", "Germany", "EUR"),
    Country("IE", "Ireland", "EUR"),
    Country("IT", "Italy", "EUR"),
    Country("MX", "Mexico", "MXN"),
    Country("NO", "Norway", "NOK"),
    Country("PL", "Poland", "PLN"),
    Country("PT", "Portugal", "EUR"),
    Country("ES", "Spain", "EUR"),
    Country("SE", "Sweden", "SEK"),
    Country("CH", "Switzerland", "CHF"),
    Country("GB", "United Kingdom", "GBP"),
    Country("US", "United States", "USD"),
    Country("VE", "Venezuela", "VES"),
)
BY_CODE: Final[Mapping[str, Country]] = {country.code: country for country in COUNTRIES}
BY_NAME: Final[Mapping[str, Country]] = {country.name: country for country in COUNTRIES} | {
    "UK": BY_CODE["GB"],
    "USA": BY_CODE["US"],
}
"""Countries by the names that the data use."""

BASE: Final = "USD"
RATES: Final[Mapping[str, Decimal]] = {
    "USD": Decimal(1),
    "ARS": Decimal(28),
    "AUD": Decimal("1.35"),
    "BRL": Decimal("3.85"),
    "CAD": Decimal("1.31"),
    "CHF": Decimal("0.99"),
    "DKK": Decimal("6.40"),
    "EUR": Decimal("0.86"),
    "GBP": Decimal("0.76"),
    "MXN": Decimal("19.40"),
    "NOK": Decimal("8.20"),
    "PLN": Decimal("3.70"),
    "SEK": Decimal("8.90"),
    "VES": Decimal(62),
}
"""Units of each currency for one US dollar, the currency of all list prices."""

MONTHLY_PER_MILLE: Final[Mapping[int, int]] = {6: 95, 12: 60, 24: 40, 36: 30}
"""A month's price in thousandths of the list price, by contract length in months."""


def monthly_price(list_price: Decimal, months: int, currency: str) -> int:
    """A month's price in minor units of ``currency`` for a list price in US dollars; at least 1 minor unit.

    Dollars are rounded to the cent, the other currencies, from the exact dollars, to whole units, at least one.
    Halves are rounded up.
    """
    dollars = list_price * MONTHLY_PER_MILLE[months] / 1000
    minor: int = 10 ** CURRENCY_EXPONENTS[currency]
    if currency == BASE:
        return max(1, _rounded(dollars * minor))
    return max(1, _rounded(dollars * RATES[currency])) * minor


def prices(list_price: Decimal) -> tuple[Price, ...]:
    """All prices of a variant: each contract length in each currency."""
    return tuple(
        Price(months=months, currency=currency, amount=monthly_price(list_price, months, currency))
        for months in MONTHLY_PER_MILLE
        for currency in RATES
    )


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
