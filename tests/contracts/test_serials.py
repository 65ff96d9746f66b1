import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values.serials import normalised


@pytest.mark.parametrize(
    ("raw", "serial"),
    [
        ("C02X1234", "C02X1234"),
        ("c02x 1234\r\n", "C02X1234"),
        ("  sn-0O \t", "SN-0O"),
        ("\uff33\uff2e\uff11", "SN1"),  # full-width, as a Japanese keyboard types it
        ("a\u00a0b\u3000c", "ABC"),
        ("stra\u00dfe", "STRASSE"),
        ("e\u0301", "\u00c9"),
        ("a \u0301", "\u00c1"),  # a blank between a letter and its accent: the second NFKC joins them
        ("x" * 64, "X" * 64),
    ],
)
def test_a_serial_is_compared_in_one_form_whatever_the_scanner_made_of_the_label(raw: str, serial: str) -> None:
    assert normalised(raw) == serial


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " \t ",
        "x" * 65,
        "a\x00b",
        "a\x1db",  # the group separator of a GS1 code: several fields, not one serial
        "a\u200bb",  # zero width space
        "a\u202eb",  # right-to-left override
        "a\u3164b",  # Hangul filler: a letter that shows nothing
        "a\ufe0f",  # variation selector
        "a\u2800b",
        "a\ue000",  # private use
        "\ufdfa" * 5,  # each becomes 15 letters
        " " * 300 + "a",  # no label is that long
    ],
)
def test_what_is_empty_too_long_or_invisible_is_no_serial(raw: str) -> None:
    assert normalised(raw) is None


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalised(raw)
    assert once is None or normalised(once) == once


@given(st.text(alphabet="aB1- ", max_size=40), st.sampled_from(["", " ", "\n", "\u00a0", "\u3000"]))
def test_blanks_and_case_make_no_other_serial(raw: str, blank: str) -> None:
    assert normalised(blank + raw.upper() + blank) == normalised(raw.lower())
