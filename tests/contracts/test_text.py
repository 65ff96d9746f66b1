"""What is dropped from a text at the door, and what then counts as nothing.

Rule: ``docs/domain.md`` section 1, "Text rules".
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.values.text import is_blank, tidy, tidy_lines, without_controls
from contracts.wire.message import Kind
from contracts.wire.problems import model_in
from tests.contracts.wire import ORDER, address, codes, event, order, structured, understood

REQUESTS = sorted(name for name, model in MESSAGES.items() if model.kind is Kind.REQUEST)
NO_TEXT = {"email", "country", "currency", "serial", "serials", "new_serial", "type", "channel"}
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
FREE = {"text", "reason"}
BLANK = ["\u200b", "\ufeff", "\u2060", "\u3164", "\uffa0", "\u115f\u1160", "\u2800", "\u00ad", "\u180e", "\ufe0f",
         "\U000e0001", "\u034f", "\x00", "\x1b", "\u202e", "\u2066\u2069", " \u200b\t", "\u3000",
         "\x7f\x85"]  # fmt: skip


def texts_of(model: type[BaseModel], data: Mapping[str, Any], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all free texts in the data: those that no list, pattern or number bounds."""
    schema = model.model_json_schema()["properties"]
    for name, value in data.items():
        inner = model_in(model.model_fields[name].annotation)
        if inner is not None:
            for place, each in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(each, dict):
                    here = (*path, name) if place is None else (*path, name, place)
                    yield from texts_of(inner, each, here)
        elif isinstance(value, str) and name not in NO_TEXT and not _is_a_word(schema[name]):
            yield (*path, name)


def _is_a_word(schema: Mapping[str, Any]) -> bool:
    parts = [schema, *schema.get("anyOf", ())]
    return any(key in part for part in parts for key in ("pattern", "enum", "format"))


TEXTS = [(name, path) for name in REQUESTS for path in texts_of(MESSAGES[name], example_of(name)["data"])]


def with_text(name: str, path: tuple[Any, ...], text: str) -> tuple[Any, set[tuple[str, str]]]:
    """What is read where this text stands there, and what is refused."""
    whole = json.loads(json.dumps(example_of(name)))
    at = whole["data"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text
    found = understood(structured(whole))
    refused = {(refusal.field, refusal.code.value) for refusal in found.refusals}
    kept: Any = found.body
    for step in path:
        if kept is not None:
            kept = kept[step] if isinstance(step, int) else getattr(kept, step)
    return kept, refused


def test_every_request_with_a_text_is_tried() -> None:
    tried = {path[-1] for _, path in TEXTS}

    assert {"street", "city", "company_name", "product_name", "variant_name", "actor", "reason", "text"} <= tried
    assert {"carrier", "tracking_number", "phone", "author", "name", "first_name", "vat_id", "postal_code"} <= tried


@pytest.mark.parametrize(("name", "path"), TEXTS)
def test_controls_overrides_and_isolates_are_dropped_from_every_text(name: str, path: tuple[Any, ...]) -> None:
    for dropped in ("\x00", "\x07", "\x1b", "\x7f", "\x9f", "\t", *DIRECTIONS):
        kept, refused = with_text(name, path, f"12{dropped}34")

        assert (kept, refused) == ("1234", set())


@pytest.mark.parametrize(("name", "path"), TEXTS)
def test_line_ends_stay_in_notes_and_reasons_and_nowhere_else(name: str, path: tuple[Any, ...]) -> None:
    kept, refused = with_text(name, path, "12\r\n34")

    assert (kept, refused) == ("12\r\n34" if path[-1] in FREE else "1234", set())


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(("name", "path"), TEXTS)
def test_what_has_no_visible_character_is_as_good_as_nothing(name: str, path: tuple[Any, ...], blank: str) -> None:
    for_nothing, for_empty = with_text(name, path, blank), with_text(name, path, "")

    assert for_nothing == for_empty
    assert not for_nothing[0]


@pytest.mark.parametrize(
    "name",
    [
        "Ren\u00e9e",
        "\u05d0\u200f!",
        "\u0646\u0627\u0645\u200c\u0647",
        "\u0915\u094d\u200d\u0937",
        "👩\u200d🔧",
        "❤\ufe0f",
        "\u3042",
    ],
)
def test_marks_and_joiners_that_a_script_needs_stay(name: str) -> None:
    assert tidy(name) == name
    assert not is_blank(name)


def test_a_nameless_company_is_no_company_also_where_the_rest_is_wrong() -> None:
    ada = {**order()["customer"], "type": "business", "company_name": "\u200b"}
    whole = understood(structured(event(order(customer=ada), ORDER)))

    assert whole.body is not None
    assert whole.body.customer.company_name is None  # type: ignore[attr-defined]


def test_a_street_of_fillers_is_no_street() -> None:
    found = codes(order(billing_address=address(street="\u3164", city="\u2066\u2069")), ORDER)

    assert found == {("billing_address.street", "field_required"), ("billing_address.city", "field_required")}


@given(st.text())
def test_a_tidy_text_stays_as_it_is_and_has_none_of_what_is_dropped(text: str) -> None:
    for tidied in (tidy, tidy_lines):
        kept = tidied(text)
        assert tidied(kept) == kept == unicodedata.normalize("NFC", kept)
        line_ends = "\r\n" if tidied is tidy_lines else ""
        assert not [c for c in kept if (unicodedata.category(c) == "Cc" and c not in line_ends) or c in DIRECTIONS]
    assert without_controls(without_controls(text)) == without_controls(text)


@given(st.text())
def test_dropping_makes_no_text_blank_that_had_something_to_be_seen(text: str) -> None:
    assert is_blank(text) == is_blank(tidy(text)) == is_blank(tidy_lines(text)) == is_blank(without_controls(text))


@given(st.text(min_size=1), st.sampled_from(BLANK))
def test_a_letter_is_always_seen(text: str, blank: str) -> None:
    assert not is_blank(text + "a" + blank)
    assert is_blank(blank)
