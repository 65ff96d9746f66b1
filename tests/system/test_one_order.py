"""One order through three services, as processes, on real servers."""

from collections import Counter

import pytest

from tests.system import shop
from tests.system.installation import Installation
from tests.system.read_back import Said, said


def _of(events: list[Said], id_: str) -> list[str]:
    return sorted(event.type for event in events if event.cause == (shop.SOURCE, id_))


@pytest.mark.containers
async def test_an_order_and_its_scan_become_subscriptions_and_an_account_and_every_request_has_its_one_answer(
    installation: Installation,
) -> None:
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    await installation.feed([shop.order("A-1"), shop.scan("A-1", "SN-1", "SN-2")])
    await installation.until_quiet(services.processes)
    again = [shop.order("A-1"), shop.order("A-1", id_="sent-again"), shop.scan("A-1", "SN-1", "SN-2")]
    wrong = [shop.order("A-2", units=0), shop.scan("A-1", "SN-3"), shop.order("A-1", units=1, id_="another")]
    await installation.feed([*again, *wrong])
    await installation.until_quiet(services.processes)

    events = list(await said(installation.addresses.kafka))
    assert _of(events, "order-A-1") == ["OrderPlaced", "RequestRepeated"]
    assert _of(events, "sent-again") == ["RequestRepeated"]
    assert _of(events, "another") == ["RequestRefused"]
    assert _of(events, "order-A-2") == ["RequestRefused"]
    scanned = Counter(_of(events, "scan-A-1-SN-1"))
    assert scanned["SubscriptionCreated"] == 2
    assert scanned["RequestRepeated"] == 1
    assert _of(events, "scan-A-1-SN-3") == ["ItemFulfillmentRefused"]
    account = [event for event in events if event.type == "BillingAccountChanged"][-1].data["account"]
    assert account["active_subscriptions"] == 2
    assert (account["monthly_total"], account["currency"]) == (1800, "EUR")
    await installation.assert_whole()
