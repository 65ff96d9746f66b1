"""What every page stands in: the menu, who is logged in, and how a template becomes an answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.values.immutable import Immutable
from services.console.asking.api import Api
from services.console.pages import labels, wording
from services.console.people.entry import Entry
from services.console.people.person import Person

HERE: Final = Path(__file__).parent.parent
MENU: Final = (("Orders", "/orders", "orders:read"), ("Subscriptions", "/subscriptions", "subscriptions:read"))
"""Words, path, and the scope without which it is not shown."""


def templates() -> Environment:
    """Every name that a template uses must be there, and every value is escaped."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for filter_ in (wording.money, wording.moment, wording.day, wording.plural, wording.term, wording.spaced):
        found.filters[filter_.__name__] = filter_
    found.filters |= {"name": wording.name_of, "label": labels.label_of, "sentence": labels.sentence}
    found.globals |= {
        "STATUSES": wording.STATUS_WORDS,
        "HOLDS": wording.HOLDS,
        "TERMS": wording.TERMS,
        "MONTHS": wording.MONTHS,
    }
    return found


class Visit(Immutable):
    """One request of somebody who is logged in: who it is, and the API asked on their behalf."""

    request: Request
    person: Person
    api: Api

    def may(self, scope: str) -> bool:
        """Whether the person's roles allow it."""
        return scope in self.person.scopes


class Frame:
    """Makes visits and pages."""

    def __init__(self, entry: Entry, client: httpx2.AsyncClient, key: str) -> None:
        self.entry = entry
        self._client = client
        self._key = key
        self._templates = templates()

    async def visit(self, request: Request) -> Visit:
        """Raises ``LogInFirst``."""
        session = await self.entry.session(request)
        return Visit(request, session.person, Api(self._client, self._key, session.person))

    def page(self, visit: Visit, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
        """A page within the frame."""
        menu = [(words, path) for words, path, scope in MENU if visit.may(scope)]
        return self.bare(
            template, {"person": visit.person, "menu": menu, "visit": visit, **values}, visit.request, status
        )

    def bare(self, template: str, values: Mapping[str, Any], request: Request, status: int = 200) -> Response:
        """A page for somebody who is not logged in."""
        text = self._templates.get_template(template).render(path=request.url.path, **values)
        return HTMLResponse(text, status)
