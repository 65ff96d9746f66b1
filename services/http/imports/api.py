"""`/imports`: a file is sent as a stream, and told line by line while it is read."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.engine.core.answer import answer_id
from services.http.asking.door import Door
from services.http.asking.intake import read_key
from services.http.asking.tracing import trace_of
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.imports.job import Form, Job, LineState
from services.http.imports.job_store import JobStore, milliseconds
from services.http.imports.kind import KINDS, Kind
from services.http.imports.reading import CsvLines, JsonLines, Reader
from services.http.imports.resources import ImportResource, LineResource, import_of, line_of
from services.http.imports.running import Run
from services.http.telling.listing import ListPage, Paging, page_response, resource_response
from services.http.telling.openapi import KEY
from services.http.telling.problem import Fault, fault

SCOPE: Final = "imports:write"
FORMS: Final[Mapping[str, Form]] = {
    "text/csv": "csv",
    "application/x-ndjson": "json_lines",
    "application/jsonl": "json_lines",
    "application/x-jsonlines": "json_lines",
}
"""The form of a file by its media type."""
KindName = Literal["orders", "catalog", "devices", "scans"]
Places = Mapping[str, tuple[Door, JobStore]]
"""The door and the jobs of each service in this process."""
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {name: {"schema": {"type": "string"}} for name in ("text/csv", "application/x-ndjson")},
}


class LineFilters(Paging):
    """Which lines."""

    state: Annotated[LineState | None, Field(description="What became of them.")] = None


def routes(places: Places, identity: Identity) -> APIRouter:
    """The routes, over all services of this process: a job's name begins with that of its service."""
    router = APIRouter(tags=["imports"])
    allowed = needs(identity, SCOPE)

    @router.post(
        "/imports",
        summary="Send a file of orders, variants, devices or scans",
        operation_id="Import",
        openapi_extra={
            "x-scope": SCOPE,
            "parameters": [{**KEY, "required": True}],
            "requestBody": _BODY,
        },
        responses={
            200: {"model": ImportResource, "description": "Read to its end: every line has its result."},
            409: {"description": "It was sent once more meanwhile: that one goes on."},
        },
        response_class=Response,
    )
    async def send(
        kind: Annotated[KindName, Query()], request: Request, caller: Annotated[Caller, Depends(allowed)]
    ) -> Response:
        """CSV with a header of dotted paths, or JSON lines; each line is what the kind's single route takes. It is read
        as a stream, and answered at its end; `GET /imports` finds it before. A column, or a field of a line, named
        `occurred_at` says when that line happened (RFC 3339), as the header Occurred-At does for a single request.
        Whatever broke it: sent again with the same Idempotency-Key it goes on, and nothing is done twice. It needs the
        scope of the kind, too.
        """
        of = KINDS[kind]
        door, store = _place(of, caller, places)
        form = _form(request)
        key = read_key(request.headers.get("idempotency-key"))
        if key is None:
            raise fault(Fault.IDEMPOTENCY_KEY_REQUIRED)
        id_ = f"{door.service}-{answer_id(caller.sender, f'import {key}')}"
        now = door.now()
        fresh = Job(
            source=caller.sender,
            owner=caller.owner,
            key=key,
            kind=kind,
            form=form,
            created=now,
            updated=now,
            attempt=1,
        )
        job = await store.begin(id_, fresh)
        reader: Reader = CsvLines(of.model) if form == "csv" else JsonLines()
        await Run(id_, job, of, reader, door, caller, store, trace_of(request)).over(request.stream())
        found = await store.find(id_)
        return resource_response(import_of(id_, found or job, door.now()))

    @router.get(
        "/imports",
        summary="One's own imports, the newest first",
        openapi_extra={"x-scope": SCOPE},
        responses={200: {"model": ListPage[ImportResource]}},
        response_class=Response,
    )
    async def imports(
        paging: Annotated[Paging, Query()], request: Request, caller: Annotated[Caller, Depends(allowed)]
    ) -> Response:
        """Those that were sent within seven days, as they stand."""
        most = paging.rows(request)
        place = paging.after("imports", int, str)
        after = None if place is None else (int(place[0]), str(place[1]))
        found: list[ImportResource] = []
        for door, store in places.values():
            now = door.now()
            found += [import_of(id_, job, now) for id_, job in await store.of(caller.sender, after, most + 1)]
        found.sort(key=lambda each: (each.created, each.id), reverse=True)
        page = found[:most]
        position = (milliseconds(page[-1].created), page[-1].id) if len(found) > most else None
        return page_response("imports", paging, page, position)

    @router.get(
        "/imports/{import_id}",
        summary="An import as it stands",
        openapi_extra={"x-scope": SCOPE},
        responses={200: {"model": ImportResource}},
        response_class=Response,
    )
    async def import_(import_id: str, caller: Annotated[Caller, Depends(allowed)]) -> Response:
        """Its state and its counts, also while it runs."""
        door, _, job = await _own(import_id, caller, places)
        return resource_response(import_of(import_id, job, door.now()))

    @router.get(
        "/imports/{import_id}/results",
        summary="What became of each line",
        openapi_extra={"x-scope": SCOPE},
        responses={200: {"model": ListPage[LineResource]}},
        response_class=Response,
    )
    async def import_results(
        import_id: str,
        filters: Annotated[LineFilters, Query()],
        request: Request,
        caller: Annotated[Caller, Depends(allowed)],
    ) -> Response:
        """In the order of the lines, also while it runs: those of a batch come together, once all of it is decided."""
        most = filters.rows(request)
        _, store, _ = await _own(import_id, caller, places)
        place = filters.after(import_id, int)
        after = 0 if place is None else int(place[0])
        found = await store.results(import_id, filters.state, after, most + 1)
        page = found[:most]
        return page_response(
            import_id, filters, list(map(line_of, page)), (page[-1].line,) if len(found) > most else None
        )

    return router


def _place(kind: Kind, caller: Caller, places: Places) -> tuple[Door, JobStore]:
    if not caller.may(kind.scope):
        raise fault(Fault.SCOPE_MISSING, f"it needs {kind.scope}")
    if caller.source is not None and not kind.attributed:
        raise fault(Fault.SCOPE_MISSING, f"a key that is bound to a source sends no {kind.name}")
    found = places.get(kind.model.service)
    if found is None:
        raise fault(
            Fault.PARAMETER_INVALID, f"kind: {kind.model.service} is served at another address", parameter="kind"
        )
    return found


def _form(request: Request) -> Form:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "a compressed file is not read: send it as it is")
    kind, _, more = request.headers.get("content-type", "").lower().partition(";")
    form = FORMS.get(kind.strip())
    if form is None:
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "text/csv or application/x-ndjson is expected")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", more)
    if charset is not None and charset[1] not in ("utf-8", "utf8", "us-ascii"):
        raise fault(Fault.MEDIA_TYPE_UNKNOWN, "the file must be UTF-8")
    return form


async def _own(import_id: str, caller: Caller, places: Places) -> tuple[Door, JobStore, Job]:
    found = places.get(import_id.partition("-")[0])
    job = None if found is None else await found[1].find(import_id)
    if found is None or job is None or job.source != caller.sender:
        raise fault(Fault.NOT_FOUND, "there is no such import of yours, or it is older than seven days")
    return (*found, job)
