"""A ``traceparent`` is read where it is valid, and counts as absent where it is not: it never makes a message wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.encoding import encoded
from contracts.wire.envelope import Opened
from contracts.wire.trace import read_trace, trace_id
from tests.contracts.test_envelope import NINE
from tests.contracts.wire import binary, event, note, structured, understood

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
VALID = f"00-{TRACE}-{SPAN}-01"
MALFORMED = (
    "",
    "01",
    VALID.upper(),
    VALID + " ",
    VALID[:-1],
    VALID + "-more",
    VALID.replace("-", "_"),
    f"ff-{TRACE}-{SPAN}-01",
    f"00-{'0' * 32}-{SPAN}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE}-{SPAN}-0g",
    f"0-{TRACE}-{SPAN}-01",
    f"cc-{TRACE}-{SPAN}-01.more",
    VALID + "\n",
    7,
    None,
    [VALID],
    True,
)


@pytest.mark.parametrize(
    ("found", "read"),
    [
        (VALID, VALID),
        (f"00-{TRACE}-{SPAN}-00", f"00-{TRACE}-{SPAN}-00"),
        (f"00-{TRACE}-{SPAN}-ff", f"00-{TRACE}-{SPAN}-03"),
        (f"cc-{TRACE}-{SPAN}-01", VALID),
        (f"01-{TRACE}-{SPAN}-05-what-comes-later", VALID),
    ],
)
def test_a_valid_one_is_read_in_the_form_that_we_know(found: str, read: str) -> None:
    assert read_trace(found) == read
    assert trace_id(read) == TRACE


@pytest.mark.parametrize("found", MALFORMED, ids=repr)
def test_a_malformed_one_is_none(found: object) -> None:
    assert read_trace(found) == ""


@given(st.text("0123456789abcdef-gF\n", max_size=60))
def test_whatever_comes_is_a_valid_one_or_none(found: str) -> None:
    read = read_trace(found)
    assert read == "" or (len(read) == 55 and read_trace(read) == read)


def test_both_modes_tell_the_same_trace() -> None:
    told = event(note(), traceparent=VALID)
    assert understood(structured(told)).trace == understood(*binary(told)).trace == VALID


@pytest.mark.parametrize("found", MALFORMED, ids=repr)
def test_a_message_with_a_malformed_one_is_the_message_without_it(found: object) -> None:
    without = understood(structured(event(note())))
    assert understood(structured(event(note(), traceparent=found))) == without
    assert without.trace == ""


def test_a_header_that_is_no_text_is_none() -> None:
    value, headers = binary(event(note()))
    assert understood(value, (*headers, ("ce_traceparent", b"\xff\xfe"))) == understood(value, headers)


def test_a_request_that_is_wrong_keeps_its_trace() -> None:
    wrong = {**note(), "text": 7}
    found = understood(structured(event(wrong, traceparent=VALID)))
    assert (found.body, found.trace) == (None, VALID)


def test_what_is_said_without_a_trace_does_not_name_it() -> None:
    body = understood(structured(event(note()))).body
    assert body is not None
    plain = encoded(body, id="1", source="s", time=NINE, cause=("shop", "1"))
    traced = encoded(body, id="1", source="s", time=NINE, cause=("shop", "1"), trace=VALID)
    assert b"traceparent" not in plain
    assert traced.replace(f',"traceparent":"{VALID}"'.encode(), b"") == plain
    assert isinstance(found := understood(traced), Opened)
    assert found.trace == VALID
