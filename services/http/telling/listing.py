"""Lists: what each of them takes and gives, whatever is in it.

A page is read by one index, and no more than so many documents of it: where filters leave little over, a page may have
fewer than were asked for, or none, and still a cursor (``docs/decisions/0093``).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from contracts.values.immutable import Immutable
from services.http.bounds import page_of
from services.http.telling.cursor import LONGEST, Position, read_cursor, write_cursor

T = TypeVar("T")
R = TypeVar("R", bound=BaseModel)


class Paging(BaseModel):
    """The parameters of every list. One that is not known is refused: a filter that was mistyped must not list all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int | None, Field(ge=1, le=1000, description="At most so many; 50 if not said.")] = None
    cursor: Annotated[str | None, Field(max_length=LONGEST, description="`next` of the page before.")] = None

    def rows(self, request: Request) -> int:
        """How many a page has. Raises ``Problem`` for more than the process allows (``LEASELINE_HTTP_PAGE``)."""
        return page_of(request, self.limit)

    def filters(self) -> Mapping[str, object]:
        """What a cursor is good for."""
        return self.model_dump(exclude={"limit", "cursor"}, exclude_none=True)

    def after(self, of: str, *shape: type[str] | type[int]) -> Position | None:
        """The place where the page before ended; None: the beginning. Raises ``Problem`` for a cursor of elsewhere."""
        return None if self.cursor is None else read_cursor(self.cursor, of, self.filters(), shape)


class Found(Immutable, Generic[T]):
    """Some of a list, and where it is read on; None: that was all of it."""

    items: Sequence[T]
    next: Position | None = None


class ListPage(BaseModel, Generic[R]):
    """Some of a list."""

    items: tuple[R, ...]
    next: str | None = Field(default=None, description="The cursor of the next page; none on the last one.")


def page_response(of: str, paging: Paging, items: Sequence[BaseModel], position: Position | None) -> Response:
    """The page as it is sent."""
    cursor = None if position is None else write_cursor(of, paging.filters(), position)
    told = ",".join(item.model_dump_json(exclude_none=True) for item in items)
    end = "" if cursor is None else f',"next":"{cursor}"'
    return Response(f'{{"items":[{told}]{end}}}', media_type="application/json")


def resource_response(resource: BaseModel, version: int | None = None) -> Response:
    """One resource as it is sent; ``version`` becomes its ETag."""
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return Response(resource.model_dump_json(exclude_none=True), headers=headers, media_type="application/json")
