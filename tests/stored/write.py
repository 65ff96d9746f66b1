"""Writes the examples of stored documents: ``python -m tests.stored.write`` those that are not there yet or lack a
field, ``--all`` every one of them, after a change that is meant and has a way for the documents of before.
"""

import json
import sys
from pathlib import Path

from tests.stored.kinds import EXAMPLES, FORMS, example


def main(arguments: list[str], folder: Path = EXAMPLES) -> None:
    """Writes them, and says which."""
    folder.mkdir(exist_ok=True)
    for name, form in FORMS.items():
        path = folder / f"{name}.json"
        if "--all" in arguments or not path.exists() or form.names - _names(path):
            path.write_text(json.dumps(example(form, form.full()), indent=1, sort_keys=True) + "\n", "utf-8")
            sys.stdout.write(f"{path.name}\n")


def _names(path: Path) -> frozenset[str]:
    return frozenset(json.loads(path.read_text("utf-8"))["stored"])


if __name__ == "__main__":
    main(sys.argv[1:])
