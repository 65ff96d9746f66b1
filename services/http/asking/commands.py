"""Routes that ask for something: one for each request of the contracts, all by the same steps."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from contracts.values.immutable import Immutable
from contracts.values.meanings import MEANING
from contracts.values.refusals import WHAT_TO_DO, Code, refusal
from contracts.wire import message
from services.engine.core.document import replace
from services.http.asking.body import read_bytes
from services.http.asking.door import Door, Taken
from services.http.asking.intake import Asked, fingerprint, read_body, read_key, read_time, take_in
from services.http.asking.outcome import address_of, is_open, outcome_of, refusal_of, replayed
from services.http.asking.prefer import wait_of
from services.http.asking.tracing import trace_of
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity, needs
from services.http.telling.openapi import operation
from services.http.telling.problem import Fault, Problem, fault
from services.http.telling.refusing import advised, problem_of

ONE_VERSION: Final = 'Send the ETag of the order as it was given, as in If-Match: "3"; no list, no weak tag, no *.'
LOOKED_AFTER: Final = (0.0, 0.05, 0.15, 0.3, 0.5)
"""Seconds after which it is looked again for what is not there: an order that was placed just before goes to
fulfillment.
"""


class State(Immutable):
    """What came of a request: the resource under its name, its version if it has one, and where it stands."""

    name: str
    resource: BaseModel
    version: int | None = None
    address: str | None = None


class Command(Immutable):
    """One request of the contracts as a route.

    ``filled``: the fields that the address says, each as its parameters make it (``{order_id}/{number}``). ``actor``:
    the field that names who asks. ``made``: a field that is made up where the body leaves it out, with how it begins.
    ``own_id``: the field by which a repeat is recognised without a key. ``versioned``: what was seen must be named.
    ``exists`` looks whether what it is about is there; ``missing`` is its code if not, where it has one. ``state``
    reads what came of it. ``name`` tells two routes of one request apart.
    """

    model: type[message.Request]
    method: str
    path: str
    scope: str
    summary: str
    state: Callable[[Door, Caller, Taken], Awaitable[State | None]]
    filled: Mapping[str, str] = {}
    actor: str | None = "actor"
    made: tuple[str, str] | None = None
    own_id: str | None = None
    versioned: bool = False
    creates: bool = False
    exists: Callable[[Door, Caller, Mapping[str, Any]], Awaitable[bool]] | None = None
    missing: Code | None = Code.ORDER_NOT_FOUND
    name: str | None = None
    told: tuple[str, type[BaseModel]] | None = None
    """Under which name what is told of it, for the document of the API."""


def _operation(command: Command, name: str) -> dict[str, Any]:
    told = [field for field, _ in command.model.about] if command.filled else []  # the address says whom it is about
    return operation(
        command.model,
        name=name,
        scope=command.scope,
        left_out=frozenset({*command.filled, *told, *((command.actor,) if command.actor else ())}),
        optional=frozenset({command.made[0]} if command.made else ()),
        key_required=command.own_id is None,
        versioned=command.versioned,
        looked_up=command.exists is not None,
        creates=command.creates,
        told=command.told,
    )


def add_command(router: APIRouter, command: Command, door: Door, identity: Identity) -> None:
    """Adds its route. Raises ValueError for a scope that is none."""

    async def endpoint(
        request: Request, caller: Annotated[Caller, Depends(needs(identity, command.scope))]
    ) -> Response:
        return await run(command, door, request, caller)

    name = command.name or command.model.__name__
    endpoint.__doc__ = command.model.__doc__
    router.add_api_route(
        command.path,
        endpoint,
        methods=[command.method],
        summary=command.summary,
        name=name,
        operation_id=name,
        response_model=None,
        openapi_extra=_operation(command, name),
    )


async def run(command: Command, door: Door, request: Request, caller: Caller) -> Response:
    """The steps of every command. Raises ``Problem``."""
    asked = Asked(
        model=command.model,
        method=command.method,
        path=request.url.path,
        body=await read_bytes(request),
        filled={field: text.format_map(request.path_params) for field, text in command.filled.items()},
        actor=command.actor,
        made={} if command.made is None else {command.made[0]: command.made[1] + secrets.token_hex(8)},
        trace=trace_of(request),
    )
    key = _key(command, asked, read_key(request.headers.get("idempotency-key")))
    asked, stale = _with_version(command, asked, request.headers.get("if-match"))
    intake = take_in(asked, caller, key, _time(request, door), door.lanes)
    if command.exists is not None and not _may_wait(request, caller):
        await _exists(command, door, caller, read_body(intake.record.value or b""))
    wait = wait_of(request.headers.get("prefer"))
    taken = await door.take(intake, caller, wait=wait, stale=stale)
    return await tell(taken, caller, door, command)


async def tell(taken: Taken, caller: Caller, door: Door, command: Command | None) -> Response:
    """The answer to a request: the state that came of it, a problem, or where its outcome will be told."""
    refused = refusal_of(taken)
    if refused is not None:
        raise await _with_what_stands(refused, taken, caller, door, command)
    outcome = outcome_of(taken)
    headers = dict(replayed(taken))
    if is_open(taken):
        headers |= {"Location": address_of(taken), "Retry-After": "1"}
        return Response(_json({"outcome": outcome}), 202, headers, "application/json")
    state = None if command is None else await command.state(door, caller, taken)
    found: dict[str, BaseModel] = {"outcome": outcome}
    created = command is not None and command.creates and outcome.state == "done" and not taken.repeated
    if state is not None:
        found[state.name] = state.resource
        if state.version is not None:
            headers["ETag"] = f'"{state.version}"'
        if state.address is not None:
            headers["Location"] = state.address
    return Response(_json(found), 201 if created else 200, headers, "application/json")


async def _with_what_stands(
    refused: Problem, taken: Taken, caller: Caller, door: Door, command: Command | None
) -> Problem:
    """A conflict of versions says which one stands now, and how to send it."""
    if command is None or refused.document.code != Code.VERSION_CONFLICT:
        return refused
    state = await command.state(door, caller, taken)
    if state is None or state.version is None:
        return refused
    send = f'If-Match: "{state.version}"' if taken.request.stale else f'"expected_version": {state.version}'
    what_to_do = f"Look at {state.address} again. If you still want it, send {send} under a new Idempotency-Key."
    return advised(refused, what_to_do, headers={"ETag": f'"{state.version}"'})


def _json(parts: Mapping[str, BaseModel]) -> str:
    return "{" + ",".join(f'"{name}":{part.model_dump_json(exclude_none=True)}' for name, part in parts.items()) + "}"


def _key(command: Command, asked: Asked, key: str | None) -> str:
    """The message's id: the caller's key, or what follows from an id of its own."""
    if key is not None:
        return key
    if command.own_id is not None and read_body(asked.body).get(command.own_id) not in (None, ""):
        return f"content-{fingerprint(asked)}"
    if command.own_id is None:
        raise fault(Fault.IDEMPOTENCY_KEY_REQUIRED)
    raise fault(
        Fault.IDEMPOTENCY_KEY_REQUIRED,
        f"There is neither an Idempotency-Key nor an {command.own_id} of your own by which a repeat could be known.",
        what_to_do="Send the header Idempotency-Key with an id of your own for this request, or "
        f"{command.own_id} in the body; and the same one if you repeat it.",
    )


def _with_version(command: Command, asked: Asked, if_match: str | None) -> tuple[Asked, bool]:
    """The version that the caller saw goes into the body. True: it came as a header."""
    if not command.versioned:
        return asked, False
    if if_match is None:
        if read_body(asked.body).get("expected_version") is None:
            raise fault(Fault.VERSION_REQUIRED)
        return asked, False
    tag = if_match.strip()
    number = tag[1:-1] if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
    if not (number.isascii() and number.isdigit() and len(number) <= 18):  # a weak tag, or *, never matches
        detail = f"If-Match is {tag[:40]!r}, which names no single version"
        raise advised(problem_of((refusal(Code.VERSION_CONFLICT, "", detail),), status=412), ONE_VERSION, "same_key")
    filled = {**asked.filled, "expected_version": int(number)}
    return replace(asked, filled=filled), True


def _time(request: Request, door: Door) -> datetime:
    """When it happened: now, or what a scanner says that was offline (``Occurred-At``). Raises ``Problem``."""
    said = request.headers.get("occurred-at")
    return door.now() if said is None else read_time(said, parameter="Occurred-At")


def _may_wait(request: Request, caller: Caller) -> bool:
    """Whether it may be about something that is not there yet. Who is bound to a source never waits for it: it may come
    from somebody else. Raises ``Problem``.
    """
    said = request.query_params.get("unknown", "refuse")
    if said not in ("refuse", "wait"):
        raise fault(Fault.PARAMETER_INVALID, "unknown is refuse or wait", parameter="unknown")
    return said == "wait" and caller.source is None


async def _exists(command: Command, door: Door, caller: Caller, data: Mapping[str, Any]) -> None:
    assert command.exists is not None
    for pause in LOOKED_AFTER:
        await asyncio.sleep(pause)
        if await command.exists(door, caller, data):
            return
    if command.missing is None:
        raise fault(Fault.NOT_FOUND, "What it is about is not there.", what_to_do=_why_404(command, caller))
    named = next(iter(command.filled), "")
    detail = f"{MEANING[command.missing].rstrip('.')}: {str(data.get(named, ''))[:64]}"
    problem = problem_of((refusal(command.missing, named, detail),), status=404)
    raise advised(problem, _why_404(command, caller), "same_key")


def _why_404(command: Command, caller: Caller) -> str:
    """What to do about what is not there: nothing was waited for, so nothing "did not arrive in time"."""
    if caller.source is not None:
        return "Check the address: this key sees what came from its own source, and cannot wait for anything else."
    usual = "Check the address." if command.missing in (None, Code.ORDER_NOT_FOUND) else WHAT_TO_DO[command.missing]
    return f"{usual} If it is on its way, send the same with ?unknown=wait: then this request waits for it."
