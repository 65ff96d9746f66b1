"""`leaseline status`: what is counted, on real topics and databases."""

import json
from datetime import timedelta

from typer.testing import CliRunner

from operations.cli import app
from operations.status.standing import standing
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import stored_form
from services.orders.documents.awaited import AwaitedOrder
from tests.operations.doctor.test_waiting import NOW, _http, _parked
from tests.operations.doctor.ward import Ward


async def test_everything_that_waits_is_counted_by_service(ward: Ward) -> None:
    end = await ward.publish("billing.requests", 2, b"{}", b"{}", b"{}")
    await ward.publish("orders.dead-letters", 0, b"a", b"b")
    ward.checkpoint("billing", Checkpoint(2, epoch=1, batch=1, offsets={"billing.requests": end - 2}))
    awaited = AwaitedOrder(lane=1, due=5, parked=(_parked(timedelta(hours=1)),))
    ward.of("orders")["awaited_orders"].insert_one({"_id": "o-1", **stored_form(awaited)})
    ward.of("fulfillment")["requests"].insert_one({**_http(1, "open"), "due": NOW, "created": NOW - timedelta(days=9)})
    ward.of("orders")["findable"].insert_one({"_id": "held", "keys": ["=hold:any", "=hold:price_missing"]})
    try:
        found = await standing(ward.kafka, ward.mongo, ward.databases)
        billing = next(each for each in found.services if each.service == "billing")
        assert (billing.workers, billing.owned, billing.unread, billing.dead) == (0, 0, 2, 0)
        assert billing.oldest is not None
        assert [(each.service, each.parked, each.dead, each.unanswered) for each in found.services] == [
            ("orders", 1, 2, 0),
            ("fulfillment", 0, 0, 1),
            ("billing", 0, 0, 0),
        ]
        assert (found.lanes, found.held, found.changes) == (4, 1, 0)
    finally:
        ward.of("orders")["findable"].delete_many({})
        await ward.empty("billing.requests", "orders.dead-letters")


def test_it_is_told_on_one_screen_and_to_programs(ward: Ward) -> None:
    environment = {
        "LEASELINE_KAFKA": ward.kafka,
        "LEASELINE_MONGO": ward.mongo,
        "LEASELINE_DATABASES": ward.databases,
    }
    told = CliRunner().invoke(app, ["status"], env=environment)
    assert told.exit_code == 0, told.output
    assert told.output.splitlines() == [
        "service\tworkers\tlanes\tunread\toldest\tparked\tdead letters\tunanswered",
        "orders\t0\t0 of 4\t0\t\t0\t0\t0",
        "fulfillment\t0\t0 of 4\t0\t\t0\t0\t0",
        "billing\t0\t0 of 4\t0\t\t0\t0\t0",
        "0 orders on hold, 0 changes open.",
    ]
    found = json.loads(CliRunner().invoke(app, ["status", "--json"], env=environment).output)
    assert [each["service"] for each in found["services"]] == ["orders", "fulfillment", "billing"]
    assert (found["lanes"], found["held"], found["changes"]) == (4, 0, 0)


def test_databases_on_which_nobody_ran_are_named(ward: Ward) -> None:
    environment = {"LEASELINE_KAFKA": ward.kafka, "LEASELINE_MONGO": ward.mongo, "LEASELINE_DATABASES": "elsewhere"}
    told = CliRunner().invoke(app, ["status"], env=environment)
    assert told.exit_code == 1
    assert "No service ever ran on databases elsewhere_*" in str(told.exception)
