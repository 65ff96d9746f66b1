"""The options that several commands have, and what they mean."""

from pathlib import Path
from typing import Annotated

import typer

from services.engine.runtime.settings import PREFIX_MEANT, database_prefix


def _prefix(text: str) -> str:
    try:
        return database_prefix(text)
    except ValueError:
        raise typer.BadParameter(f"{text[:60]!r} cannot begin a database's name: {PREFIX_MEANT}.") from None


Databases = Annotated[
    str, typer.Option(envvar="LEASELINE_DATABASES", callback=_prefix, help="How the databases' names begin.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="The folder of the local servers' data, if they are not the usual ones.",
        show_default=".leaseline/servers",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for a program.")]
