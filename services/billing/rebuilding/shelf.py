"""The documents of one lane in memory, as decisions look for them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from services.engine.core.document import Document
from services.engine.core.service import Change, LaneClock, Page, Want

D = TypeVar("D", bound=Document)


class Shelf:
    """A unit of work over everything that there is: nothing has to be loaded, and nothing is ever saved."""

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._kept: dict[type[Any], dict[str, Document]] = {}

    @property
    def lanes(self) -> int:
        """Number of lanes of the installation."""
        return self._lanes

    def clock(self, lane: int) -> LaneClock:
        """Billing has no clock."""
        del lane
        return LaneClock()

    def get(self, kind: type[D], id: str) -> D | None:  # noqa: A002  the document's id
        """The document as it is by now."""
        return cast("D | None", self._kept.get(kind, {}).get(id))

    def page(self, page: Page[D]) -> tuple[tuple[str, D], ...]:
        """Raises LookupError: only billing runs ask for pages, and those are not decided again."""
        raise LookupError(str(page))

    def ask(self, wants: Iterable[Want]) -> None:
        """Everything is there."""

    def put(self, kind: type[D], id: str, document: D) -> None:  # noqa: A002  the document's id
        """The document from now on."""
        self._kept.setdefault(kind, {})[id] = document

    def apply(self, changes: Iterable[Change]) -> None:
        """What a decision changes; none of those that are taken in takes a document away."""
        for change in changes:
            assert change.document is not None, "subscriptions only add to billing's documents"
            self._kept.setdefault(change.kind, {})[change.id] = change.document

    def all(self, kind: type[D]) -> Mapping[str, D]:
        """Every document of a kind, by id."""
        return cast("Mapping[str, D]", self._kept.get(kind, {}))

    def documents(self) -> Iterator[tuple[type[Document], str, Document]]:
        """All of them."""
        for kind, kept in self._kept.items():
            for id_, document in kept.items():
                yield kind, id_, document
