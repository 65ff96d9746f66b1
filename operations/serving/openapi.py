"""Writes the document of the HTTP API to ``contracts/openapi.json``: ``python -m operations.serving.openapi``.

``--check`` writes nothing and exits 1 if it is stale or breaks what the released one promised. ``--release`` makes
today's document the released one; it refuses while that one is stale or broken.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import contracts
from contracts.tools.agreed import judged
from contracts.tools.openapi_changes import api_changes
from services.billing import http as billing
from services.engine.runtime.settings import Settings
from services.fulfillment import http as fulfillment
from services.http.app import build
from services.http.settings import HttpSettings
from services.http.telling import openapi
from services.orders import http as orders
from services.watch import http as watch

FOLDER: Final = Path(contracts.__file__).parent
NAME: Final = "openapi.json"
RELEASED: Final = "openapi.released.json"
_NOWHERE: Final = HttpSettings(Settings("127.0.0.1:9", "mongodb://127.0.0.1:9/?replicaSet=none"), open=True)
"""Nothing is asked of any server for the document."""


@cache
def document() -> Mapping[str, Any]:
    """That of all sides together, as `leaseline http` serves it."""
    return openapi.document(build((orders.SIDE, fulfillment.SIDE, billing.side(), watch.SIDE), _NOWHERE))


def wrong(folder: Path = FOLDER) -> Iterator[str]:
    """What is wrong with the document that is checked in, each with what to do."""
    made = document()
    there = folder / NAME
    if not there.exists() or there.read_text("utf-8") != openapi.text(made):
        yield f"contracts/{NAME} is stale: run python -m operations.serving.openapi"
    released = folder / RELEASED
    if released.exists():
        try:
            different = api_changes(json.loads(released.read_text("utf-8")), made)
        except ValueError as error:
            yield str(error)
            return
        for name, change in ((name, judged(name, each)) for name, each in different):
            if change.breaks:
                yield f"{name}: {change}. Add something beside it instead"


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """The command. Exit status 1: stale or breaking."""
    parser = argparse.ArgumentParser(prog="python -m operations.serving.openapi", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is stale or breaks")
    choice.add_argument("--release", action="store_true", help="keep today's document as the released one")
    wanted = parser.parse_args(arguments)
    if not (wanted.check or wanted.release):
        (folder / NAME).write_text(openapi.text(document()), "utf-8")
        return 0
    found = list(wrong(folder))
    for line in found:
        sys.stderr.write(line + "\n")
    if wanted.release and not found:
        (folder / RELEASED).write_text((folder / NAME).read_text("utf-8"), "utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
