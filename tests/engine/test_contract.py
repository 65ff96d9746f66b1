"""Between what is kept and what is said: the same fields, nothing forgotten, nothing judged twice."""

from datetime import UTC, date, datetime

import pytest

from contracts.messages.customers import Group
from contracts.messages.subscription import PayerFrom
from contracts.values.model import Model
from contracts.values.words import Instant
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)


class Entry(Document):
    payer: str
    from_date: date | None = None


class Kept(Document):
    at: datetime
    entries: tuple[Entry, ...] = ()
    seen: int = 0


class Said(Model):
    at: Instant
    entries: tuple[PayerFrom, ...] = ()


SAID = Said(at=NOON, entries=(PayerFrom(payer="group:tulip"), PayerFrom(payer="group:dam", from_date=date(2024, 6, 1))))


class KeptGroup(Document):
    id: str
    name: str | None = None


class OddGroup(KeptGroup):
    colour: str = "orange"


def test_what_was_said_comes_back_as_it_was_said_values_in_values_too() -> None:
    kept = as_document(SAID.entries[1], Entry)
    assert kept == Entry(payer="group:dam", from_date=date(2024, 6, 1))
    assert as_contract(kept, PayerFrom) == SAID.entries[1]

    whole = Kept(at=NOON, entries=(Entry(payer="group:tulip"), kept), seen=3)
    assert as_contract(whole, Said) == SAID


def test_a_field_that_the_other_side_lacks_is_an_error_and_not_a_default() -> None:
    with pytest.raises(TypeError, match="Group has no colour for OddGroup"):
        as_document(Group(id="tulip"), OddGroup)
    with pytest.raises(TypeError, match="Entry has no id, name for Group"):
        as_contract(Entry(payer="group:tulip"), Group)


def test_what_was_let_in_once_is_said_though_a_rule_became_stricter() -> None:
    before = KeptGroup(id="tulip & sons", name="")
    assert as_contract(before, Group).id == "tulip & sons"
    with pytest.raises(ValueError, match="id"):
        Group(id="tulip & sons")
