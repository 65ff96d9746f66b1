"""The table of scopes in the operating notes is the table of the code."""

import re
from pathlib import Path
from typing import Final

from services.http.callers.scopes import SCOPES, WHOLE

NOTES: Final = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text("utf-8")
_ROW: Final = re.compile(r"^\| `([a-z]+:[a-z]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_every_scope_has_its_row_with_what_it_allows_and_whether_a_shop_may_have_it() -> None:
    told = {scope: (what, bound) for scope, what, bound in _ROW.findall(NOTES)}
    allowed = {scope: text[0].lower() + text[1:].removesuffix(".") for scope, text in SCOPES.items()}
    assert {scope: what for scope, (what, _) in told.items()} == {
        **allowed, "imports:write": "send files; each line needs the scope of what it says, too",
    }  # fmt: skip
    assert {scope for scope, (_, bound) in told.items() if bound == "no"} == WHOLE


def test_each_has_one_row() -> None:
    assert [scope for scope, _, _ in _ROW.findall(NOTES)] == list(SCOPES)
