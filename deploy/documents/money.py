"""Money for a person; never by way of a float."""

from contracts.money import CURRENCY_EXPONENTS


def amount(minor_units: int, currency: str) -> str:
    """``1,234.50 EUR``."""
    return f"{written(minor_units, currency)} {currency}"


def written(minor_units: int, currency: str) -> str:
    """``1,234.50``, where the currency stands elsewhere."""
    return _written(minor_units, currency, ",")


def decimal(minor_units: int, currency: str) -> str:
    """``1234.50``: as a program reads it."""
    return _written(minor_units, currency, "")


def _written(minor_units: int, currency: str, thousands: str) -> str:
    decimals = CURRENCY_EXPONENTS[currency]
    whole, part = divmod(abs(minor_units), 10**decimals)
    sign = "-" if minor_units < 0 else ""
    written = f"{whole:,}".replace(",", thousands)
    return f"{sign}{written}.{part:0{decimals}d}" if decimals else f"{sign}{written}"
