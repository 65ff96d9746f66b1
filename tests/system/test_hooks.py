"""A hook that raises in a real process: its one message is a dead letter, everybody else goes on."""

import json

import pytest

from tests.system import shop
from tests.system.conftest import Installing
from tests.system.installation import until
from tests.system.read_back import dead_letters, said


@pytest.mark.parametrize("hook", ["prefetch", "on_batch_end"])
async def test_a_hook_that_raises_costs_its_message_and_is_told_with_its_address(
    installing: Installing, hook: str
) -> None:
    """All of it waits when the service starts: it is one batch."""
    installation = await installing(1)
    kafka = installation.addresses.kafka
    others = [f"o-{number}" for number in range(20) if number != 7]
    await installation.feed([shop.scan(f"o-{number}", f"S{number}") for number in range(20)])
    process = installation.start_one("fulfillment", LEASELINE_TEST_RAISE=f"{hook}:o-7")

    async def all_answered() -> bool:
        events = await said(kafka, ["fulfillment.events"])
        return {event.data["order_id"] for event in events if event.type == "ItemFulfillmentParked"} == set(others)

    await until(all_answered, "every other scan to be told that it waits")
    (letter,) = await dead_letters(kafka, "fulfillment")
    assert (letter.reason, letter.origin) == ("cannot_be_decided", ("fulfillment.requests", 0, 7))
    assert process.popen.poll() is None
    log = [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]
    (told,) = [line for line in log if line["event"] == "message.dead_letter"]
    assert (told["level"], told["hook"], told["type"], told["subject"], told["address"]) == (
        *("error", hook, "ItemFulfillmentRequested", "o-7"),
        "fulfillment.requests/0/7",
    )
    waits = [line["subject"] for line in log if line["event"] == "request.waits"]
    assert sorted(waits) == sorted(others)
