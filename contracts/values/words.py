"""The words of the business as types: ids, text, terms, counts, dates. A value that breaks a rule names its code.

Rules: ``docs/domain.md`` section 1, "Text rules". Every error raised in here is a ``PydanticCustomError``
whose type is a member of ``contracts.values.refusals.Code``.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from contracts.values.emails import SCHEMA as EMAIL_SCHEMA
from contracts.values.emails import why_no_email
from contracts.values.immutable import Immutable
from contracts.values.judging import judged_by
from contracts.values.refusals import Code
from contracts.values.text import is_blank, tidy, tidy_lines, without_controls

ID_PATTERN = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
PERIOD_PATTERN = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])\Z")
SUBSCRIPTION_PATTERN = re.compile(r"([A-Za-z0-9._-]{1,64})/([1-9][0-9]{0,5})\Z")
LENGTHS = (6, 12, 24, 36)
TERMS = ("net_7", "net_14", "net_30")
AT_ONCE = "at_once"
FIRST_CLOCK_YEAR, LAST_CLOCK_YEAR = 1970, 9990


def wrong(code: Code, message: str) -> PydanticCustomError:
    """The error that names a code, for validators."""
    return PydanticCustomError(code.value, "{found}", {"found": message})


def _identifier(value: str) -> str:
    value = value.strip()
    if ID_PATTERN.match(value) is None:
        raise wrong(Code.ID_INVALID, "not 1 to 64 of A-Z a-z 0-9 . _ -")
    return value


def _text(most: int, tidied: Callable[[str], str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = tidied(value)
        if is_blank(value):
            raise wrong(Code.FIELD_REQUIRED, "nothing to be seen")
        if len(value) > most:
            raise wrong(Code.TEXT_TOO_LONG, f"{len(value)} characters, at most {most}")
        return value

    return check


def _if_any(check: Callable[[str], str]) -> AfterValidator:
    """For optional text: shops send every field of a form, blank ones, too."""

    def checked(value: str | None) -> str | None:
        return None if value is None or is_blank(value) else check(value)

    return judged_by(checked)


class _UpTo(Immutable):
    """The schema of optional text: what we write is never blank, what we read may be."""

    most: int

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        least = {"minLength": 1} if handler.mode == "serialization" else {}
        return {**handler(schema), **least, "maxLength": self.most}


def _email(value: str) -> str:
    why = why_no_email(value)
    if why is not None:
        raise wrong(Code.EMAIL_INVALID, why)
    return value


def _phone(value: str) -> str:
    value = without_controls(value)
    if is_blank(value) or len(value) > 40:
        raise wrong(Code.PHONE_INVALID, f"{len(value)} characters, at most 40, or nothing to be seen")
    return value


def _term(value: str) -> str:
    value = value.strip()
    if value not in TERMS:
        raise wrong(Code.TERM_UNKNOWN, f"no such term: {value[:16]}")
    return value


def _months(value: int) -> int:
    if value not in LENGTHS:
        raise wrong(Code.CONTRACT_LENGTH_INVALID, f"{value} months")
    return value


def _quantity(value: int) -> int:
    if not 1 <= value <= 500:
        raise wrong(Code.QUANTITY_LIMIT, f"{value} units")
    return value


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise wrong(Code.VALUE_INVALID, "a time without an offset from UTC")
    if value.utcoffset():
        try:
            value = value.astimezone(UTC)
        except OverflowError as error:
            raise wrong(Code.VALUE_INVALID, "a time outside the years 1 to 9999 in UTC") from error
    surplus = value.microsecond % 1000
    if value.tzinfo is UTC and not surplus:
        return value
    return value.replace(microsecond=value.microsecond - surplus, tzinfo=UTC)


def _of_a_clock(value: datetime) -> datetime:
    if not FIRST_CLOCK_YEAR <= value.year <= LAST_CLOCK_YEAR:
        raise wrong(Code.VALUE_INVALID, f"{value.year}, a clock says {FIRST_CLOCK_YEAR} to {LAST_CLOCK_YEAR}")
    return value


@lru_cache(maxsize=1024)
def stamp(time: datetime) -> str:
    """A time as it stands on the wire: RFC 3339 in UTC with milliseconds and ``Z``."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if DAY_PATTERN.match(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise wrong(Code.VALUE_INVALID, "not a day of the calendar as YYYY-MM-DD")


def _period(value: str) -> str:
    value = value.strip()
    if PERIOD_PATTERN.match(value) is None:
        raise wrong(Code.VALUE_INVALID, "not a calendar month as YYYY-MM")
    return value


def _billing_day(value: int) -> int:
    if not 1 <= value <= 28:
        raise wrong(Code.VALUE_INVALID, f"day {value}, a billing day lies between 1 and 28")
    return value


def _subscription_id(value: str) -> str:
    value = value.strip()
    if SUBSCRIPTION_PATTERN.match(value) is None:
        raise wrong(Code.ID_INVALID, "not an order id, a slash and a number")
    return value


Identifier = Annotated[str, judged_by(_identifier), Field(json_schema_extra={"pattern": "^[A-Za-z0-9._-]{1,64}$"})]
"""An order, customer, item or group id: 1 to 64 of ``A-Z a-z 0-9 . _ -``, case-sensitive, blanks around it dropped."""
Sku = Annotated[str, judged_by(_identifier), Field(json_schema_extra={"pattern": "^[A-Za-z0-9._-]{1,64}$"})]
"""A stock keeping unit; the same characters as ids."""
_name, _long_text = _text(200, tidy), _text(4000, tidy_lines)
Name = Annotated[str, judged_by(_name), Field(json_schema_extra={"minLength": 1, "maxLength": 200})]
"""A name as it comes (NFC, trimmed), 1 to 200 characters."""
NameIfAny = Annotated[Annotated[str, _UpTo(200)] | None, _if_any(_name)]
"""The same where it may be absent; a blank one is."""
Line = Name
"""A line of an address, under the same rules."""
LineIfAny = NameIfAny
"""One that may be absent."""
LongText = Annotated[str, judged_by(_long_text), Field(json_schema_extra={"minLength": 1, "maxLength": 4000})]
"""Free text, at most 4,000 characters."""
LongTextIfAny = Annotated[Annotated[str, _UpTo(4000)] | None, _if_any(_long_text)]
"""The same where it may be absent; a blank one is."""
Email = Annotated[str, judged_by(_email), Field(json_schema_extra={"pattern": EMAIL_SCHEMA, "maxLength": 254})]
"""An e-mail address in the form it came in; compare by ``contracts.values.emails.normal_email``."""
Phone = Annotated[str, judged_by(_phone), Field(json_schema_extra={"minLength": 1, "maxLength": 40})]
"""A phone number as it came, 1 to 40 characters."""
PhoneIfAny = Annotated[Annotated[str, _UpTo(40)] | None, _if_any(_phone)]
"""The same where it may be absent; a blank one is."""
Term = Annotated[str, judged_by(_term), Field(json_schema_extra={"enum": list(TERMS)})]
"""A payment term that can be asked for. What is in force may also be ``at_once``."""
Months = Annotated[int, judged_by(_months), Field(json_schema_extra={"enum": list(LENGTHS)})]
"""A contract length in months."""
Quantity = Annotated[int, judged_by(_quantity), Field(json_schema_extra={"minimum": 1, "maximum": 500})]
Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1), WithJsonSchema({"type": "integer", "format": "int64"})]
"""A whole number that the store can hold: a count, a version, a lane, a total in minor units."""
Instant = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(stamp, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time, UTC, in whole milliseconds (what MongoDB keeps)."""
ClockTime = Annotated[Instant, AfterValidator(_of_a_clock)]
"""What a clock says, 1970 to 9990: in no time zone of the world its civil date leaves the calendar."""
CivilDate = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A day of the calendar without a time zone; text wherever it is stored or sent."""

Period = Annotated[str, judged_by(_period), Field(json_schema_extra={"pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})]
"""A calendar month, ``YYYY-MM``: what an invoice is about."""
BillingDay = Annotated[int, judged_by(_billing_day), Field(json_schema_extra={"minimum": 1, "maximum": 28})]
"""The day of the month on which a payer is invoiced."""
SubscriptionId = Annotated[
    str,
    judged_by(_subscription_id),
    Field(json_schema_extra={"pattern": "^[A-Za-z0-9._-]{1,64}/[1-9][0-9]{0,5}$"}),
]
"""An order id, a slash, and the running number of one of its subscriptions."""
