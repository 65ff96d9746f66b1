"""How values are written on a page: money, moments, words for codes."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from contracts.values.money import written

STATUSES: Final = ("pending", "confirmed", "partial", "fulfilled", "cancelled")
STATUS_WORDS: Final[Mapping[str, str]] = MappingProxyType({each: each.capitalize() for each in STATUSES})
TERMS: Final[Mapping[str, str]] = MappingProxyType(
    {"at_once": "due at once", "net_7": "Net 7", "net_14": "Net 14", "net_30": "Net 30"}
)
HOLDS: Final[Mapping[str, str]] = MappingProxyType(
    {"price_missing": "Waits for a price", "price_mismatch": "Quoted price differs from the catalog's"}
)
MONTHS: Final = (6, 12, 24, 36)


def money(minor_units: int | None, currency: str) -> str:
    """``1,234.50``; a dash where there is no price yet."""
    if minor_units is None:
        return "\u2013"
    return written(minor_units, currency).replace("-", "\u2212")


def moment(text: str | None) -> str:
    """``2026-03-02 09:00``, UTC."""
    return "" if not text else datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")


def day(text: str | None) -> str:
    """``2026-03-02``."""
    return "" if not text else date.fromisoformat(text[:10]).isoformat()


def plural(count: int, one: str, many: str = "") -> str:
    """``1 unit``, ``7 units``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def term(text: str | None) -> str:
    """The payment term of a business, in words."""
    return "payer's default" if text is None else TERMS.get(text, text)


def name_of(customer: Mapping[str, Any]) -> str:
    """A person's name; a company's where there is none; else the e-mail address."""
    person = " ".join(part for part in (customer.get("first_name"), customer.get("last_name")) if part)
    return person or str(customer.get("company_name") or customer["email"])


def spaced(kind: str) -> str:
    """``OrderStatusChanged`` as ``Order status changed``."""
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in kind).strip()
    return words[:1].upper() + words[1:]
