"""Money for a person; never by way of a float.

A currency that was taken off the list is written as ever. An amount in one that nobody ever heard of is written in
its minor units and says so: better than no document, or a wrong point.
"""

from contracts.values.money import written

__all__ = ["amount", "decimal", "written"]


def amount(minor_units: int, currency: str) -> str:
    """``1,234.50 EUR``."""
    return f"{written(minor_units, currency)} {currency}"


def decimal(minor_units: int, currency: str) -> str:
    """``1234.50``: as a program reads it."""
    return written(minor_units, currency, "")
