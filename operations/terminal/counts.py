"""Numbers with their nouns."""


def counted(number: int, noun: str, several: str | None = None) -> str:
    """``1 item``, ``1,234 items``; ``several`` where the plural is not the noun with an s."""
    return f"{number:,} {noun if abs(number) == 1 else several or f'{noun}s'}"
