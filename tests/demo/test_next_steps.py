"""The end of the demonstration says what next, and the lines can be copied as they stand."""

import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.run import next_steps, shown_path
from operations import cli


def test_every_line_is_a_command_that_exists_and_names_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv/bin/leaseline"), "demo"])
    _, *lines = next_steps(tmp_path / ".leaseline/demo", "group:DE", named_servers=False)

    assert len(lines) == 4
    for line in lines:
        program, *words = shlex.split(line)
        assert program == ".venv/bin/leaseline"
        assert words[-2:] == ["--data", ".leaseline/demo/servers"]
        assert len(line) < 80
        assert CliRunner().invoke(cli.app, [*words[:-2], "-h"]).exit_code == 0
        assert "--data" in CliRunner().invoke(cli.app, [*words[:-2], "-h"]).output


def test_servers_of_ones_own_need_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaseline").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    _, *lines = next_steps(Path("x"), "group:a b", named_servers=True)
    assert lines == ["  leaseline invoices list", "  leaseline statement 'group:a b'", "  leaseline assets"]


def test_a_path_is_shown_from_where_the_person_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a/b") == "a/b"
    assert shown_path(Path("/elsewhere/b")) == "/elsewhere/b"
