"""`leaseline`, from the first moment on: loading the commands takes a second, in which Ctrl-C is no defect either."""

import sys


def main() -> None:
    """Runs the command line. Exit status 130 after Ctrl-C that no command has an answer to."""
    try:
        from operations.cli import main as commands  # noqa: PLC0415 - this is what takes a second
        from services.fulfillment.settings import read_labels  # noqa: PLC0415

        read_labels()
        commands()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
