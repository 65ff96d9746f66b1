"""How long a caller wants to wait (RFC 7240): ``Prefer: wait=3``, or ``respond-async`` for not at all."""

from typing import Final

PATIENCE: Final = 5.0
MOST_PATIENCE: Final = 30.0


def wait_of(header: str | None, patience: float = PATIENCE) -> float:
    """Seconds, 0 to 30; what cannot be read counts as not said: a preference is no demand."""
    for part in (header or "").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "respond-async":
            return 0.0
        if name.strip().lower() == "wait":
            text = value.strip().strip('"')
            if text.isascii() and text.isdigit() and len(text) < 6:
                return min(float(text), MOST_PATIENCE)
    return patience
