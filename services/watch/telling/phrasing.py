"""How a line puts counts, amounts, serials and days into words."""

from collections.abc import Iterable, Sequence

from contracts.values.money import exponent_of, written
from services.watch.telling.part import Part

NAMED = 3
"""Of several serials or codes so many are named; the rest is counted."""


def counted(number: int, noun: str) -> str:
    """``1 unit``, ``7 units``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def amount(minor_units: int, currency: str) -> str:
    """``EUR 1,290.00``; minor units, said so, in a currency that nobody knows."""
    told = written(minor_units, currency)
    return told if exponent_of(currency) is None else f"{currency} {told}"


def listed(names: Iterable[str], noun: str = "") -> str:
    """``serial SN1``, ``serials SN1, SN2 and 4 more``."""
    found = [name for name in names if name]
    some = ", ".join(found[:NAMED])
    if len(found) > NAMED:
        some = f"{some} and {len(found) - NAMED} more"
    if not noun:
        return some
    return f"{noun if len(found) == 1 else noun + 's'} {some}".strip()


def joined(*pieces: str) -> str:
    """What there is of the pieces, with commas."""
    return ", ".join(piece for piece in pieces if piece)


def sizes(items: Sequence[Part]) -> str:
    """``3 items, 7 units`` of the lines of an order."""
    units = sum(item.number("quantity") for item in items)
    return f"{counted(len(items), 'item')}, {counted(units, 'unit')}"


def spoken(code: str) -> str:
    """A code of a list as words: ``customer request``."""
    return code.replace("_", " ")


def subscription_or_serial(data: Part) -> str:
    """Whom a request about a subscription is about."""
    if data.has("subscription_id"):
        return f"subscription {data.subscription()}"
    return f"serial {data.serial()}"
