"""An actor as every line may show them: by name, but not by an e-mail address."""


def actor_shown(actor: str) -> str:
    """The actor's name, or of an e-mail address only its domain (``docs/decisions/0102``)."""
    before, at, domain = actor.rpartition("@")
    return f"…@{domain}" if at and before else actor
