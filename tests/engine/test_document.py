from datetime import UTC, date, datetime
from typing import Any

import bson
import pytest
from msgspec import ValidationError

from contracts.messages.customers import Group
from contracts.values.places import AddressSnapshot
from services.engine.core.document import (
    AnyDocument,
    Document,
    field,
    fields_and_values,
    fields_of,
    read_from,
    replace,
    replace_by,
    stored_fields,
    stored_form,
)

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
BERLIN = {"street": "1 Main Street", "city": "Berlin", "country": "DE", "postal_code": "10115"}


class Visit(Document):
    day: date
    who: bytes | None = None


class Guest(Document):
    name: str
    since: datetime
    points: int = 0
    lives_at: AddressSnapshot | None = None
    group: Group | None = None
    visits: tuple[Visit, ...] = ()
    seats: dict[str, int] = field(default_factory=dict)


class Alone(Document):
    name: str


ADA = Guest(
    name="Ada",
    since=NOON,
    points=2**40,
    lives_at=AddressSnapshot(**BERLIN),
    group=Group(id="engines"),
    visits=(Visit(day=date(2024, 2, 29), who=b"\x00x"), Visit(day=date(2024, 3, 1))),
    seats={"A": 3},
)


def _through_the_store(stored: Any) -> Any:
    return bson.decode(bson.encode(stored), bson.CodecOptions(tz_aware=True))


def test_what_is_kept_comes_back_from_the_store_as_it_went() -> None:
    assert read_from(_through_the_store(stored_form(ADA)), Guest) == ADA
    assert read_from({"_id": "ada", "name": "Ada", "since": NOON, "of_a_later_version": 1}, Guest).points == 0


def test_days_are_kept_as_text_and_defaults_are_left_out_at_every_level() -> None:
    assert stored_form(ADA)["visits"] == ({"day": "2024-02-29", "who": b"\x00x"}, {"day": "2024-03-01"})
    assert stored_form(ADA)["group"] == {"id": "engines"}
    assert stored_form(Guest(name="Bob", since=NOON)) == {"name": "Bob", "since": NOON}


def test_some_fields_are_stored_as_all_of_them_are() -> None:
    whole = stored_form(ADA)
    assert stored_fields(ADA, set(fields_of(Guest))) == whole
    assert stored_fields(replace(ADA, points=0, seats={}), {"points", "seats", "name"}) == {"name": "Ada"}


@pytest.mark.parametrize("document", [ADA, Group(id="engines"), Alone(name="Ada")])
def test_all_fields_of_a_document_are_read_at_once_in_their_order(document: AnyDocument) -> None:
    names, values_of = fields_and_values(type(document))
    assert names == tuple(fields_of(type(document)))
    assert values_of(document) == tuple(getattr(document, name) for name in names)


def test_what_lacks_a_field_or_has_another_type_is_not_read() -> None:
    with pytest.raises(ValidationError, match="since"):
        read_from({"name": "Ada"}, Guest)
    with pytest.raises(ValidationError, match="points"):
        read_from({"name": "Ada", "since": NOON, "points": "many"}, Guest)


def test_a_country_that_is_taken_off_the_list_makes_nothing_unreadable() -> None:
    guest = read_from({"name": "Ada", "since": NOON, "lives_at": {**BERLIN, "country": "SU"}}, Guest)
    assert guest.lives_at is not None
    assert guest.lives_at.country == "SU"
    assert guest.lives_at.street2 is None


def test_a_document_may_be_a_message_kept_as_it_was_said() -> None:
    group = Group(id="engines", name="Engines Ltd")
    assert read_from(stored_form(group), Group) == group
    assert stored_fields(group, {"name"}) == {"name": "Engines Ltd"}
    assert list(fields_of(Group)) == ["id", "name"]
    assert replace(group, name="Mills") == Group(id="engines", name="Mills")


def test_a_value_that_the_store_does_not_know_cannot_be_kept() -> None:
    with pytest.raises(NotImplementedError, match="complex cannot be kept"):
        stored_form(replace_by(ADA, {"points": 1j}))
