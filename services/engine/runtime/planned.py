"""A plan, made in rounds: what is to be loaded is loaded, and asked again until nothing lacks."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.engine.core.document import Stored
from services.engine.core.plan import Plan
from services.engine.core.planning import Planning
from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import Lacking


class Loading(Protocol):
    """What documents are read from: a transaction, or one that only reads."""

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        """The documents that are there."""

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        """The documents of a page, by id."""


async def planned(planning: Planning, loading: Loading) -> Plan:
    """The plan of a batch. Raises ``Undecidable``, and what the loading raises."""
    await _load(planning, planning.prefetch(), loading)
    await _load(planning, planning.prefetch_related(), loading)
    while (wants := planning.decide()) is not None:
        await _load(planning, wants, loading)
    return planning.plan()


async def _load(planning: Planning, lacking: Lacking, loading: Loading) -> None:
    keys, pages = lacking
    if keys:
        planning.work.put_loaded(keys, await loading.load(keys))
    for collection, page in pages:
        planning.work.put_page(page, await loading.page(collection, page))
