"""E-mail addresses: which are taken, and when two of them are one. Rule: ``docs/domain.md`` section 1."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values.emails import normal_email, why_no_email
from services.orders.documents.customer import id_from_email

SAME = [
    ("jos\u00e9@b.example", "jose\u0301@b.example"),
    ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
    ("a@bu\u0308cher.example", "a@XN--BCHER-KVA.EXAMPLE"),
    (" A@B\u00dcCHER.example", "a@b\u00fccher.example "),
    ("a@\uff22\uff23.example", "a@bc.example"),
    ("a@b\u3002example", "a@b.example"),
    ("Jos\u00c9@b.test", "jose\u0301@B.TEST"),
    ("a@\u4f8b\u3048.\u30c6\u30b9\u30c8", "a@xn--r8jz45g.xn--zckzah"),
    ("a@\U0001f48c.example", "a@xn--rr8h.example"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_address_are_one_customer(one: str, other: str) -> None:
    assert why_no_email(one) is None
    assert why_no_email(other) is None
    assert normal_email(one) == normal_email(other)
    assert id_from_email(one) == id_from_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a@b.example", "b@a.example"),
     ("jos\u00e9@b.example", "jose@b.example"), ("a@stra\u00dfe.example", "a@strasse.example")],
)  # fmt: skip
def test_two_addresses_stay_two(one: str, other: str) -> None:
    assert normal_email(one) != normal_email(other)


@pytest.mark.parametrize(
    "email",
    ["a@hunt..example", "a@.example", "a@example.", "a@b.example.", "a@b\u3002\u3002example", "a@\u00ad.example",
     "a@b\u200b.example", "a@b\u202e.example", "a\u200b@b.example", "a@@b.example", "@b.example", "a@b", "a@ .example",
     "a@\u3164.example", "\x00@b.example"],
)  # fmt: skip
def test_no_label_of_a_domain_is_empty_and_nothing_in_an_address_is_invisible(email: str) -> None:
    assert why_no_email(email) is not None


@pytest.mark.parametrize(
    "email",
    ["a@b.test", "a@b.example", "a@b.invalid", "a..b@c.example", "\u4f8b@\u4f8b.example", "a@a_b.example", "o'n@b.co"],
)
def test_what_is_merely_ugly_or_reserved_is_taken(email: str) -> None:
    assert why_no_email(email) is None


def test_plain_addresses_are_compared_as_they_always_were() -> None:
    assert normal_email(" Ada@Crunchy.Example ") == "ada@crunchy.example"
    assert id_from_email("ada@crunchy-armchair.example").startswith("e-")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_has_one_form_that_comparing_does_not_change(local: str, domain: str) -> None:
    email = f"{local}@{domain}"
    if why_no_email(email) is None:
        normal = normal_email(email)
        assert normal_email(normal) == normal
        assert normal.rpartition("@")[2].isascii()
        assert why_no_email(normal) is None or len(normal) > 254
        assert normal_email(unicodedata.normalize("NFD", email)) == normal
