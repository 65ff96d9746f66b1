"""A setting that is mistyped is named, with the one that was meant."""

import re

import pytest

from deploy.local.places import PROJECT
from operations import cli
from services.engine.runtime.mistyped import NAMES, PREFIX, mistyped


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("LEASELINE_LANE", "LEASELINE_LANES"),
        ("LEASELINE_MONGODB", "LEASELINE_MONGO"),
        ("LEASELINE_TICK_SECOND", "LEASELINE_TICK_SECONDS"),
        ("LEASELINE_log_level", "LEASELINE_LOG_LEVEL"),
    ],
)
def test_a_mistyped_setting_is_named_with_the_near_one(wrong: str, meant: str) -> None:
    assert mistyped({wrong: "32"}) == [f"{wrong} is no setting and is ignored: did you mean {meant}?"]


def test_one_that_is_near_to_none_is_named_too() -> None:
    (sentence,) = mistyped({"LEASELINE_XQZ": "1"})
    assert sentence == "LEASELINE_XQZ is no setting and is ignored; docs/settings.md lists them all"


def test_settings_and_what_is_not_ours_are_left_alone() -> None:
    assert mistyped({**{PREFIX + name: "1" for name in NAMES}, "PATH": "x", "LEASELINE_TEST_KILL": "saved:1"}) == []


def test_the_names_are_those_that_the_documentation_tells_of() -> None:
    told = set(re.findall(r"\bLEASELINE_[A-Z][A-Z_]*\b", (PROJECT / "docs/settings.md").read_text(encoding="utf-8")))
    assert {PREFIX + name for name in NAMES} == told


def test_the_command_line_names_it_before_it_does_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEASELINE_LANE", "32")
    monkeypatch.setattr(cli, "app", lambda **_: None)
    with pytest.raises(SystemExit):
        cli.main()
    assert "did you mean LEASELINE_LANES?" in capsys.readouterr().err
