"""A console asks on behalf of people: with their names, and no more than they may and its key may."""

from urllib.parse import quote

import pytest
from starlette.requests import Request

from services.http.callers.caller import Caller
from services.http.callers.delegation import on_behalf
from services.http.telling.problem import Problem

CONSOLE = Caller("console", "console", frozenset({"people:delegate", "orders:read", "orders:write"}), None, "key-1")


def asking(*headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw})


def test_who_speaks_for_nobody_is_itself() -> None:
    assert on_behalf(asking(), CONSOLE) is CONSOLE


def test_a_person_is_the_actor_and_has_what_they_and_the_key_may() -> None:
    asked = asking(
        ("On-Behalf-Of", f"zoë {quote('Zoë Ångström')}"), ("Scopes", "orders:read billing:run people:delegate")
    )
    found = on_behalf(asked, CONSOLE)
    assert (found.actor, found.scopes, found.source) == ("Zoë Ångström", frozenset({"orders:read"}), None)
    assert not found.may("orders:write")
    assert not found.may("people:delegate")


def test_each_person_has_an_identity_of_their_own_that_names_nobody() -> None:
    one, other = (on_behalf(asking(("On-Behalf-Of", f"{name} {name}")), CONSOLE) for name in ("ada@x.example", "bob"))
    assert len({one.owner, other.owner, CONSOLE.owner, one.sender, other.sender}) == 5
    assert len({one.name, other.name, CONSOLE.name}) == 3
    assert "ada" not in one.owner + one.name + one.sender
    assert one.owner == on_behalf(asking(("On-Behalf-Of", "ada@x.example Ada")), CONSOLE).owner


def test_a_key_that_may_not_speak_for_others_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        on_behalf(asking(("On-Behalf-Of", "ada Ada")), Caller("shop", "shop", frozenset({"orders:read"})))
    assert refused.value.document.status == 403


@pytest.mark.parametrize("text", ["", "ada", "ada ", "%20 Ada", "ada %20", f"ada {'x' * 300}"])
def test_a_name_that_none_can_have_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        on_behalf(asking(("On-Behalf-Of", text)), CONSOLE)
    assert refused.value.document.status in (400, 422)


def test_two_names_are_none() -> None:
    with pytest.raises(Problem):
        on_behalf(asking(("On-Behalf-Of", "ada Ada"), ("On-Behalf-Of", "bob Bob")), CONSOLE)
