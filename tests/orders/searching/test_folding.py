"""Typed and stored text meet: laws of folding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.rules.folding import (
    LENGTHS,
    beginning_of,
    fold,
    plain,
    split_words,
    words_of,
)

LETTERS = st.text(st.sampled_from("aeouäöüßøæœłéñ\u0131İAEOU sn-'1\u0308\u0301ﬁ가"), max_size=12)
TEXTS = st.one_of(LETTERS, st.text(max_size=12))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MUELLER"),
        ("Muller", "mu\u0308ller"),
        ("Søren", "Soeren"),
        ("Søren", "SOREN"),
        ("Łukasz", "lukasz"),
        ("Ægir", "aegir"),
        ("Straße", "STRASSE"),
        ("Zoë", "Zoe"),
        ("ﬁlm", "FILM"),
        ("A\u011fr\u0131", "agri"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("\uff24\uff52one", "drone"),
    ],
)
def test_spellings_of_one_word_are_one_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)


@given(TEXTS, TEXTS)
def test_the_beginning_of_a_text_folded_is_a_beginning_of_it_folded(begin: str, rest: str) -> None:
    assert fold(begin + rest).startswith(fold(begin))


@given(TEXTS)
def test_however_a_text_is_composed_it_is_folded_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(TEXTS)
def test_letter_case_counts_for_nothing(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.lower())


@given(TEXTS, st.integers(1, 12))
def test_whoever_types_the_beginning_of_a_word_has_its_key(text: str, typed: int) -> None:
    for word in split_words(text):
        begin = word[:typed]
        if len(begin) >= LENGTHS[0] or begin == word:
            words = words_of(text)
            assert beginning_of(begin) in words.keys
            assert any(each.startswith(begin) for each in words.words)


@given(TEXTS)
def test_a_key_is_the_beginning_of_a_word_of_the_text(text: str) -> None:
    joined = ["".join(split_words(written)) for written in text.split()]
    every = {*split_words(text), *joined}
    words = words_of(text)
    assert all(any(word.startswith(key) for word in every) for key in words.keys)
    assert set(words.words) == every - {""}
    assert len(words.keys) == len(set(words.keys))


def test_a_word_is_found_with_and_without_what_joins_it() -> None:
    words = words_of("T-Shirt O'Neill")
    assert {"t", "shirt", "tshir", "o", "neill", "oneil"} <= set(words.keys)
    assert words.words == ("t", "shirt", "tshirt", "o", "neill", "oneill")


def test_short_words_have_one_key_and_are_found_whole_only() -> None:
    assert words_of("Li 27 abc").keys == ("li", "27", "abc")
    assert words_of("Liam").keys == ("lia", "liam")
