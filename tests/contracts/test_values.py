"""The words of the business as values: what is accepted, in which form it is kept, and which code refuses the rest."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import ItemSubmitted
from contracts.values.emails import normal_email
from contracts.values.money import (
    CURRENCY_EXPONENTS,
    KNOWN_EXPONENTS,
    MAX_PRICE,
    Currency,
    MinorUnits,
    Money,
    exponent_of,
)
from contracts.values.places import COUNTRIES, Country, demands_postal_code
from contracts.values.refusals import WHAT_TO_DO, Code
from contracts.values.text import is_blank
from contracts.values.words import (
    CivilDate,
    Email,
    Identifier,
    LineIfAny,
    LongText,
    LongTextIfAny,
    Months,
    Name,
    NameIfAny,
    Phone,
    PhoneIfAny,
    Quantity,
    Term,
)
from tests.contracts.wire import ORDER, address, binary, codes, event, order, structured, understood

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def accepted(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value, strict=True)


def refused(kind: Any, value: Any) -> str:
    """The code by which a value is refused; fails the test if it is accepted."""
    with pytest.raises(ValidationError) as caught:
        accepted(kind, value)
    (error,) = caught.value.errors()
    return str(error["type"])


@pytest.mark.parametrize("id_", ["a", "x" * 64, "RETRO-1001", "a.b_c-d", "0"])
def test_an_id_has_1_to_64_plain_characters(id_: str) -> None:
    assert accepted(Identifier, id_) == id_


@pytest.mark.parametrize("id_", ["", "x" * 65, "a b", "a/b", "a:b", "é", "a\x00", "#1", "\u0660"])
def test_any_other_id_is_refused(id_: str) -> None:
    assert refused(Identifier, id_) == "id_invalid"


@given(st.text(min_size=1, max_size=70))
def test_an_id_is_trimmed_and_accepted_exactly_when_all_its_characters_are_plain(id_: str) -> None:
    id_ = f" {id_}\t"
    inner = id_.strip()
    plain = 1 <= len(inner) <= 64 and all(c.isascii() and (c.isalnum() or c in "._-") for c in inner)

    assert (accepted(Identifier, id_) == inner) if plain else (refused(Identifier, id_) == "id_invalid")


@pytest.mark.parametrize(
    "email",
    [
        "ada@crunchy-armchair.example",
        "A@B.test",
        " ada@b.example ",
        "ü@ü.example",
        "o'neil+tag@a.b.c",
        "a@" + "b" * 250 + ".c",
    ],
)
def test_an_email_is_accepted_and_kept_as_it_came(email: str) -> None:
    assert accepted(Email, email) == email


@pytest.mark.parametrize(
    "email",
    ["", "ada", "@b.example", "ada@", "ada@localhost", "a@b@c.example", "ada@.example", "ada@b.", "a da@b.example",
     "ada@b .example", "ada\x00@b.example", "ada\t@b.example", "a@" + "b" * 251 + ".c", " " * 9000 + "a@b.c"],
)  # fmt: skip
def test_what_is_no_email_is_refused(email: str) -> None:
    assert refused(Email, email) == "email_invalid"


def test_two_emails_are_compared_trimmed_and_in_lower_case() -> None:
    assert normal_email(" Ada@Crunchy.Example ") == normal_email("ada@crunchy.example")


@pytest.mark.parametrize(("given_", "kept"), [("IE", "IE"), ("ie", "IE"), (" de ", "DE"), ("XK", "XK"), ("gb", "GB")])
def test_a_country_is_kept_in_capitals(given_: str, kept: str) -> None:
    assert accepted(Country, given_) == kept


@pytest.mark.parametrize("country", ["", "UK", "uk", "EU", "AN", "ZZ", "IRL", "Ireland", "\ufb01", "\u0131e"])
def test_what_is_no_country_is_refused(country: str) -> None:
    assert refused(Country, country) == "country_unknown"


def test_uk_is_refused_with_the_hint_at_gb() -> None:
    with pytest.raises(ValidationError, match="GB is"):
        accepted(Country, "UK")


def test_there_are_249_official_countries_and_kosovo() -> None:
    assert len(COUNTRIES) == 250
    assert {country for country in COUNTRIES if demands_postal_code(country)} > {"DE", "GB", "US", "JP"}


@pytest.mark.parametrize("country", ["IE", "HK", "AE", "QA", "PA", "CW", "SX", "BD", "CL", "VN", "BQ", "XK"])
def test_a_postal_code_may_be_empty_where_there_is_none(country: str) -> None:
    for empty in (None, "", "  "):
        assert codes(order(billing_address=address(country=country, postal_code=empty)), ORDER) == set()


@pytest.mark.parametrize("country", ["DE", "GB", "US", "JP"])
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_a_postal_code_may_not_be_empty_elsewhere(country: str, empty: str | None) -> None:
    found = codes(order(billing_address=address(country=country, postal_code=empty)), ORDER)

    assert found == {("billing_address.postal_code", "postal_code_invalid")}


@pytest.mark.parametrize(("postal_code", "wrong"), [("x" * 16, False), (" " + "x" * 16 + " ", False), ("x" * 17, True)])
def test_a_postal_code_has_at_most_16_characters_in_any_format(postal_code: str, wrong: bool) -> None:
    found = codes(order(billing_address=address(country="AQ", postal_code=postal_code)), ORDER)

    assert (found == {("billing_address.postal_code", "postal_code_invalid")}) is wrong


def test_a_wrong_country_hides_neither_a_long_postal_code_nor_blames_an_empty_one() -> None:
    def wrong(postal_code: str) -> set[tuple[str, str]]:
        return codes(order(billing_address=address(country="UK", postal_code=postal_code)), ORDER)

    assert wrong("x" * 17) == {
        ("billing_address.country", "country_unknown"),
        ("billing_address.postal_code", "postal_code_invalid"),
    }
    assert wrong("") == {("billing_address.country", "country_unknown")}


@pytest.mark.parametrize("phone", ["1", "+353 1 555 0100", "ask Ada", "9" * 40])
def test_a_phone_number_is_kept_as_it_came(phone: str) -> None:
    assert accepted(Phone, phone) == phone


@pytest.mark.parametrize("phone", ["", "   ", "9" * 41])
def test_a_phone_number_has_1_to_40_characters(phone: str) -> None:
    assert refused(Phone, phone) == "phone_invalid"


@given(st.text(max_size=250))
def test_a_name_is_kept_trimmed_in_one_normal_form_or_refused_for_its_length(name: str) -> None:
    kept_ones = (c for c in name if unicodedata.category(c) not in ("Cc", "Zl", "Zp") and c not in DIRECTIONS)
    tidy = unicodedata.normalize("NFC", "".join(kept_ones)).strip()

    if is_blank(tidy):
        assert refused(Name, name) == "field_required"
    elif len(tidy) > 200:
        assert refused(Name, name) == "text_too_long"
    else:
        kept = accepted(Name, name)
        assert kept == tidy
        assert accepted(Name, kept) == kept


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0\t\n", " " * 5000])
@pytest.mark.parametrize("kind", [NameIfAny, LineIfAny, LongTextIfAny, PhoneIfAny])
def test_optional_text_that_is_blank_is_absent(kind: Any, blank: str) -> None:
    assert accepted(kind, blank) is None
    assert accepted(kind, None) is None


@pytest.mark.parametrize(
    ("kind", "longest", "code"),
    [
        (NameIfAny, 200, "text_too_long"),
        (LineIfAny, 200, "text_too_long"),
        (LongTextIfAny, 4000, "text_too_long"),
        (PhoneIfAny, 40, "phone_invalid"),
    ],
)
def test_optional_text_that_is_there_keeps_its_rules(kind: Any, longest: int, code: str) -> None:
    assert accepted(kind, "x" * longest) == "x" * longest
    assert refused(kind, "x" * longest + "y") == code
    assert refused(kind, 7) == "string_type"


@given(st.sampled_from([NameIfAny, LineIfAny, LongTextIfAny, PhoneIfAny]), st.text(max_size=40))
def test_what_was_read_once_is_read_as_the_same_again(kind: Any, text: str) -> None:
    kept = accepted(kind, text)
    assert accepted(kind, kept) == kept


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_order_form_that_sends_its_blank_fields_says_what_one_without_them_says(blank: str) -> None:
    ada = order()["customer"]
    filled = order(
        customer={**ada, "phone": blank, "company_name": blank, "registration_number": blank, "vat_id": blank},
        billing_address=address(street2=blank, region=blank),
    )
    plain = understood(structured(event(order(), ORDER)))
    found = understood(structured(event(filled, ORDER)))
    assert found.refusals == ()
    assert found.body == plain.body
    assert understood(*binary(event(filled, ORDER))).body == plain.body


def test_text_that_must_be_there_may_not_be_blank() -> None:
    wrong = order(billing_address=address(street=" ", city=""))
    assert codes(wrong, ORDER) == {
        ("billing_address.street", "field_required"),
        ("billing_address.city", "field_required"),
    }


def test_a_blank_in_a_change_is_refused_because_it_may_mean_to_empty_or_to_leave() -> None:
    change = {"order_id": "RETRO-1001", "actor": "Ada", "reason": ""}
    changed = {"contact": {"phone": ""}, "billing": {"company_name": "", "vat_id": " "}}
    assert codes({**change, **changed}, OrderAmendmentRequested.type_name()) == {
        ("contact.phone", "phone_invalid"),
        ("billing.company_name", "field_required"),
        ("billing.vat_id", "field_required"),
    }


@pytest.mark.parametrize(("length", "fits"), [(4000, True), (4001, False)])
def test_a_note_has_at_most_4000_characters(length: int, fits: bool) -> None:
    text = "x" * length

    assert (accepted(LongText, text) == text) if fits else (refused(LongText, text) == "text_too_long")


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("ISK", 0),
        ("CLP", 0),
        ("HUF", 2),
        ("TND", 3),
        ("KWD", 3),
        ("IQD", 3),
    ],
)
def test_the_decimals_of_a_currency_are_those_of_iso_4217(currency: str, decimals: int) -> None:
    assert accepted(Currency, currency) == currency
    assert CURRENCY_EXPONENTS[currency] == decimals


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "BTC", "XAU", "XXX", "XTS", "XDR", "DEM", "€"])
def test_what_is_no_currency_with_decimals_is_refused(currency: str) -> None:
    assert refused(Currency, currency) == "currency_unknown"


@pytest.mark.parametrize("amount", [1, 2900, MAX_PRICE])
def test_a_price_is_a_whole_number_of_minor_units_above_0(amount: int) -> None:
    assert Money(amount=amount, currency="JPY").amount == amount


@pytest.mark.parametrize("amount", [0, -1, MAX_PRICE + 1, 2**70])
def test_a_price_of_nothing_or_beyond_all_rents_is_refused(amount: int) -> None:
    assert refused(MinorUnits, amount) == "price_invalid"


@pytest.mark.parametrize("amount", ["2900", "29.00", True, None])
def test_money_is_never_text_or_truth(amount: Any) -> None:
    assert refused(MinorUnits, amount) == "int_type"


@pytest.mark.parametrize("amount", [29.0, 29.99])
def test_money_is_never_a_float(amount: float) -> None:
    assert refused(MinorUnits, amount) in ("int_type", "int_from_float")


def test_the_largest_order_at_the_largest_price_is_kept_exactly_by_every_reader_of_json() -> None:
    assert 2000 * 36 * MAX_PRICE < 2**53


def test_every_currency_of_the_package_is_known_with_the_same_decimals_so_that_an_update_takes_none_off() -> None:
    assert {code: KNOWN_EXPONENTS.get(code) for code in CURRENCY_EXPONENTS} == CURRENCY_EXPONENTS


@pytest.mark.parametrize(("currency", "decimals"), [("HRK", 2), ("BGN", 2), ("BYR", 0), ("EUR", 2), ("XXX", None)])
def test_the_decimals_of_a_withdrawn_currency_stay_known(currency: str, decimals: int | None) -> None:
    assert exponent_of(currency) == decimals


@pytest.mark.parametrize("months", range(40))
def test_a_contract_runs_6_12_24_or_36_months(months: int) -> None:
    if months in (6, 12, 24, 36):
        assert accepted(Months, months) == months
    else:
        assert refused(Months, months) == "contract_length_invalid"


@pytest.mark.parametrize(
    ("quantity", "fits"), [(0, False), (1, True), (500, True), (501, False), (80_995, False), (-1, False)]
)
def test_an_item_has_1_to_500_units_and_not_80995_by_a_typing_error(quantity: int, fits: bool) -> None:
    if fits:
        assert accepted(Quantity, quantity) == quantity
    else:
        assert refused(Quantity, quantity) == "quantity_limit"


@pytest.mark.parametrize("term", ["net_7", "net_14", "net_30"])
def test_the_terms_that_can_be_asked_for(term: str) -> None:
    assert accepted(Term, term) == term


@pytest.mark.parametrize("term", ["net_45", "at_once", "", "NET_14"])
def test_any_other_term_is_refused_at_once_too(term: str) -> None:
    assert refused(Term, term) == "term_unknown"


@given(st.dates())
def test_a_day_is_read_and_written_as_year_month_day(day: date) -> None:
    adapter = TypeAdapter(CivilDate)

    assert adapter.validate_json(f'"{day.isoformat()}"', strict=True) == day
    assert adapter.dump_json(day) == f'"{day.isoformat()}"'.encode()
    assert adapter.dump_python(day) == day.isoformat()


@pytest.mark.parametrize(
    "day",
    ["", "2024-02-30", "2023-02-29", "2024-13-01", "0000-01-01", "2024-W20-1", "20240514", "2024-5-14", "14.05.2024",
     "2024-05-14T00:00:00Z", "1715644800", "\uff12\uff10\uff12\uff14-05-14", "2024-05-14\n"],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_is_refused(day: str) -> None:
    assert refused(CivilDate, day) == "value_invalid"


def test_a_day_is_no_number() -> None:
    assert refused(CivilDate, 19_857) == "date_type"


@given(st.from_regex(r"[0-9]{1,5}-?[0-9W]{1,3}-?[0-9]{1,3}", fullmatch=True))
def test_a_text_is_a_day_exactly_if_the_calendar_writes_it_so(text: str) -> None:
    try:
        known = date.fromisoformat(text).isoformat() == text
    except ValueError:
        known = False

    if known:
        assert accepted(CivilDate, text) == date.fromisoformat(text)
    else:
        assert refused(CivilDate, text) == "value_invalid"


def test_quotes_around_a_number_and_numbers_without_a_currency_are_refused() -> None:
    items = [{"sku": "RETRO-CLOCK", "months": 12, "quantity": "1", "quoted_price": {"amount": 2900}}]

    assert codes(order(items=items), ORDER) == {
        ("items.0.quantity", "wrong_type"),
        ("items.0.quoted_price.currency", "field_required"),
    }


def test_null_is_as_good_as_leaving_an_optional_field_out() -> None:
    assert codes(order(group=None, term=None, shipping_address=None), ORDER) == set()
    assert ItemSubmitted.model_validate_json('{"sku":"A","months":6,"quantity":1,"item_id":null}').item_id is None


def test_a_model_is_frozen_and_can_be_a_key() -> None:
    scan = ItemFulfillmentRequested(order_id="RETRO-1001", serials=("ARM-0007",))

    with pytest.raises(ValidationError, match="frozen"):
        scan.order_id = "RETRO-1002"  # type: ignore[misc]
    assert {scan: 1}[scan.model_copy()] == 1


def test_what_to_do_about_a_price_names_the_bound_that_counts() -> None:
    assert f"from 1 to {MAX_PRICE:,}," in WHAT_TO_DO[Code.PRICE_INVALID]
