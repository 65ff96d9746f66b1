"""The settings that the code reads are those that `docs/settings.md` tells of, and the demonstration sets its own."""

import re
from pathlib import Path

from deploy.demo.run import ENVIRONMENT
from deploy.local.places import PROJECT

VARIABLE = re.compile(r"\bLEASELINE_[A-Z][A-Z_]*\b")
SHORTENED = re.compile(r'read\("([A-Z_]+)"')
FREE = {"LEASELINE_KAFKA", "LEASELINE_MONGO", "LEASELINE_LOGS", "LEASELINE_LOG_LEVEL", "LEASELINE_SESSION_SECONDS"}
"""What the demonstration leaves to the shell: nothing that is decided depends on it."""


def read_in(folder: str) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(PROJECT, folder).rglob("*.py"))]
    return {name for text in texts for name in VARIABLE.findall(text)} | {
        f"LEASELINE_{name}" for text in texts for name in SHORTENED.findall(text)
    }


def test_every_setting_is_told_of_and_nothing_else() -> None:
    told = set(VARIABLE.findall((PROJECT / "docs/settings.md").read_text(encoding="utf-8")))

    assert told == read_in("services") | read_in("deploy")


def test_the_demonstration_does_not_depend_on_the_shells_settings() -> None:
    assert set(ENVIRONMENT) == read_in("services") - FREE
