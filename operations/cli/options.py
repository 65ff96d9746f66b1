"""The options that several commands have, and what they mean."""

from pathlib import Path
from typing import Annotated

import typer

Databases = Annotated[str, typer.Option(envvar="LEASELINE_DATABASES", help="How the databases' names begin.")]
Data = Annotated[
    Path | None,
    typer.Option(
        help="The folder of the local servers' data, if they are not the usual ones.",
        show_default=".leaseline/servers",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for a program.")]
