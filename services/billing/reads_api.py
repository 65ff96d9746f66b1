"""Invoices over HTTP: as JSON, as a page, on paper, and their lines as a file. Reads only."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from contracts.messages.invoices import InvoiceLine
from services.billing import queries
from services.billing.documents.invoice import KeptInvoice
from services.billing.papers import Papers
from services.billing.queries import WantedInvoices
from services.billing.resources import InvoiceResource, invoice_of
from services.http.asking.door import Door
from services.http.callers.caller import Caller
from services.http.telling.accept import choose_type
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.problem import Fault, fault

JSON, HTML, PDF, CSV = "application/json", "text/html", "application/pdf", "text/csv"
ENDINGS: Final = {"json": JSON, "html": HTML, "pdf": PDF, "csv": CSV}
NO_SCRIPT: Final = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"
"""The page of an invoice needs nothing from anywhere, and no script."""
READ: Final = {"x-scope": "billing:read"}
Reader = Callable[[Request], Awaitable[Caller]]


class LineFilters(Paging):
    """All lines."""


class InvoiceFilters(Paging):
    """Which invoices; all that is said must be so."""

    account: Annotated[str | None, Field(max_length=120, description="The id of their account.")] = None
    payer: Annotated[str | None, Field(max_length=80, description="group:<id> or customer:<id>.")] = None
    period: Annotated[
        str | None, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="That of the run, YYYY-MM.")
    ] = None


def add_invoices(router: APIRouter, door: Door, reader: Reader, papers: Papers | None) -> None:
    """Adds their routes. Without ``papers`` invoices are there as JSON only."""

    async def find(number: str) -> KeptInvoice:
        found = await queries.find_kept_invoice(door.reads, number)
        if found is None:
            raise fault(Fault.NOT_FOUND, "there is no such invoice, or a run is still preparing it")
        return found

    @router.get(
        "/invoices", summary="Invoices", openapi_extra=READ, responses={200: {"model": ListPage[InvoiceResource]}}
    )
    async def invoices(
        request: Request, filters: Annotated[InvoiceFilters, Query()], _caller: Annotated[Caller, Depends(reader)]
    ) -> Response:
        """By number, final ones only. A page may have fewer than were asked for, and still a `next`."""
        after = filters.after("invoices", str)
        wanted = WantedInvoices(filters.account, filters.payer, filters.period)
        behind = None if after is None else str(after[0])
        found, last = await queries.page_invoices(door.reads, wanted, behind, filters.rows(request))
        return page_response("invoices", filters, list(map(invoice_of, found)), None if last is None else (last,))

    @router.get(
        "/invoices/{number}/lines",
        summary="The lines of an invoice",
        openapi_extra=READ,
        responses={200: {"model": ListPage[InvoiceLine]}},
    )
    async def invoice_lines(
        number: str,
        request: Request,
        filters: Annotated[LineFilters, Query()],
        _caller: Annotated[Caller, Depends(reader)],
    ) -> Response:
        """In their order: one for each contract month of a subscription."""
        await find(number)
        of = f"lines of {number}"
        after = filters.after(of, int, int)
        place = None if after is None else (int(after[0]), int(after[1]))
        found, behind = await queries.page_lines(door.reads, number, place, filters.rows(request))
        return page_response(of, filters, found, behind)

    @router.get(
        "/invoices/{number}",
        summary="An invoice, as JSON, HTML, PDF, or its lines as CSV",
        openapi_extra=READ,
        responses={200: {"model": InvoiceResource, "content": {HTML: {}, PDF: {}, CSV: {}}}},
    )
    async def invoice(number: str, request: Request, _caller: Annotated[Caller, Depends(reader)]) -> Response:
        """By the header Accept, or by the ending of the address: `.json`, `.html`, `.pdf`, `.csv`."""
        name, dot, ending = number.partition(".")
        offered = (JSON,) if papers is None else (JSON, HTML, PDF, CSV)
        if dot and ENDINGS.get(ending) not in offered:
            raise fault(
                Fault.NOT_ACCEPTABLE if ending in ENDINGS else Fault.NOT_FOUND, f"there is {', '.join(offered)}"
            )
        kind = ENDINGS[ending] if dot else choose_type(request.headers.get("accept"), offered)
        found = await find(name)
        if kind == JSON or papers is None:
            response = resource_response(invoice_of(found))
        else:
            response = await _paper(kind, found, queries.list_lines(door.reads, name), papers)
        response.headers["Vary"] = "Accept"
        return response


async def _paper(kind: str, kept: KeptInvoice, lines: AsyncIterator[InvoiceLine], papers: Papers) -> Response:
    invoice = kept.to_contract()
    headers = {"X-Content-Type-Options": "nosniff"}
    if kind == HTML:
        return Response(await papers.html(invoice, lines), 200, {**headers, "Content-Security-Policy": NO_SCRIPT}, HTML)
    ending = "pdf" if kind == PDF else "csv"
    headers["Content-Disposition"] = f'inline; filename="{invoice.number}.{ending}"'
    if kind == PDF:
        return Response(await papers.pdf(invoice, lines), 200, headers, PDF)
    return StreamingResponse(papers.csv(invoice, lines), 200, headers, CSV)
