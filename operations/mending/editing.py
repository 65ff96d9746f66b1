"""A letter in somebody's editor: the whole event as JSON, however it was sent; what they leave in it is sent."""

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from installation.errors import InstallationError
from services.engine.core.letter import Letter, as_event


def edited(letter: Letter, file: str, editor: str) -> bytes:
    """The content of ``file``; of ``-`` what the editor left, or what comes in if nobody sits there.

    Raises ``InstallationError`` if nothing was changed, or there is nothing to be edited.
    """
    if file != "-":
        return Path(file).read_bytes()
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read()
    was = text_of(letter)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letter.json"
        path.touch(mode=0o600)
        path.write_text(was, "utf-8")
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)
        if done.returncode:
            raise InstallationError(f"{editor} ended with status {done.returncode}: nothing was sent.")
        content = path.read_text("utf-8")
    if content == was:
        raise InstallationError("Nothing was changed: nothing was sent. Without --edit it is sent as it is.")
    return content.encode()


def text_of(letter: Letter) -> str:
    """What stands in the editor: the event, or what there is of it."""
    event = as_event(letter)
    if event is None:
        return (letter.value or b"").decode("utf-8", "replace")
    return json.dumps(event, indent=2, ensure_ascii=False) + "\n"
