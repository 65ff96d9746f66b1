"""Who may be a person, what roles allow, how long a session counts."""

from datetime import UTC, datetime, timedelta

import pytest

from services.console.people.entry import login_path, safe_back
from services.console.people.person import NotAllowed, Person, Session, check_password, check_person
from services.console.people.roles import ROLES, scopes_of
from services.http.callers.scopes import SCOPES

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_every_role_is_made_of_scopes_that_the_api_knows() -> None:
    for scopes in ROLES.values():
        assert scopes <= SCOPES.keys()
    assert "people:delegate" not in scopes_of(ROLES)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("viewer", "orders:read", "orders:write"),
        ("clerk", "orders:write", "billing:run"),
        ("warehouse", "scans:write", "billing:read"),
        ("finance", "billing:run", "orders:write"),
        ("operations", "devices:write", "people:delegate"),
    ],
)
def test_a_role_allows_its_work_and_no_more(role: str, may: str, may_not: str) -> None:
    assert may in ROLES[role]
    assert may_not not in ROLES[role]


def test_roles_add_up_and_unknown_ones_allow_nothing() -> None:
    assert scopes_of(("warehouse", "finance", "emperor")) == ROLES["warehouse"] | ROLES["finance"]


@pytest.mark.parametrize(
    ("name", "shown", "roles"),
    [("", "A", ("clerk",)), ("Ada", "A", ("clerk",)), ("a b", "A", ("clerk",)), ("ada", " ", ("clerk",)),
     ("ada", "A\nB", ("clerk",)), ("ada", "A", ()), ("ada", "A", ("emperor",))],
)  # fmt: skip
def test_some_cannot_be_a_person(name: str, shown: str, roles: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        check_person(name, shown, roles)


def test_a_short_password_is_none() -> None:
    check_password("twelve signs")
    with pytest.raises(NotAllowed):
        check_password("eleven sign")


@pytest.mark.parametrize(
    ("began", "seen", "live"), [(0, 0, True), (11, 1, True), (12, 0, False), (3, 2, False), (13, 13, False)]
)
def test_a_session_ends_after_a_day_of_work_or_two_idle_hours(began: int, seen: int, *, live: bool) -> None:
    person = Person("ada", "Ada", ("clerk",))
    session = Session("k", person, NOW - timedelta(hours=began), NOW - timedelta(hours=seen))
    assert session.live(NOW) is live


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"])
def test_nobody_is_sent_elsewhere_after_log_in(path: str) -> None:
    assert safe_back(path) == "/orders"


def test_who_logs_in_comes_back_to_where_they_were() -> None:
    assert login_path("/orders?text=a&status=b") == "/login?back=%2Forders%3Ftext%3Da%26status%3Db"
