"""The HTTP API, asked on behalf of somebody who is logged in: with their name and their scopes, and no more."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx2

from services.console.asking.problem import away, problem_of
from services.console.people.person import Person

WITHIN: Final = 10.0
"""Seconds; the API itself waits 5 for an answer."""
Json = dict[str, Any]


class Api:
    """Asks for one person. Every method raises ``Problem``."""

    def __init__(self, client: httpx2.AsyncClient, key: str, person: Person) -> None:
        self._client = client
        self._headers = {
            "Authorization": f"Bearer {key}",
            "On-Behalf-Of": f"{quote(person.name)} {quote(person.shown)}",
            "Scopes": " ".join(sorted(person.scopes)),
        }

    async def get(self, path: str, **parameters: Any) -> Json:
        """What stands at this path."""
        wanted = {name: value for name, value in parameters.items() if value not in (None, "")}
        response = await self._asked("GET", path, params=wanted)
        found: Json = response.json()
        return found

    async def every(self, path: str, most: int = 20_000, **parameters: Any) -> Sequence[Json]:
        """A whole list, page by page, up to ``most`` rows."""
        rows: list[Json] = []
        cursor: str | None = None
        while len(rows) < most:
            page = await self.get(path, cursor=cursor, **parameters)
            rows += page["items"]
            cursor = page.get("next")
            if cursor is None:
                break
        return rows

    async def send(
        self, method: str, path: str, body: Mapping[str, Any], key: str, headers: Mapping[str, str] | None = None
    ) -> bool:
        """Asks for something to be done; whether it is decided, or else stored and will be. ``key`` is the request's
        identity: the same again is the same request.
        """
        response = await self._asked(method, path, json=dict(body), headers={"Idempotency-Key": key, **(headers or {})})
        return response.status_code != 202

    async def _asked(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        try:
            response = await self._client.request(method, path, headers=headers, **more)
        except httpx2.TransportError:
            raise away() from None
        if response.is_success:
            return response
        try:
            document = response.json()
        except ValueError:
            raise away() from None
        raise problem_of(response.status_code, document)


def path(*parts: str) -> str:
    """The path of these parts: each may hold any character."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
