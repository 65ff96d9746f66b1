"""The ground of every model on the wire: frozen, strict, unknown fields ignored."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value on the wire. Strict: a number in quotes is not a number. Read from JSON bytes, never from objects.

    Unknown fields of a known version are ignored, so that a newer sender can talk to an older reader; the reader
    counts them (``contracts.wire.envelope``).
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)
