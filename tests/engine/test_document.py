from datetime import UTC, date, datetime
from typing import Any

import bson
import pytest
from msgspec import ValidationError

from contracts.messages.customers import Group
from services.engine.core.document import (
    Document,
    field,
    fields_and_values,
    fields_of,
    read_from,
    replace,
    stored_fields,
    stored_form,
)

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
BERLIN = {"street": "1 Main Street", "country": "DE", "postal_code": "10115"}


class Visit(Document):
    day: date
    who: bytes | None = None


class Home(Document):
    street: str
    street2: str | None = None
    country: str
    postal_code: str = ""


class Club(Document):
    id: str
    name: str | None = None


class Guest(Document):
    name: str
    since: datetime
    points: int = 0
    lives_at: Home | None = None
    group: Club | None = None
    visits: tuple[Visit, ...] = ()
    seats: dict[str, int] = field(default_factory=dict)


class Alone(Document):
    name: str


ADA = Guest(
    name="Ada",
    since=NOON,
    points=2**40,
    lives_at=Home(**BERLIN),
    group=Club(id="engines"),
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


@pytest.mark.parametrize("document", [ADA, Club(id="engines"), Alone(name="Ada")])
def test_all_fields_of_a_document_are_read_at_once_in_their_order(document: Document) -> None:
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


def test_a_value_that_the_store_does_not_know_cannot_be_kept() -> None:
    odd: Any = 1j
    with pytest.raises(TypeError, match="complex"):
        stored_form(Guest(name="Ada", since=NOON, points=odd))


def test_a_message_of_the_wire_cannot_be_kept_whole_or_in_a_document() -> None:
    engines: Any = Group(id="engines")
    with pytest.raises(TypeError, match="Group"):
        stored_form(engines)
    with pytest.raises(TypeError, match="Group"):
        stored_form(Guest(name="Ada", since=NOON, group=engines))
