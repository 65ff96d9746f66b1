"""What was told of records, made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.watch.telling.told import Fate, Told

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(
    id_: str,
    *,
    at: float = 0,
    cause: str | None = None,
    source: str = "shop",
    topic: str = "orders.events",
    **more: Any,
) -> Told:
    """One of ``source`` under this id, ``at`` seconds after the begin; ``cause`` is an id of the same source."""
    fields: dict[str, Any] = {
        "partition": 0,
        "offset": 0,
        "type": "OrderPlaced",
        "subject": "A-1",
        "words": f"{id_} happened",
        "fate": Fate.SAID,
        "keys": ("order:A-1",),
    }
    return Told(
        topic=topic,
        at=BEGIN + timedelta(seconds=at),
        source=source,
        id=id_,
        cause=None if cause is None else (source, cause),
        **{**fields, **more},
    )
