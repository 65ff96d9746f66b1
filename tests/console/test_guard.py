"""Only our own pages send forms to us, and nothing of anybody else runs in a page."""

import pytest
from starlette.datastructures import Headers

from services.console.people.guard import POLICY, same_origin

HERE = "https://console.example"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "same-site", "origin": HERE}, False),
        ({"sec-fetch-site": "cross-site", "origin": HERE}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": HERE}, True),
        ({"origin": "https://console.example.evil"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_form_is_taken_from_our_own_pages_only(headers: dict[str, str], *, ours: bool) -> None:
    assert same_origin(Headers(headers), HERE) is ours


def test_no_inline_script_or_style_runs() -> None:
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")
