"""Text as it is searched: what is stored and what is typed are folded alike, so that both meet.

Muller, Müller and Mueller are one word, letter case and accents count for nothing, and the beginning of a text, folded,
is a beginning of the text, folded: who has typed half a word finds it. That costs some differences that nobody misses
(Samuel is folded to ``samul``).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from contracts.values.immutable import Immutable

LENGTHS: Final = (3, 4, 5, 6, 8)
"""Letters of the beginnings by which a word is found. What is typed between them, or beyond, is found by the longest
that fits, and compared with the word itself: each length costs a key of an index for each word of each order.
"""
_UNMARKED: Final = str.maketrans(
    {"ø": "oe", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "þ": "th", "ŧ": "t"}
)
"""Letters that Unicode does not take apart, as they are written where a keyboard lacks them."""
_E_BEHIND_VOWEL: Final = re.compile("([aou])e+")
_WORD: Final = re.compile(r"[^\W_]+")


class Words(Immutable):
    """A text's words, each once, and ``keys``, the beginnings by which they are found."""

    words: tuple[str, ...]
    keys: tuple[str, ...]


def plain(text: str) -> str:
    """A text without letter case, accents and ligatures, as ids and addresses are compared."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold().translate(_UNMARKED)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")


def fold(text: str) -> str:
    """The same, with the umlauts that were typed as two letters: ae, oe and ue are a, o and u."""
    return _E_BEHIND_VOWEL.sub(r"\1", plain(text))


def split_words(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order: letters and digits, whatever stands between them separates."""
    return tuple(_WORD.findall(fold(text)))


def beginning_of(word: str) -> str:
    """The key by which a typed word is found. Below three letters only a whole word has it."""
    for length in reversed(LENGTHS):
        if len(word) >= length:
            return word[:length]
    return word


@lru_cache(4096)
def words_of(text: str) -> Words:
    """The words by which a text is found. What is written together without its dashes and apostrophes is one, too:
    T-Shirt is ``t``, ``shirt`` and ``tshirt``. Names of products and people come again, so they are remembered.
    """
    words: dict[str, None] = {}
    for written in text.split():
        parts = split_words(written)
        words.update(dict.fromkeys((*parts, "".join(parts)) if len(parts) > 1 else parts))
    keys = dict.fromkeys(key for word in words for key in _keys_of(word))
    return Words(tuple(words), tuple(keys))


def _keys_of(word: str) -> Iterator[str]:
    if len(word) <= LENGTHS[0]:
        yield word
        return
    for length in LENGTHS:
        if length > len(word):
            return
        yield word[:length]
