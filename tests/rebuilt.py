"""What may differ between billing's documents and the same made anew from the topics. All else is equal."""

from collections.abc import Mapping
from typing import Any, Final

MAY_DIFFER: Final[Mapping[str, Mapping[str, str]]] = {
    "lane_runs": {
        "after": "the last payer that a run's last page looked at: no message names it, and nobody asks once all are",
    },
    "checkpoints": {
        "epoch": "counts owners of a lane: nobody had it yet",
        "session": "the same",
        "batch": "counts saves: nobody asks how many there were",
        "outgoing": "what the last batch said: it is said",
    },
}
"""By collection, fields and why."""
LEFT_OUT: Final[Mapping[str, str]] = {
    "answers": "for those who wait over HTTP; they ask again, and hear that it was done",
    "requests": "of the HTTP side, which keeps them for a week",
    "installation": "the number of lanes, compared by itself",
}
"""Collections that are not compared."""


def comparable(collection: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored document without what may differ."""
    found = {name: value for name, value in document.items() if name not in MAY_DIFFER.get(collection, {})}
    if collection == "runs" and "open" in found:  # runs that are under way side by side: in no order
        found["open"] = sorted(found["open"], key=lambda one: one["run"])
    if collection == "checkpoints":  # a topic that is empty was never read, or is read from its beginning
        found["offsets"] = sorted([topic, offset] for topic, offset in found["offsets"] if offset)
        found["bookmarks"] = sorted(found["bookmarks"])
        found = {name: value for name, value in found.items() if value or name == "_id"}  # nothing is as absent
    return found
