"""What the watch says beside its lines: how far a search is, what it leaves out, what is wrong. To standard error."""

import sys
from typing import IO

from operations.terminal.signs import visible


class Saying:
    """Sentences, each on its line, and one line of progress where somebody looks."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = sys.stderr if file is None else file
        self._looked_at = self._file.isatty()
        self._progress = ""

    def say(self, sentence: str) -> None:
        """A sentence."""
        self.clear()
        self._file.write(f"{visible(sentence)}\n")
        self._file.flush()

    def progress(self, sentence: str) -> None:
        """What is being done, in place of what was."""
        if self._looked_at and sentence != self._progress:
            self._file.write(f"\r\x1b[K{sentence}")
            self._file.flush()
            self._progress = sentence

    def clear(self) -> None:
        """Takes the line of progress away, before anything else is written."""
        if self._progress:
            self._file.write("\r\x1b[K")
            self._file.flush()
            self._progress = ""
