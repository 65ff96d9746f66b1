"""Money for a person; never by way of a float.

A currency that was taken off the list is written as ever. An amount in one that nobody ever heard of is written in
its minor units and says so: better than no document, or a wrong point.
"""

from contracts.values.money import exponent_of


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
    decimals = exponent_of(currency)
    if decimals is None:
        return f"{minor_units:,} minor units" if thousands else str(minor_units)
    whole, part = divmod(abs(minor_units), 10**decimals)
    sign = "-" if minor_units < 0 else ""
    written = f"{whole:,}".replace(",", thousands)
    return f"{sign}{written}.{part:0{decimals}d}" if decimals else f"{sign}{written}"
