"""The index of ``docs/decisions``, made from the decisions themselves.

``python -m tests.docs.decisions`` writes it anew.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contracts.values.immutable import Immutable

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "decisions"
INDEX: Final = FOLDER / "README.md"
HEAD: Final = "| number | decision | state |\n|---|---|---|\n"
_NAME: Final = re.compile(r"(?P<number>\d{4})-[a-z0-9-]+\.md")
_TITLE: Final = re.compile(r"# (?P<number>\d+)\. (?P<title>.+)")
_SINCE: Final = re.compile(r"^\*\*Since then\*\* (?P<text>.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)
_SUCCESSOR: Final = re.compile(r"decision\s+(\d+)")


class Decided(Immutable):
    """One decision; ``successors`` are the numbers of those that changed something of it."""

    number: int
    file: str
    title: str
    successors: tuple[int, ...]

    @property
    def row(self) -> str:
        """Its line in the index."""
        changed = ", ".join(map(str, self.successors))
        state = f"stands, changed in part by {changed}" if changed else "stands"
        return f"| {self.number} | [{self.title}]({self.file}) | {state} |"


def all_decided() -> Iterator[Decided]:
    """The decisions in the order of their numbers. Raises ValueError for a file that is none."""
    for path in sorted(FOLDER.glob("*.md")):
        if path != INDEX:
            yield read(path.name, path.read_text("utf-8"))


def read(file: str, text: str) -> Decided:
    """One decision. Raises ValueError for a name or a title that does not say its number."""
    name, title = _NAME.fullmatch(file), _TITLE.match(text)
    if name is None or title is None or int(name["number"]) != int(title["number"]):
        raise ValueError(f"{file} is no decision: its name and its title must begin with its number")
    since = _SINCE.search(text)
    successors = _SUCCESSOR.findall(since["text"]) if since is not None else []
    return Decided(int(name["number"]), file, title["title"], tuple(dict.fromkeys(map(int, successors))))


def index() -> str:
    """The whole file as it must be: what stands before the table, then a row for each decision."""
    before, _, _ = INDEX.read_text("utf-8").partition(HEAD)
    return before + HEAD + "\n".join(decided.row for decided in all_decided()) + "\n"


if __name__ == "__main__":
    INDEX.write_text(index(), "utf-8")
