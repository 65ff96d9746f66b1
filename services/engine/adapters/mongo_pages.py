"""A page of documents as MongoDB is asked for it."""

from typing import Any

from services.engine.core.service import Page


def asked_of(page: Page[Any]) -> dict[str, Any]:
    """The filter; sort by ``_id`` and limit beside it."""
    asked: dict[str, Any] = dict(page.equal)
    asked |= {name: {"$lte": most} for name, most in page.at_most}
    between = {"$gt": page.after} if page.after else {}
    if page.below:
        between["$lt"] = page.below
    if between:
        asked["_id"] = between
    return asked
