"""A whole message below its line, as far as it may be seen: masked, or with a person's right to see it."""

import json
from typing import Any

from operations.terminal.signs import visible
from services.engine.core.record import Record
from services.watch.masking.shown import LONGEST, shown


def whole(record: Record, *, unmasked: bool) -> dict[str, Any]:
    """For programs: the message, or its beginning with the number of bytes that are left out."""
    found = shown(record, unmasked=unmasked)
    about: dict[str, Any] = {"headers": found.headers, "size": found.size, "masked": found.masked}
    if found.message is None:
        return about | {"text": found.text}
    text = json.dumps(found.message, ensure_ascii=False)
    rest = len(text.encode()) - LONGEST
    if rest > 0:
        return about | {"text": text.encode()[:LONGEST].decode("utf-8", "ignore"), "bytes_left_out": rest}
    return about | {"message": found.message}


def whole_lines(record: Record, *, unmasked: bool) -> list[str]:
    """For eyes: indented, 4 kB of it."""
    found = shown(record, unmasked=unmasked)
    text, rest = found.text, 0  # foreign bytes were cut already
    if found.message is not None:
        bytes_ = json.dumps(found.message, ensure_ascii=False, indent=2).encode()
        text, rest = bytes_[:LONGEST].decode("utf-8", "ignore"), len(bytes_) - LONGEST
    lines = [f"    {name}: {content}" for name, content in found.headers.items() if name != "content-type"]
    lines += [f"    {visible(line)}" for line in text.split("\n")]
    if rest > 0:
        lines.append(f"    … cut: {rest:,} bytes more")
    return lines
