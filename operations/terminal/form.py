"""How a command's output looks: decided here, once, by where it goes and what was asked for."""

from enum import StrEnum
from typing import IO


class Form(StrEnum):
    """For eyes: tables as wide as the terminal. For a pipe or a file: plain lines. For a program: JSON."""

    TERMINAL = "terminal"
    PLAIN = "plain"
    JSON = "json"


def form_of(stream: IO[str], *, json: bool) -> Form:
    """JSON where it was asked for, else by whether a person reads the stream now."""
    if json:
        return Form.JSON
    return Form.TERMINAL if stream.isatty() else Form.PLAIN
