"""Who asks for a page: the session that the browser's cookie names."""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.values.timestamp import whole_milliseconds
from services.console.people.person import SESSION_ENDS, Person, Session
from services.console.people.store import People
from services.console.settings import ConsoleSettings


class LogInFirst(Exception):
    """Nobody is logged in who asks for this page, or sends this form."""


class Entry:
    """Lets people in and out."""

    def __init__(self, people: People, settings: ConsoleSettings) -> None:
        self.people = people
        self._secure = settings.secure
        self._cookie: Final = "__Host-leaseline" if settings.secure else "leaseline"

    async def session(self, request: Request) -> Session:
        """Raises ``LogInFirst`` if nobody is logged in."""
        secret = request.cookies.get(self._cookie, "")
        found = await self.people.session(secret, now()) if secret else None
        if found is None:
            raise LogInFirst
        return found

    async def let_in(self, person: Person, response: Response) -> Response:
        """The response, with a session that never existed before."""
        response.set_cookie(
            self._cookie,
            await self.people.begin(person, now()),
            max_age=int(SESSION_ENDS.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def let_out(self, request: Request) -> Response:
        """Ends the session."""
        secret = request.cookies.get(self._cookie, "")
        found = await self.people.session(secret, now()) if secret else None
        if found is not None:
            await self.people.end(found.key)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="lax")
        return response


def back_of(request: Request) -> str:
    """The page that was asked for: whoever logs in comes back to it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def safe_back(path: str) -> str:
    """A page of ours: nobody is sent elsewhere by an address that somebody else wrote."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path.isprintable() else "/orders"


def login_path(back: str) -> str:
    """Where somebody logs in who wants to see this page."""
    return f"/login?back={quote(safe_back(back), safe='')}"


def now() -> datetime:
    """UTC, in whole milliseconds: what MongoDB keeps."""
    return whole_milliseconds(datetime.now(UTC))
