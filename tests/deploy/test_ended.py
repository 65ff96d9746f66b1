"""Who of the servers ended, and why, in words."""

from pathlib import Path

import pytest

from deploy.local import ended
from deploy.local.ended import forget_end, record_end, told_end
from deploy.local.folder import DataFolder

GONE = 2**22 + 1
"""No process has this id."""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    found = DataFolder(tmp_path)
    log = found.log("MongoDB")
    log.parent.mkdir(parents=True)
    log.write_text("of an earlier run\nof this run\n", encoding="utf-8")
    return found


def test_while_all_run_nothing_is_said(folder: DataFolder) -> None:
    assert told_end(folder, {"Kafka": 1, "MongoDB": None}, {}) is None


@pytest.mark.parametrize(
    ("status", "words"), [(-9, "killed by SIGKILL"), (-6, "killed by SIGABRT"), (-99, "signal 99"), (14, "status 14")]
)
def test_a_status_or_a_signal_is_named(folder: DataFolder, status: int, words: str) -> None:
    record_end(folder, "MongoDB", status)
    assert words in (told_end(folder, {"MongoDB": 7}, {}) or "")
    forget_end(folder)
    assert told_end(folder, {"MongoDB": 1}, {}) is None


def test_only_lines_of_this_run_are_shown(folder: DataFolder) -> None:
    record_end(folder, "MongoDB", 1)
    said = told_end(folder, {}, {"MongoDB": len("of an earlier run\n")}) or ""
    assert "of this run" in said
    assert "of an earlier run" not in said


def test_a_full_disk_is_named(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    record_end(folder, "MongoDB", 14)
    monkeypatch.setattr(ended, "FULL", 2**80)
    assert f"The disk of {folder.path} is full" in (told_end(folder, {}, {}) or "")


def test_a_death_that_could_not_be_noted_is_seen_by_the_process_that_is_gone(folder: DataFolder) -> None:
    """As on a full disk."""
    assert "MongoDB (process" in (told_end(folder, {"Kafka": 1, "MongoDB": GONE}, {}) or "")
