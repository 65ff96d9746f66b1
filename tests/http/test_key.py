"""A key has a form, and a slip in it is seen without asking anybody."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.http.callers.key import digest, is_key, looks_like_key, make_key, name_of

SIGNS = string.ascii_letters + string.digits
A_KEY = "ll_live_000000000000000000000000000000" + "1NhuEp"


def test_a_key_of_each_kind_is_one_and_says_which() -> None:
    for test, head in ((False, "ll_live_"), (True, "ll_test_")):
        key = make_key(test=test)
        assert key.startswith(head)
        assert len(key) == 44
        assert is_key(key)


def test_the_form_stays_what_it_is() -> None:
    assert is_key(A_KEY)
    assert not is_key(A_KEY.replace("ll_live_", "ll_test_"))
    assert name_of(digest(A_KEY)) == "key-" + digest(A_KEY)[:12]


def test_no_two_keys_are_alike() -> None:
    assert len({make_key(test=False) for _ in range(1_000)}) == 1_000


@given(place=st.integers(8, 43), sign=st.sampled_from(SIGNS))
def test_one_wrong_character_makes_it_no_key(place: int, sign: str) -> None:
    key = make_key(test=False)
    other = key[:place] + sign + key[place + 1 :]
    assert is_key(other) is (other == key)


@given(place=st.integers(8, 42))
def test_two_characters_in_the_wrong_order_make_it_no_key(place: int) -> None:
    key = make_key(test=False)
    other = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assert is_key(other) is (other == key)


@pytest.mark.parametrize(
    "text",
    ["", "ll_live_", "ll_live_x", "ll_live_" + "0" * 36, A_KEY + "0", A_KEY[:-1], A_KEY[:-1] + "\u0663", "sk_" + A_KEY],
)
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


@given(st.text())
def test_anything_at_all_is_judged_without_an_error(text: str) -> None:
    assert not is_key(text) or looks_like_key(text)
    assert not is_key("ll_live_" + text) or len(text) == 36
