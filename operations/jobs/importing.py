"""A file goes to the HTTP API as a stream; how far it is and what was refused is read from there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx

from contracts.values.immutable import Immutable
from installation.errors import InstallationError

PIECE: Final = 64_000
"""Bytes that are read and sent at a time."""
ASKED_EVERY: Final = 0.3
TRIES: Final = 6
"""Sendings of a file before it is given up: each goes on where the one before was; 1, 2, 4, 8 and 16 s between them."""
MOST_LINES: Final = 1_000
"""Lines that are told; the API has all of them."""
AGAIN: Final = frozenset([429, 502, 503, 504])
"""Answers after which the same is sent again."""

Json = Mapping[str, Any]
Told = Callable[[Json | None, str], None]
"""Hears how the job stands, once there is one, and what is going on besides."""


class Wanted(Immutable):
    """What is to be sent where: ``at`` is the API's address, ``key`` opens it (None: nothing is locked), ``name`` is
    the Idempotency-Key.
    """

    file: Path
    kind: str
    at: str
    key: str | None
    name: str


class Imported(Immutable):
    """The job at its end, and the lines that were refused or could not be read: at most 1,000 of them."""

    job: Json
    lines: Sequence[Json]

    @property
    def refused(self) -> int:
        """How many lines there are in all that were not accepted."""
        return int(self.job["counts"]["refused"]) + int(self.job["counts"]["unreadable"])


class _Again(Exception):
    """It was not sent to its end; ``args`` say why."""


def name_of(file: Path, kind: str) -> str:
    """The Idempotency-Key of a file without a name: the same content of the same kind has the same."""
    content = sha256(kind.encode())
    with file.open("rb") as opened:
        while piece := opened.read(1_000_000):
            content.update(piece)
    return f"file-{content.hexdigest()[:32]}"


def media_type(file: Path) -> str:
    """JSON lines if it begins like one, else CSV."""
    with file.open("rb") as opened:
        begin = opened.read(PIECE).removeprefix(b"\xef\xbb\xbf").lstrip()
    return "application/x-ndjson" if begin[:1] == b"{" else "text/csv"


async def import_file(wanted: Wanted, told: Told) -> Imported:
    """Sends it, as often as it takes. Raises ``InstallationError`` if it is refused as a whole or cannot be sent."""
    headers = {} if wanted.key is None else {"Authorization": f"Bearer {wanted.key}"}
    async with httpx.AsyncClient(base_url=wanted.at, headers=headers, timeout=30) as client:
        watching = asyncio.create_task(_watch(client, wanted, told))
        try:
            job = await _sent_at_last(client, wanted, told)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        told(job, "")
        lines = [*await _lines(client, job, "refused"), *await _lines(client, job, "unreadable")]
        return Imported(job, sorted(lines, key=lambda each: int(each["line"]))[:MOST_LINES])


async def _sent_at_last(client: httpx.AsyncClient, wanted: Wanted, told: Told) -> Json:
    for number in range(1, TRIES + 1):
        try:
            return await _sent(client, wanted)
        except _Again as why:
            if number == TRIES:
                raise InstallationError(
                    f"{wanted.at} could not be sent all of it: {why}. Run the same command again: what was decided is "
                    "not done twice."
                ) from why
            told(None, f"{why}, trying again")
            await asyncio.sleep(2.0 ** (number - 1))
    raise AssertionError("the last try ends it")


async def _sent(client: httpx.AsyncClient, wanted: Wanted) -> Json:
    headers = {"Idempotency-Key": wanted.name, "Content-Type": media_type(wanted.file)}
    # A batch is decided before more is taken: nothing is said for as long as that takes.
    patient = httpx.Timeout(None, connect=10)
    try:
        answer = await client.post(
            "/imports",
            params={"kind": wanted.kind},
            content=_pieces(wanted.file),
            headers=headers,
            timeout=patient,
        )
    except httpx.TransportError as error:
        raise _Again(f"{type(error).__name__}") from error
    if answer.status_code == 200:
        return _object(answer)
    problem = _object(answer)
    if answer.status_code in AGAIN:
        raise _Again(str(problem.get("detail", answer.status_code)))
    raise InstallationError(
        f"It was not taken: {problem.get('detail') or answer.status_code}. "
        f"{problem.get('what_to_do') or 'Is this the address of the API?'}"
    )


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


async def _watch(client: httpx.AsyncClient, wanted: Wanted, told: Told) -> None:
    """Asks how far it is, until it is cancelled; who sends hears of what goes wrong."""
    address: str | None = None
    while True:
        await asyncio.sleep(ASKED_EVERY)
        with suppress(httpx.HTTPError):
            if address is None:
                page = _object(await client.get("/imports", params={"limit": "20"})).get("items", ())
                mine = (each for each in page if (each["key"], each["kind"]) == (wanted.name, wanted.kind))
                address = next((str(each["address"]) for each in mine), None)
            else:
                job = _object(await client.get(address))
                if "counts" in job:
                    told(job, "")


async def _lines(client: httpx.AsyncClient, job: Json, state: str) -> Sequence[Json]:
    found: list[Json] = []
    cursor: dict[str, str] = {}
    while job["counts"][state] and len(found) < MOST_LINES:
        try:
            answer = await client.get(f"{job['address']}/results", params={"state": state, "limit": "100", **cursor})
        except httpx.TransportError as error:
            raise InstallationError(f"What was refused could not be read: {type(error).__name__}.") from error
        page = _object(answer)
        found += page.get("items", ())
        if "next" not in page:
            break
        cursor = {"cursor": str(page["next"])}
    return found


def _object(answer: httpx.Response) -> Json:
    with suppress(ValueError):
        found = answer.json()
        if isinstance(found, dict):
            return found
    return {}
