"""A value with some fields changed: how every decision says what becomes of a document.

pydantic's ``model_copy`` copies what a frozen value never needs of its own; where decisions change documents by the
thousand it was a tenth of their time (``docs/decisions/0011``).
"""

from typing import TypeVar

from pydantic import BaseModel

D = TypeVar("D", bound=BaseModel)


def revised(document: D, **changes: object) -> D:
    """It with these fields changed; as with ``model_copy`` nothing is checked, nested values are shared."""
    made = document.__class__.__new__(document.__class__)
    set_field = object.__setattr__
    set_field(made, "__dict__", {**document.__dict__, **changes})
    set_field(made, "__pydantic_fields_set__", document.__pydantic_fields_set__)
    set_field(made, "__pydantic_extra__", document.__pydantic_extra__)
    set_field(made, "__pydantic_private__", document.__pydantic_private__)
    return made
