"""E-mail addresses: which are taken, and in which form two of them are compared.

Rule: ``docs/domain.md`` section 1, "Text rules". Nobody is asked whether an address exists.
"""

import re
import unicodedata
from typing import Final

import idna

from contracts.values.text import INVISIBLE

LONGEST: Final = 254
"""Characters of an address."""
SCHEMA: Final = "^\\s*[^@\\s]+@[^@\\s.]+([.\u3002\uff0e\uff61][^@\\s.]+)+\\s*$"
"""What a sender's tool can check: no ``format`` says it, for those refuse ``.test``, or letters beyond ASCII."""
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")
"""What separates labels: the full stop, and those that an East Asian keyboard writes (RFC 3490 section 3.1)."""
_UNSEEN: Final = frozenset(["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"])
_JOINERS: Final = frozenset("\u200c\u200d")
"""Indic and Persian words need them."""


def why_no_email(value: str) -> str | None:
    """What is wrong with an address; None: nothing. It has one @, a name before it and a domain of labels behind."""
    local, at, domain = value.strip().rpartition("@")
    if len(value) > LONGEST:
        return f"{len(value)} characters, at most {LONGEST}"
    if not at or not local or "@" in local:
        return "not an e-mail address"
    if _has_unseen(value.strip()):
        return "a blank, a control or an invisible character in the address"
    labels = _DOTS.split(_folded(domain))
    if len(labels) < 2 or not all(labels):
        return "the domain has no dot, or an empty label"
    return None


def _has_unseen(value: str) -> bool:
    if value.isascii() and value.isprintable():
        return " " in value
    return any(c not in _JOINERS and (c in INVISIBLE or unicodedata.category(c) in _UNSEEN) for c in value)


def normal_email(value: str) -> str:
    """The form in which two addresses are compared: trimmed, lower-cased, NFC, the domain in its ASCII form."""
    value = value.strip()
    if value.isascii():
        return value.lower()
    local, at, domain = value.rpartition("@")
    labels = (_ascii(label) for label in _DOTS.split(_folded(domain)))
    return f"{_lower(local)}{at}{'.'.join(labels)}"


def _folded(domain: str) -> str:
    """A domain as IDNA maps it (UTS 46): lower case, NFC, full-width letters plain. Merely ugly ones as they are."""
    if domain.isascii():
        return domain.lower()
    try:
        return idna.uts46_remap(domain, std3_rules=False, transitional=False)
    except (idna.IDNAError, ValueError):
        return _lower(domain)


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, ValueError):  # a sign that IDNA 2008 no longer takes; older registries did
        return "xn--" + label.encode("punycode").decode("ascii")


def _lower(value: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).lower())
