"""Money: integer minor units with their currency beside them, never a float.

Rules: ``docs/domain.md`` section 1, "Price".
"""

from typing import Annotated, Final

from iso4217 import Currency as Iso4217
from pydantic import Field

from contracts.values.judging import judged_by
from contracts.values.model import Model
from contracts.values.refusals import Code
from contracts.values.words import wrong

MAX_PRICE = 10**10
"""Minor units for one unit and month: 100 million EUR, and still 90 USD in the weakest currency.

The largest order (2,000 units, 36 months) is worth 7.2 * 10^14: below 2^53, so that every reader of JSON keeps it
exactly. Half of a 64-bit sum holds 6,400 such orders of one account; beyond that half billing takes nothing more in
(``services/billing/documents/account.py``), so no sum overflows, whatever is sent. Sums over an account's months to be
invoiced are part of its outstanding value, and hold by the same bound; an invoice of more would need 900 million lines.
"""
CURRENCY_EXPONENTS: dict[str, int] = {c.value.upper(): c.exponent for c in Iso4217 if c.exponent is not None}
"""ISO 4217 as the installed package has it: what a new order may be in, and how many decimals its minor unit has. Units
without an exponent (gold, test codes) are no currencies.
"""
_ONCE_KNOWN: Final = {
    0: "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE"
    " CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL"
    " HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL LVL MAD MDL MGA MKD MMK MNT MOP"
    " MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR"
    " SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED"
    " VEF VES WST XAD XCD XCG YER ZAR ZMW ZWG ZWL",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
KNOWN_EXPONENTS: Final[dict[str, int]] = {
    code: exponent for exponent, codes in _ONCE_KNOWN.items() for code in codes.split()
}
"""Every currency that an amount of ours may be in, those included that ISO took off its list (its list three): an
update of the package takes nothing off here, and changes no decimals of what was agreed. A test compares: a new
currency of the package is added here before it is used.
"""


def exponent_of(currency: str) -> int | None:
    """How many decimals a currency has or had; None for one that nobody ever heard of. Never a judgement: what is in
    use stays readable and payable (``docs/domain.md`` section 3).
    """
    found = KNOWN_EXPONENTS.get(currency)
    return CURRENCY_EXPONENTS.get(currency) if found is None else found


def written(minor_units: int, currency: str, thousands: str = ",") -> str:
    """``1,234.50``; never by way of a float. An amount in a currency that nobody ever heard of is written in its minor
    units, and says so unless a program reads it (``thousands`` is empty): better than no document, or a wrong point.
    """
    decimals = exponent_of(currency)
    if decimals is None:
        return f"{minor_units:,} minor units" if thousands else str(minor_units)
    whole, part = divmod(abs(minor_units), 10**decimals)
    sign = "-" if minor_units < 0 else ""
    digits = f"{whole:,}".replace(",", thousands)
    return f"{sign}{digits}.{part:0{decimals}d}" if decimals else f"{sign}{digits}"


def _currency(value: str) -> str:
    value = value.strip()
    if value not in CURRENCY_EXPONENTS:
        raise wrong(Code.CURRENCY_UNKNOWN, f"no such currency: {value[:8]}")
    return value


def _known_currency(value: str) -> str:
    return value if value in KNOWN_EXPONENTS else _currency(value)


def _amount(value: int) -> int:
    if not 0 < value <= MAX_PRICE:
        raise wrong(Code.PRICE_INVALID, f"{value} minor units")
    return value


Currency = Annotated[str, judged_by(_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]
"""ISO 4217, on the list today: what something new may be in."""
KnownCurrency = Annotated[str, judged_by(_known_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]
"""ISO 4217, on the list today or once: an order or a subscription of before may be in it."""
MinorUnits = Annotated[int, judged_by(_amount), Field(json_schema_extra={"minimum": 1, "maximum": MAX_PRICE})]
"""A price above 0 in minor units of its currency."""


class Money(Model):
    """An amount above 0: integer minor units with their currency beside them, never a float.

    It is compared with the currency of the order or subscription that it is about, which may have been withdrawn since.
    """

    amount: MinorUnits
    currency: KnownCurrency
