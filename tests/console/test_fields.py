"""Forms and JSON, both ways."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.console.asking.fields import body_of, flat, name_of, whole

WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
JSON = st.recursive(
    WORDS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4) | st.lists(inner, min_size=1, max_size=4)
)


@given(st.dictionaries(NAMES, JSON, min_size=1, max_size=5))
def test_what_is_made_flat_becomes_what_it_was(value: dict[str, Any]) -> None:
    assert body_of(flat(value), value) == value


def test_blank_fields_are_absent_and_gaps_are_closed() -> None:
    form = {"items.3.sku": "B", "items.0.sku": "A", "items.0.months": " ", "customer.email": " a@b.example ", "do": "x"}
    assert body_of(form, ("items", "customer")) == {
        "items": [{"sku": "A"}, {"sku": "B"}],
        "customer": {"email": "a@b.example"},
    }


def test_a_pointer_names_a_field() -> None:
    assert name_of("/items/0/sku") == "items.0.sku"
    assert name_of("/a~1b/c~0d") == "a/b.c~d"
    assert name_of("") == ""


def test_what_is_no_whole_number_stays_as_it_was_typed() -> None:
    assert [whole(text) for text in ("7", "0", "-1", "1.5", "", "٣", "9" * 30)] == [
        7,
        0,
        "-1",
        "1.5",
        "",
        "٣",
        "9" * 30,
    ]
