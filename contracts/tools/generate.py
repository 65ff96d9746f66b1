"""Writes what is made from the models: ``python -m contracts.tools.generate``.

``--check`` writes nothing and exits 1 with what is stale and with what breaks the released schemas. ``--release``
makes today's schemas and examples the released ones; it refuses while anything is stale or broken.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contracts import VERSION
from contracts.registry import MESSAGES
from contracts.tools import asyncapi
from contracts.tools.agreed import judged
from contracts.tools.compatibility import Change, changes
from contracts.tools.schema import schema_of

FOLDER: Final = Path(__file__).parents[1]
EXAMPLES: Final = "examples"
SCHEMAS: Final = "schemas"
RELEASED: Final = "released"
"""The folder inside both in which the last release is kept."""


def example_of(name: str, folder: Path = FOLDER) -> Mapping[str, Any]:
    """The golden example of a type, a whole event; raises ValueError with what to write if there is none."""
    path = folder / EXAMPLES / f"{name}.json"
    if not path.exists():
        raise ValueError(f"{name} has no example: write one to contracts/{EXAMPLES}/{path.name}")
    example: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return example


def generated(folder: Path = FOLDER) -> Mapping[str, str]:
    """Every generated file by its path in ``contracts/``. Reads the examples in ``folder``, writes nothing."""
    schemas = {name: schema_of(model) for name, model in MESSAGES.items()}
    examples = {name: example_of(name, folder) for name in MESSAGES}
    files = {f"{SCHEMAS}/{name}.json": _text(schema) for name, schema in schemas.items()}
    files["asyncapi.json"] = _text(asyncapi.document(VERSION, schemas, examples))
    return files


def stale(folder: Path = FOLDER) -> tuple[str, ...]:
    """What on disk is not as the models make it, each with what is wrong; empty when all is fresh."""
    files = generated(folder)
    found = []
    for path, text in files.items():
        there = folder / path
        if not there.exists():
            found.append(f"{path} is missing")
        elif there.read_text("utf-8") != text:
            found.append(f"{path} is stale")
    found += [f"{SCHEMAS}/{path.name} belongs to no message" for path in _strangers(folder)]
    return tuple(found)


def against_release(folder: Path = FOLDER) -> tuple[tuple[str, Change], ...]:
    """What is different from the released schemas, by type, as ``contracts.tools.compatibility`` judges it; a
    break that was agreed upon (``contracts/tools/agreed.py``) is none.

    Raises ValueError, naming the type, if it cannot judge.
    """
    found: list[tuple[str, Change]] = []
    for path in sorted((folder / SCHEMAS / RELEASED).glob("*.json")):
        model = MESSAGES.get(path.stem)
        if model is None:
            found.append((path.stem, Change("", "removed")))
            continue
        try:
            different = changes(json.loads(path.read_text("utf-8")), schema_of(model))
        except ValueError as error:
            raise ValueError(f"{path.stem}: {error}: teach contracts/tools/compatibility.py") from error
        found += [(path.stem, judged(path.stem, change)) for change in different]
    return tuple(found)


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """The command. Exit status 1: stale or breaking."""
    parser = argparse.ArgumentParser(prog="python -m contracts.tools.generate", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 with what is stale or breaks")
    choice.add_argument("--release", action="store_true", help="keep today's schemas and examples as the released ones")
    wanted = parser.parse_args(arguments)
    if not (wanted.check or wanted.release):
        _write(folder)
        return 0
    wrong = list(_wrong(folder))
    for line in wrong:
        sys.stderr.write(line + "\n")
    if wrong:
        return 1
    for name, change in against_release(folder):
        sys.stdout.write(f"{name}: {change}\n")
    if wanted.release:
        _release(folder)
    return 0


def _wrong(folder: Path) -> Iterator[str]:
    try:
        for line in stale(folder):
            yield f"{line}: run python -m contracts.tools.generate"
    except ValueError as error:
        yield str(error)
    try:
        for name, change in against_release(folder):
            if change.breaks:
                yield f"{name}: {change}. Add a field, or a new version of the type, instead"
    except ValueError as error:
        yield str(error)


def _write(folder: Path) -> None:
    (folder / SCHEMAS).mkdir(exist_ok=True)
    for stranger in _strangers(folder):
        stranger.unlink()
    for path, text in generated(folder).items():
        (folder / path).write_text(text, "utf-8")


def _release(folder: Path) -> None:
    for kind in (SCHEMAS, EXAMPLES):
        kept = folder / kind / RELEASED
        kept.mkdir(exist_ok=True)
        for name in MESSAGES:
            shutil.copyfile(folder / kind / f"{name}.json", kept / f"{name}.json")


def _strangers(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in sorted((folder / SCHEMAS).glob("*.json")) if path.stem not in MESSAGES)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
