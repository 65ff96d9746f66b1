from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.messages.assets import AssetReceived
from contracts.messages.life import ReturnSubmitted
from contracts.values.labels import serials_found_by
from contracts.values.serials import normalised
from services.fulfillment.settings import read_labels

GS = "\x1d"
GTIN = "0104012345678901"


@pytest.mark.parametrize(
    "reading",
    [
        "ARM-0007",
        "]C0ARM-0007",
        "]d1arm-0007",
        "]C1ARM-0007",  # a scanner that says GS1-128 of everything
        f"]C1{GTIN}21ARM-0007",
        f"]d2{GTIN}21ARM-0007",
        f"]Q3{GTIN}10LOT{GS}21ARM-0007{GS}",
        f"]c1{GTIN}21arm-0007",  # caps lock
        f"]C1{GS}{GTIN}21ARM-0007",
        "]C121ARM-0007",
        f"{GTIN}21ARM-0007{GS}10LOT",
        f"{GS}{GTIN}21ARM-0007",
        f"{GS}ARM-0007",
        f"ARM-0007{GS}\r\n",
        "(01)04012345678901(21)ARM-0007",
        " (01) 0401234 5678901 (21) ARM-0007\r\n",
        "]C1(01)04012345678901(21)ARM-0007",
        "(01)04012345678901(17)000230(21)ARM-0007",  # a day that no calendar has
        *(f"ARM{dash}0007" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30a0\u207b"),
        f"]C1{GTIN}21ARM\u20110007",
        "\uff3d\uff23\uff11ARM-0007",  # typed by a full-width keyboard
    ],
)
def test_one_label_is_one_device_whatever_read_it(reading: str) -> None:
    assert normalised(reading) == "ARM-0007"


@pytest.mark.parametrize(
    "reading",
    [
        "S1\nS2",
        "S1\tS2",
        "S1\r\nS2",
        "S1\x0bS2",
        "S1\u2028S2",
        "S1 \n S2",
        f"S1{GS}S2",
        f"]C121S1{GS}21S2",
        "(21)S1(21)S2",
        "(01)04012345678901",  # the product alone: every device of it has this label
        f"]C1{GTIN}",
        f"]C1{GTIN}21{'A' * 25}",  # longer than a serial is there: never cut, never a device of its own
        f"(01)04012345678901(21){'A' * 25}",
        "ARM\u00ad0007",  # a soft hyphen is not seen
        "]C1",
        GS,
    ],
)
def test_two_labels_in_one_field_and_labels_without_a_serial_are_none(reading: str) -> None:
    assert normalised(reading) is None


@pytest.mark.parametrize(
    ("reading", "serial"),
    [
        (f"{GTIN}21ARM-0007", f"{GTIN}21ARM-0007"),
        ("21ARM-0007", "21ARM-0007"),
        (f"2100450{GS}", "2100450"),  # an end alone makes no element string of a plain label
        (f"{GS}10ABC", "10ABC"),
        ("(C)2100", "(C)2100"),
        ("A(21)B", "A(21)B"),
        ("A]C1B", "A]C1B"),
        ("(01)04012345678901(21)AB(C)1", "AB(C)1"),
        ("\tS1\r\n", "S1"),
    ],
)
def test_what_merely_looks_like_an_element_string_is_taken_as_it_is(reading: str, serial: str) -> None:
    assert normalised(reading) == serial


LABELS = st.lists(
    st.sampled_from(
        [
            "]C1",
            "]d2",
            "]Q3",
            "]",
            "]\u00df1",
            "(01)",
            "(21)",
            "(10)",
            GS,
            GTIN,
            "21",
            "10",
            "A",
            "-",
            "\u2011",
            " ",
            "\n",
            "\u00df",
            "7",
            "(",
            ")",
            "S/N:",
        ]
    ),
    max_size=12,
).map("".join)


@given(LABELS | st.text(max_size=60))
@example("]\u01311X")
def test_a_serial_is_its_own_label(raw: str) -> None:
    once = normalised(raw)
    assert once is None or normalised(once) == once


@given(LABELS)
def test_capitals_make_no_other_device(raw: str) -> None:
    found = {normalised(raw.replace("\u00df", "s").lower()), normalised(raw.replace("\u00df", "s").upper())}
    assert len(found) == 1 or "]" in raw  # a letter of an identifier means something


@given(st.from_regex(r"[!\"%&'()*+,./0-9:;<=>?A-Z_a-z-]{1,20}", fullmatch=True))
def test_every_serial_that_gs1_allows_reads_the_same_in_every_mark(serial: str) -> None:
    marked = f"]C1{GTIN}21{serial}", f"{GTIN}10LOT{GS}21{serial}", f"{GS}{GTIN}21{serial}"
    plain = normalised(f"]d2{GTIN}21{serial}")
    assert {normalised(label) for label in marked} == {plain}
    if normalised(serial) == serial.upper():
        assert plain == serial.upper()


@pytest.fixture
def own_pattern() -> Iterator[None]:
    with serials_found_by("S/N:([^;]+)"):
        yield


@pytest.mark.usefixtures("own_pattern")
def test_an_installation_finds_the_serial_in_labels_of_its_own_wherever_one_is_read() -> None:
    for reading in ("P/N:7;S/N: arm-0007;", "s/n:ARM\u20130007", "]Q1S/N:ARM-0007", "ARM-0007", "S/N:S/N:ARM-0007"):
        assert normalised(reading) == "ARM-0007", reading
        assert AssetReceived(serial=reading, sku="A").subjects() == ("serial:ARM-0007",)
        assert ReturnSubmitted(serial=reading, condition="good", actor="dock").subjects() == ("serial:ARM-0007",)
    assert normalised("S/N:S1\nS/N:S2") is None


@given(LABELS)
def test_a_serial_is_its_own_label_by_an_own_pattern_too(raw: str) -> None:
    with serials_found_by("S/N:(.*)"):
        once = normalised(raw)
        assert once is None or normalised(once) == once


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("S/N:(", "no regular expression"),
        ("(?=S/N)(.+)", "no regular expression"),
        (r"(.)\1", "no regular expression"),
        ("S/N:.+", "0 groups"),
        ("(S/N):(.+)", "2 groups"),
        ("(.*)", "empty label"),
        ("A(" + "b" * 500 + ")", "503 characters"),
        ("A((?:(?:b{1000}){1000}){1000})", "no regular expression"),
    ],
)
def test_a_pattern_that_cannot_be_used_stops_the_start_with_a_sentence(pattern: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        read_labels({"LEASELINE_SERIAL_PATTERN": pattern})
    assert normalised("S/N:1") == "S/N:1"


def test_no_pattern_hangs_on_any_label() -> None:
    with serials_found_by("A((?:a+)+)$"):
        assert normalised("a" * 255 + "!") is None
