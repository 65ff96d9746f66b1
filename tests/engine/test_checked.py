"""In every test a change of a document or a message is checked: the names, and the types of the values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.messages.customers import Group
from contracts.values.model import restate
from services.engine.core.document import replace, replace_by
from services.fulfillment.documents.ledger import Entry, Ledger

ENTRY = Entry(
    item_id="1",
    serial="S-1",
    start_date=datetime(2024, 5, 1, tzinfo=UTC).date(),
    created_at=datetime(2024, 5, 1, tzinfo=UTC),
    who=b"1",
)
NOW: Any = "2024-05-15T12:00:00Z"


def test_what_is_right_is_changed() -> None:
    assert replace(Ledger(), entries=(ENTRY,), placed_at=ENTRY.created_at).entries == (ENTRY,)
    assert replace_by(ENTRY, {"cancelled_on": ENTRY.start_date, "replaced": ("S-0",)}).replaced == ("S-0",)
    assert restate(Group(id="dam"), name="Dam").name == "Dam"


@pytest.mark.parametrize(
    ("value", "changes", "why"),
    [
        (ENTRY, {"cancelled": None}, "Entry has no field cancelled"),
        (ENTRY, {"past": "3"}, "Entry.past"),
        (ENTRY, {"created_at": NOW}, "Entry.created_at"),
        (ENTRY, {"start_date": "2024-05-15"}, "Entry.start_date"),
        (ENTRY, {"state": "gone"}, "Entry.state"),
        (ENTRY, {"replaced": ["S-0"]}, "Entry.replaced"),
        (ENTRY, {"replaced": (7,)}, "Entry.replaced"),
        (ENTRY, {"group": Group(id="dam")}, "Entry.group"),
        (Ledger(), {"entries": (ENTRY, None)}, "Ledger.entries"),
    ],
)
def test_what_is_wrong_in_a_document_is_an_error(value: Any, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        replace_by(value, changes)


@pytest.mark.parametrize("changes", [{"nmae": "Dam"}, {"name": 17}])
def test_what_is_wrong_in_a_message_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Group"):
        restate(Group(id="dam"), **changes)
