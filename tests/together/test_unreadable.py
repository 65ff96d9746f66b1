"""What one service says and another one cannot read: nobody is answered, and nothing vanishes."""

import pytest

from contracts.tools.generate import example_of
from contracts.wire.message import Body, Kind
from services.billing.service import billing
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.planning import Planning
from services.engine.core.reading import Reader
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.contracts.wire import structured
from tests.engine.batch import record

SERVICES = (orders(), fulfillment(), billing())
HEARD = [
    (service, model)
    for service in SERVICES
    for model in service.reads
    if model.kind is not Kind.REQUEST and set(model.model_fields) > {field for field, _ in model.about}
]
"""What says only whom it is about has nothing that could be read wrongly: without a subject it is senseless."""


@pytest.mark.parametrize(("service", "model"), HEARD, ids=lambda each: getattr(each, "__name__", None))
def test_what_is_no_request_and_cannot_be_read_changes_nothing_and_lies_in_the_dead_letters(
    service: Service, model: type[Body]
) -> None:
    example = dict(example_of(model.type_name()))
    data = dict(example["data"])
    wrong = next(name for name in data if name not in {field for field, _ in model.about} | {"order"})
    whole = record(structured({**example, "data": {**data, wrong: {"of": "a newer version"}}}), topic=model.topic)

    planning = Planning(service, Reader(service.name, service.known(), 1), [whole], {0: Checkpoint(0)})

    assert planning.prefetch() == ((), ())
    assert planning.decide() is None
    plan = planning.plan()
    (letter,) = plan.checkpoints[0].outgoing
    told = dict(letter.headers)
    assert (letter.topic, letter.value) == (f"{service.name}.dead-letters", whole.value)
    assert told["leaseline-reason"] == b"unreadable_data"
    assert (told["leaseline-detail"] or b"").startswith(f"{model.__name__}: ".encode())
    assert plan.writes == ()
    assert planning.trouble == 1
