"""The table of what `leaseline doctor` may find, in ``docs/operations.md``, made from the checks themselves.

``python -m tests.docs.doctor`` writes it anew.
"""

from typing import Final

from operations.doctor.checks import CHECKS
from tests.docs.test_operations_documented import ROOT

NOTES: Final = ROOT / "docs" / "operations.md"
HEAD: Final = "| finding | level | it is told when | why it matters | what to do |\n|---|---|---|---|---|\n"


def table() -> str:
    """A row for each finding, in the order in which they are examined."""
    rows = [
        f"| `{each.name}` | {each.level} | {each.when} | {each.why} | {each.do} |"
        for check in CHECKS
        for each in check.symptoms
    ]
    return "\n".join(rows) + "\n"


def notes() -> str:
    """The whole file as it must be: the table is its end."""
    before, _, _ = NOTES.read_text("utf-8").partition(HEAD)
    return before + HEAD + table()


if __name__ == "__main__":
    NOTES.write_text(notes(), "utf-8")
