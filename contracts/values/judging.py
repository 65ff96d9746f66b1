"""A value is judged once, where it comes in. What was let in is not judged again when it is read later: a rule that
became stricter, or a list that became shorter, refuses what is new and makes nothing unreadable that is in use
(``docs/domain.md`` section 3; ``docs/decisions/0061``).
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationInfo
from pydantic_core import PydanticCustomError

M = TypeVar("M", bound=BaseModel)
JUDGED: Final[dict[str, Any]] = {"judged": True}
"""The context in which something is read that was judged when it came: a fact, a request that waited."""


def judged_by(check: Callable[[Any], Any]) -> AfterValidator:
    """A validator that gives the normal form of a value, and refuses one that breaks the rule; where the value was
    judged before, one that breaks today's rule stays as it is.
    """

    def checked(value: Any, info: ValidationInfo) -> Any:
        try:
            return check(value)
        except PydanticCustomError:
            if info.context:
                return value
            raise

    return AfterValidator(checked)


def read_again(model: type[M], body: str) -> M:
    """A request that was kept as it was read. Raises pydantic's ValidationError only if it never was one."""
    return model.model_validate_json(body, context=JUDGED)
