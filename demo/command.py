"""`leaseline demo`: real orders through the three services, with live progress, tables and the invariants."""

from pathlib import Path
from typing import Annotated

import typer

from demo.run import DATA, run
from operations.terminal.screen import Screen


def demo(
    again: Annotated[bool, typer.Option(help="Feed the same data into the databases of the last demo.")] = False,
    data: Annotated[Path, typer.Option(help="The folder of its data.", show_default=".leaseline/demo")] = DATA,
) -> None:
    """Run real orders through the three services and check the invariants."""
    try:
        raise typer.Exit(run(Screen(), again=again, data=data))
    except KeyboardInterrupt:
        typer.echo("Interrupted: everything that was started is gone, the data stay.", err=True)
        raise typer.Exit(130) from None
