"""The form that a caller wants most, of those that there are."""

import pytest

from services.http.telling.accept import choose_type
from services.http.telling.problem import Problem

OFFERED = ("application/json", "text/html", "application/pdf", "text/csv")


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/html"),
        ("TEXT/CSV", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json;q=0.5, application/pdf", "application/pdf"),
        ("application/json;q=0, */*", "text/html"),
        ("text/csv;q=0.2, text/html;q=0.1", "text/csv"),
        ("text/html;level=1", "text/html"),
        ("text/csv;q=x, application/json;q=0.1", "application/json"),
    ],
)
def test_the_one_that_is_wanted_most(header: str | None, meant: str) -> None:
    assert choose_type(header, OFFERED) == meant


@pytest.mark.parametrize("header", ["image/png", "application/json;q=0", "text/plain, */*;q=0", "nonsense"])
def test_none_of_them_is_406(header: str) -> None:
    with pytest.raises(Problem) as found:
        choose_type(header, OFFERED)
    assert found.value.document.status == 406
