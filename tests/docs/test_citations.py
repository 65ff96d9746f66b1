"""Whatever the code and the documents cite stands in this repository: files, sections, rules, decisions, tests."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = tuple(
    name
    for name in ("bench", "contracts", "demo", "deploy", "installation", "operations", "services", "tests")
    if (ROOT / name).is_dir()
)
RULES: Final = range(1, 17)
_NUMBERS: Final = r"(?P<numbers>\d+(?:(?:,| and| to)\s+\d+)*)"
_FILE: Final = r"`(?P<file>(?:docs/)?(?:domain|architecture|operations|design)\.md)`+"
_SECTION: Final = re.compile(_FILE + r"\s*,?\s*sections?\s+" + _NUMBERS)
_RULE: Final = re.compile(r"(?<![\w.])[Rr]ules?\s+" + _NUMBERS)
_BOOK: Final = re.compile(r"`+(?P<file>(?:docs/)?(?:domain|design|architecture|operations)\.md)`+")
_DECISION: Final = re.compile(r"docs/decisions/(?P<number>\d{4})|[Dd]ecisions? (?P<plain>\d{1,2})\b")
_LINK: Final = re.compile(r"\[[^\]]+\]\((?P<to>[^)#:\s]+)(?:#[^)]*)?\)")
_PATH: Final = re.compile(rf"`((?:{'|'.join(ROOMS)}|docs)/[\w./-]+\.(?:py|md|json|toml|sh|txt|j2))`")


def _texts(*suffixes: str) -> Iterator[Path]:
    for room in (*ROOMS, "docs"):
        found = sorted((ROOT / room).rglob("*"))
        yield from (path for path in found if path.suffix in suffixes and "data" not in path.parts)
    yield from (path for path in sorted(ROOT.glob("*")) if path.suffix in suffixes)


def _numbers(text: str) -> list[int]:
    found = [int(number) for number in re.findall(r"\d+", text)]
    return list(range(found[0], found[1] + 1)) if " to " in text and len(found) == 2 else found


def _sections(file: str) -> set[int]:
    text = (ROOT / "docs" / Path(file).name).read_text("utf-8")
    return {int(number) for number in re.findall(r"^## (\d+)\.", text, re.MULTILINE)}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


CODE: Final = tuple(path for path in _texts(".py", ".toml", ".sh") if path != Path(__file__).resolve())
PROSE: Final = tuple(_texts(".md"))


def _problems(text: str, where: str) -> Iterator[str]:
    for found in _BOOK.finditer(text):
        if found["file"] not in ("docs/domain.md", "docs/architecture.md", "docs/operations.md"):
            yield f"{where}: {found['file']} is cited without the folder it is in, or is no file of ours"
    for found in _SECTION.finditer(text):
        missing = set(_numbers(found["numbers"])) - _sections(found["file"])
        if missing:
            yield f"{where}: {found['file']} has no section {missing}"
    for found in _RULE.finditer(text):
        missing = set(_numbers(found["numbers"])) - set(RULES)
        if missing:
            yield f"{where}: there is no rule {missing}"
    for found in _DECISION.finditer(text):
        number = int(found["number"] or found["plain"])
        if not list((ROOT / "docs/decisions").glob(f"{number:04}-*.md")):
            yield f"{where}: there is no decision {number}"


@pytest.mark.parametrize("path", CODE, ids=_named)
def test_what_code_cites_is_there(path: Path) -> None:
    assert list(_problems(path.read_text("utf-8"), _named(path))) == []


@pytest.mark.parametrize("path", PROSE, ids=_named)
def test_what_a_document_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    links = [found["to"] for found in _LINK.finditer(text) if not (path.parent / found["to"]).exists()]
    paths = [named for named in _PATH.findall(text) if not (ROOT / named).exists()]
    decisions = [line for line in _problems(text, _named(path)) if "decision" in line]
    assert (links, paths, decisions) == ([], [], [])


def test_the_sixteen_rules_stand_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    begun = text.index("### The rules")
    rules = text[begun : text.index("### What holds each rule", begun)]
    assert [int(number) for number in re.findall(r"^(\d+)\. ", rules, re.MULTILINE)] == list(RULES)


def test_a_citation_of_nothing_is_noticed() -> None:
    text = "See ``docs/domain.md`` section 99, rule 17, ``design.md`` and docs/decisions/0999."
    assert len(list(_problems(text, "here"))) == 4
