"""What the HTTP side keeps in the services' databases, and by which indexes: made when a process starts, and looked for
by the doctor. Everything expires after seven days; what took effect is remembered by its subject for ever.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from services.engine.core.answer import ANSWERS

REQUESTS: Final = "requests"
IMPORTS: Final = "imports"
RESULTS: Final = "import_results"
KEPT: Final = timedelta(days=7)
"""How long a request and its answer can be asked for."""
OPEN: Final = "open"
"""The index of the requests of which nobody knows an answer; it is hinted."""
NEWEST: Final = (("created", DESCENDING), ("_id", DESCENDING))


def _expiry(field: str) -> IndexModel:
    return IndexModel([(field, ASCENDING)], name="expiry", expireAfterSeconds=int(KEPT.total_seconds()))


INDEXES: Final[Mapping[str, tuple[IndexModel, ...]]] = {
    REQUESTS: (
        _expiry("created"),
        IndexModel([("due", ASCENDING)], name=OPEN, partialFilterExpression={"due": {"$exists": True}}),
    ),
    ANSWERS: (_expiry("time"),),
    IMPORTS: (_expiry("updated"), IndexModel([("source", ASCENDING), *NEWEST], name="own")),
    RESULTS: (_expiry("time"),),
}
"""By collection."""


async def make_indexes(database: AsyncDatabase[dict[str, Any]], *collections: str) -> None:
    """Makes those that are not there."""
    for name in collections:
        await database[name].create_indexes(list(INDEXES[name]))
