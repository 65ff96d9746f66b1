"""``GET /orders``: orders by text and filters, the newest first. How they are found is ``search.py``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from contracts.messages.order import HoldReason, Status
from services.http.asking.door import Door
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.cursor import OTHER_FILTERS, UNREADABLE, wrong_cursor
from services.http.telling.listing import Paging, resource_response
from services.http.telling.problem import Fault, fault
from services.orders.rules.cursor import Wrong
from services.orders.rules.listing import ListedOrder
from services.orders.rules.searching import tokens_of
from services.orders.search import Wanted, WrongCursor, count_by_status, search

MOST_WORDS: Final = 8
"""Words of one search: each asks MongoDB several questions."""
MOST_ON_A_PAGE: Final = 50


class OrderFilters(Paging):
    """Which orders; all that is said must be so."""

    text: Annotated[
        str,
        Field(
            max_length=200,
            description="Names, company, e-mail, order id, products, serials: beginnings of words, in any case, with "
            "accents or without; all of them must be found.",
        ),
    ] = ""
    status: Status | None = None
    customer_type: Literal["individual", "business"] | None = None
    group: Annotated[str | None, Field(max_length=64, description="The id of the billing group.")] = None
    term: Annotated[str | None, Field(max_length=32, description="The order's own payment term.")] = None
    hold: HoldReason | Literal["any", "none"] | None = None
    channel: Literal["shop", "phone", "api"] | None = None
    test: bool | None = None
    source: Annotated[str | None, Field(max_length=300, description="Who submitted it.")] = None
    created_from: Annotated[AwareDatetime | None, Field(description="Placed then or later.")] = None
    created_before: Annotated[AwareDatetime | None, Field(description="Placed before then.")] = None
    counts: Annotated[bool, Field(description="Tell how many there are of each status, too.")] = False


class FoundOrderResource(BaseModel):
    """An order in one line. ``product`` is that of its first item; money is minor units, of live units."""

    order_id: str
    version: int
    status: Status
    placed_at: datetime
    customer_id: str
    customer_type: Literal["individual", "business"]
    name: str
    company: str | None = None
    email: str
    product: str
    items: int
    units: int
    taken: int
    cancelled: int
    currency: str
    monthly_total: int | None = None
    contract_value: int | None = None
    payer: str
    group: str | None = None
    term: str | None = None
    holds: tuple[HoldReason, ...]
    channel: Literal["shop", "phone", "api"]
    test: bool
    source: str


class CountResource(BaseModel):
    """So many orders; with ``more`` there are at least so many."""

    number: int
    more: bool = False


class OrderPage(BaseModel):
    """Some of the orders that were searched, the newest first."""

    items: tuple[FoundOrderResource, ...]
    next: str | None = Field(default=None, description="The cursor of the next page; none on the last one.")
    looked_back_to: datetime | None = Field(
        default=None, description="No order placed before then was looked at; the next page goes on there."
    )
    counts: Mapping[Status, CountResource] | None = Field(
        default=None, description="By status, whatever status was asked for; counting stops at 1,000."
    )


_WHY: Final[Mapping[Wrong, str]] = {
    "unreadable": UNREADABLE,
    "other_version": "is of another version of this API",
    "other_search": OTHER_FILTERS,
}
"""What is said of a cursor that leads nowhere."""


def add_search(router: APIRouter, door: Door, identity: Identity) -> None:
    """Adds its route."""

    @router.get(
        "/orders",
        summary="Search orders",
        openapi_extra={"x-scope": "orders:read"},
        responses={200: {"model": OrderPage}},
    )
    async def orders(
        request: Request,
        filters: Annotated[OrderFilters, Query()],
        caller: Annotated[Caller, Depends(needs(identity, "orders:read"))],
    ) -> Response:
        """By text and filters, the newest first. Who is bound to a source finds what came from there."""
        wanted = _wanted(filters, caller, filters.rows(request))
        found = await search(door.reads, wanted)
        if isinstance(found, WrongCursor):
            raise wrong_cursor(_WHY[found.why])
        counts = await count_by_status(door.reads, wanted) if filters.counts else None
        return resource_response(
            OrderPage(
                items=tuple(map(_told, found.orders)),
                next=found.cursor,
                looked_back_to=found.looked_back_to,
                counts=None
                if counts is None
                else {status: CountResource(number=each.number, more=each.more) for status, each in counts.items()},
            )
        )


def _wanted(filters: OrderFilters, caller: Caller, rows: int) -> Wanted:
    tokens = tokens_of(filters.text)
    if filters.text.strip() and not tokens:
        raise fault(
            Fault.PARAMETER_INVALID, "text: no letter and no digit, so nothing can be looked for", parameter="text"
        )
    if len(tokens) > MOST_WORDS:
        raise fault(Fault.PARAMETER_INVALID, f"text: at most {MOST_WORDS} words", parameter="text")
    return Wanted(
        text=filters.text,
        status=filters.status,
        customer_type=filters.customer_type,
        group=filters.group,
        term=filters.term,
        hold=filters.hold,
        channel=filters.channel,
        test=filters.test,
        source=filters.source,
        sources=caller.sources,
        created_from=filters.created_from,
        created_before=filters.created_before,
        limit=min(rows, MOST_ON_A_PAGE),
        cursor=filters.cursor,
    )


def _told(order: ListedOrder) -> FoundOrderResource:
    return FoundOrderResource.model_construct(
        **{name: getattr(order, name) for name in FoundOrderResource.model_fields}
    )
