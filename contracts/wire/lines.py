"""A JSON file that was sent line by line: told so that the sender recognises the mistake."""

import re
from typing import Final

_LONGEST: Final = 4096
_FRAGMENT: Final = re.compile(
    r"""\s*(
        [\]\[{}]+\s*,?                                        # an opening or closing bracket by itself
        | "(\\.|[^"\\])*"\s*:\s*([\[{]|.*,)?                  # a field, the beginning of one
        | "(\\.|[^"\\])*"\s*:\s*("(\\.|[^"\\])*"|[\w.+-]+|\[.*\]|\{.*\})   # the last field of an object
        | ("(\\.|[^"\\])*"|[\d.eE+-]+|true|false|null|\{.*\})\s*,          # a value of a list
    )\s*""",
    re.VERBOSE | re.DOTALL,
)


def looks_like_a_line(value: bytes) -> bool:
    """Whether it is one line of a JSON file that was sent line by line: a bracket, a field, a value of a list.

    A line that is JSON by itself (a last value of a list) is for whoever parsed it to ask about.
    """
    if len(value) > _LONGEST:
        return False
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return False
    return "\n" not in text.strip() and _FRAGMENT.fullmatch(text) is not None


HINT: Final = "; looks like one line of a file: send the whole document as one record"
"""What is said then."""
