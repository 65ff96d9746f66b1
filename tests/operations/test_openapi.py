"""The document of the HTTP API that is checked in: fresh, kept against the released one, noticed when it is not."""

import json
import shutil
from pathlib import Path

import pytest

from operations.serving.openapi import FOLDER, NAME, RELEASED, main, wrong


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in (NAME, RELEASED):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    return tmp_path


def test_the_document_is_fresh_and_keeps_what_the_released_one_promised() -> None:
    assert list(wrong()) == []


def test_a_stale_document_is_told_with_what_to_do_and_written_anew(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / NAME).write_text("{}\n", "utf-8")
    assert main(["--check"], copy) == 1
    assert main(["--release"], copy) == 1
    assert "is stale: run python -m operations.serving.openapi" in capsys.readouterr().err
    assert main([], copy) == 0
    assert main(["--check"], copy) == 0
    assert (copy / NAME).read_bytes() == (FOLDER / NAME).read_bytes()


def test_a_break_of_the_released_one_is_told_and_is_not_released(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = json.loads((copy / RELEASED).read_text("utf-8"))
    released["paths"]["/gone"] = released["paths"]["/catalog"]
    (copy / RELEASED).write_text(json.dumps(released), "utf-8")
    before = (copy / RELEASED).read_bytes()
    assert main(["--release"], copy) == 1
    assert "GET /gone: the message: removed. Add something beside it instead" in capsys.readouterr().err
    assert (copy / RELEASED).read_bytes() == before


def test_the_first_release_has_nothing_to_keep(copy: Path) -> None:
    (copy / RELEASED).unlink()
    assert main(["--release"], copy) == 0
    assert (copy / RELEASED).read_bytes() == (copy / NAME).read_bytes()
