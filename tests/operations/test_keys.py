"""`leaseline keys`: made and shown once, listed, revoked; and the key of this machine."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from installation.errors import InstallationError
from operations.cli import app
from operations.jobs.granting import MACHINE, key_of_this_machine
from services.http.callers.key import digest, is_key, name_of
from services.http.callers.scopes import SCOPES, WHOLE


def said(*words: str) -> str:
    told = CliRunner().invoke(app, ["keys", *words], catch_exceptions=False, env={"COLUMNS": "250"})
    assert told.exit_code == 0, told.output
    return told.output


def data(*words: str) -> Any:
    return json.loads(said(*words, "--json"))


@pytest.mark.usefixtures("named_database")
def test_a_key_is_shown_once_and_listed_without_its_text() -> None:
    made = data("make", "--owner", "shop", "--scope", "orders:read", "--scope", "orders:write", "--source", "shop-a")
    assert is_key(made["key"])
    assert made["name"] == name_of(digest(made["key"]))
    assert (made["owner"], made["actor"], made["source"], made["test"]) == ("shop", "shop", "shop-a", False)
    assert made["scopes"] == ["orders:read", "orders:write"]

    plain = said("make", "--owner", "shop", "--scope", "orders:read", "--actor", "Till 3", "--test").splitlines()
    assert is_key(plain[0])
    assert plain[0].startswith("ll_test_")
    assert "not shown again" in plain[1]

    listed = said("list")
    assert made["key"] not in listed
    assert plain[0] not in listed
    rows = data("list")
    assert [row["actor"] for row in rows] in (["shop", "Till 3"], ["Till 3", "shop"])
    assert {row["state"] for row in rows} == {"live"}
    assert {row["last_used"] for row in rows} == {None}
    assert data("list", "--owner", "nobody") == []


@pytest.mark.usefixtures("named_database")
def test_a_key_is_revoked_by_its_name_or_by_its_text_again_and_again() -> None:
    first = data("make", "--owner", "shop", "--scope", "all")
    second = data("make", "--owner", "shop", "--scope", "all")
    with pytest.raises(InstallationError, match="two live keys"):
        said("make", "--owner", "shop", "--scope", "all")
    for word in (first["name"], first["name"], first["key"]):
        assert data("revoke", word)["state"] == "revoked"
    assert data("revoke", second["key"])["name"] == second["name"]
    assert {row["state"] for row in data("list")} == {"revoked"}
    with pytest.raises(InstallationError, match=rf"There is no key .*Did you mean {first['name']}"):
        said("revoke", first["name"][:-1])


@pytest.mark.usefixtures("named_database")
def test_a_text_that_is_a_key_is_never_said_back() -> None:
    text = data("make", "--owner", "shop", "--scope", "all")["key"]
    with pytest.raises(InstallationError) as refused:
        said("revoke", text[:-1] + "!")
    assert text[:-1] not in str(refused.value)


@pytest.mark.usefixtures("named_database")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--owner", "shop", "--scope", "orders:reed"), r"There is no scope orders:reed\. Did you mean orders:read"),
        (("--owner", "ada@example.org", "--scope", "all"), "never a person"),
        (("--owner", "shop", "--scope", "billing:run", "--source", "shop-a"), "billing:run"),
        (("--owner", "shop", "--scope", "all", "--source", "a b"), "source"),
        (("--owner", "shop", "--scope", "all", "--actor", " "), "actor"),
    ],
)
def test_what_may_not_be_made_is_told_why(words: tuple[str, ...], why: str) -> None:
    with pytest.raises(InstallationError, match=why):
        said("make", *words)
    assert data("list") == []


@pytest.mark.usefixtures("named_database")
def test_all_is_what_a_key_can_have() -> None:
    assert set(data("make", "--owner", "office", "--scope", "all")["scopes"]) == set(SCOPES)
    bound = data("make", "--owner", "shop", "--scope", "all", "--source", "shop-a")
    assert set(bound["scopes"]) == SCOPES.keys() - WHOLE


def test_this_machine_keeps_its_key_for_its_user_alone(mongo: str, database: str, tmp_path: Path) -> None:
    text, file = key_of_this_machine(mongo, database, tmp_path)
    assert is_key(text)
    assert file.read_text("ascii").strip() == text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_of_this_machine(mongo, database, tmp_path) == (text, file)


def test_a_file_that_others_may_read_is_made_anew(mongo: str, database: str, tmp_path: Path) -> None:
    text, file = key_of_this_machine(mongo, database, tmp_path)
    file.chmod(0o644)
    assert key_of_this_machine(mongo, database, tmp_path) == (text, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("left", [None, b"", b"\xff\x00", b"ll_live_not_a_key"])
def test_one_that_is_lost_is_made_anew_and_the_last_one_is_revoked(
    mongo: str, named_database: str, tmp_path: Path, left: bytes | None
) -> None:
    texts = []
    for _ in range(4):  # more often than an owner may have keys
        text, file = key_of_this_machine(mongo, named_database, tmp_path)
        texts.append(text)
        if left is None:
            file.unlink()
        else:
            file.write_bytes(left)
    assert len(set(texts)) == 4
    rows = {row["name"]: row["state"] for row in data("list", "--owner", MACHINE)}
    assert [rows[name_of(digest(text))] for text in texts] == ["revoked"] * 3 + ["live"]


def test_each_installation_on_the_servers_has_its_own(mongo: str, database: str, tmp_path: Path) -> None:
    one, two = (key_of_this_machine(mongo, f"{database}{name}", tmp_path) for name in ("a", "b"))
    assert one[0] != two[0]
    assert one[1] != two[1]
    assert key_of_this_machine(mongo, f"{database}a", tmp_path) == one
