"""What the verification takes for granted of the messages and the documents; a new one must be thought of here."""

import pytest

from contracts.registry import CARRIED, MESSAGES
from contracts.wire.message import Kind
from operations.verify.fates import EFFECTS
from operations.verify.kept import COLLECTIONS, IGNORED
from services.billing.service import COLLECTIONS as BILLING
from services.engine.core.document import fields_of
from services.fulfillment.service import fulfillment
from services.orders.service import COLLECTIONS as ORDERS


def test_every_type_of_request_names_the_facts_that_answer_it() -> None:
    assert set(EFFECTS) == {model.__name__ for model in MESSAGES.values() if model.kind is Kind.REQUEST}


def test_every_fact_that_answers_a_request_is_a_fact_of_the_service_that_reads_it() -> None:
    by_name = {model.__name__: model for model in MESSAGES.values() if model.kind in (Kind.FACT, Kind.REQUEST)}
    for request, facts in EFFECTS.items():
        readers = {reader.value for reader in CARRIED[by_name[request].type_name()].readers}
        assert {by_name[fact].service for fact in facts} <= readers


@pytest.mark.parametrize(("service", "collection"), [(service, name) for service, name, _ in COLLECTIONS])
def test_every_collection_that_is_read_is_one_that_its_service_keeps(service: str, collection: str) -> None:
    kept = {"orders": ORDERS, "fulfillment": fulfillment().collections, "billing": BILLING}
    assert collection in {each.name for each in kept[service]}


def test_what_is_not_asked_for_is_a_field_of_some_document() -> None:
    kinds = [c.kind for c in (*ORDERS, *fulfillment().collections, *BILLING)]
    fields = {name for kind in kinds for name in fields_of(kind)}
    assert {name.partition(".")[0] for name in IGNORED} <= fields
