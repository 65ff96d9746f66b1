"""What of a message is about a person: a tag in the models, which the schemas show, and by which data are masked.

A tagged field has ``$comment: personal`` in its schema: the one keyword of remarks that a strict validator lets pass
(``docs/decisions/0042``). What is personal, and what is not, ``docs/decisions/0102`` says.
"""

from typing import Final

from pydantic import GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contracts.values.immutable import Immutable


class Personal(Immutable):
    """The tag. ``only_address``: what stands there is personal only where it is an e-mail address."""

    only_address: bool = False

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        remark = "personal where it is an e-mail address" if self.only_address else "personal"
        return {**handler(schema), "$comment": remark}


PERSONAL: Final = Personal()
"""Names of customers and payers, how to reach them, where they live, free text and its author, parcels."""
ACTOR: Final = Personal(only_address=True)
"""Who acted: who did what is what operations must see. An e-mail address is more than that needs."""


def tag_of(field: FieldInfo) -> Personal | None:
    """The tag of a field; None: it is not personal."""
    return next((each for each in field.metadata if isinstance(each, Personal)), None)
