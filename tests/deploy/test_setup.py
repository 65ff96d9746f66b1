"""`make setup` on machines that lack something: it says what, and what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.local import places


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Of the project, what the set-up reads."""
    for file in ("deploy/setup.sh", "deploy/requirements/dev.txt", "deploy/local/kafka-jars.txt"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(places.PROJECT / file, tmp_path / file)
    return tmp_path


def set_up(clone: Path, python: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [clone / "deploy/setup.sh"],
        env={**os.environ, "PYTHON": python, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_without_a_python_that_is_new_enough_it_says_how_to_get_one(clone: Path) -> None:
    told = set_up(clone, program(clone / "python3.9", "exit 1"))
    assert told.returncode == 1
    assert "no Python 3.11 or newer was found" in told.stderr
    assert "make setup PYTHON=" in told.stderr


def test_without_the_venv_module_it_names_the_package_to_install(clone: Path) -> None:
    fake = 'case "$2" in *ensurepip*) exit 1;; *version_info[*) echo python3.11-venv;; esac'
    told = set_up(clone, program(clone / "python3.11", fake))
    assert told.returncode == 1
    assert "has no venv module" in told.stderr
    assert "apt-get install python3.11-venv" in told.stderr


def test_a_failed_download_leaves_no_finished_environment_and_says_what_to_do(clone: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    nowhere |= {"HTTP_PROXY": "", "http_proxy": "", "PIP_CONFIG_FILE": os.devnull}
    told = set_up(clone, "python3.11" if shutil.which("python3.11") else "python3", **nowhere)
    assert told.returncode == 1
    assert "the packages could not be installed" in told.stderr
    assert "HTTPS_PROXY" in told.stderr
    assert not (clone / ".venv/.leaseline-ready").exists()


def test_a_folder_that_was_moved_is_set_up_anew_because_its_programs_name_the_old_place(clone: Path) -> None:
    (clone / ".venv/bin").mkdir(parents=True)
    program(clone / ".venv/bin/python", "exit 0")
    script = (clone / "deploy/setup.sh").read_text().partition("began=")[0]
    key = subprocess.run(
        ["sh", "-c", f"{script.rpartition('[')[0]} printf %s \"$key\"", "deploy/setup.sh"],
        cwd=clone, env={**os.environ}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (clone / ".venv/.leaseline-ready").write_text(key.stdout)
    python = program(clone / "python3.9", "exit 1")
    assert set_up(clone, python).returncode == 0, "nothing to do"

    moved = clone.rename(clone.with_name("moved"))

    assert "no Python 3.11 or newer was found" in set_up(moved, str(moved / "python3.9")).stderr
