"""Writes the rules, their tests, the dashboard and the table of the alerts in the operating notes anew."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.monitoring.dashboard import dashboard
from deploy.monitoring.rules import rules, table, tests

FOLDER: Final = Path(__file__).parent
NOTES: Final = FOLDER.parents[1] / "docs" / "operations.md"
RULES: Final = "alerts.yaml"
BEGIN: Final = "<!-- alerts: written by python -m deploy.monitoring -->\n"
END: Final = "<!-- end of alerts -->\n"


def files() -> Mapping[Path, str]:
    """Every file that is written, with what must stand in it."""
    before, _, rest = NOTES.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return {
        FOLDER / RULES: rules(),
        FOLDER / "alerts.test.yaml": tests(RULES),
        FOLDER / "dashboard.json": dashboard(),
        NOTES: before + BEGIN + table() + END + after,
    }


def main(arguments: list[str]) -> int:
    """0; 1 if ``--check`` found a file that is not as it would be written."""
    stale = [path for path, text in files().items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.name} is not as it would be written: run python -m deploy.monitoring\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(files()[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
