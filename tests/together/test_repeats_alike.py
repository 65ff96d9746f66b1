"""One story through every type of request of the three services: what a repeat and a refusal look like is the same."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.messages.answers import Refused, Repeated
from contracts.messages.changes import OrderChangeProposed
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.life import ExtensionRequested
from contracts.messages.orders import CustomerGroupChangeRequested
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.messages.repairs import PayerRepairRequested
from contracts.registry import MESSAGES
from contracts.wire.message import Body, Kind, Request
from services.billing.service import billing
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.billing.subscriptions import TULIP, created
from tests.fulfillment import lives
from tests.fulfillment.orders_known import item as ledger_item
from tests.fulfillment.orders_known import placed, scan
from tests.fulfillment.orders_known import scene as dock
from tests.orders import clerks
from tests.orders.shop import CLOCK, confirm, group, item, note, open_shop, order, price, variant
from tests.scene import NOON, Scene

SERVICES: dict[str, Callable[[], Service]] = {"orders": orders, "fulfillment": fulfillment, "billing": billing}
REQUESTS = tuple(
    model
    for model in MESSAGES.values()
    if issubclass(model, Request) and model.kind is Kind.REQUEST and model.service in SERVICES
)
EXAMPLES = Path("contracts/examples")
EACH = pytest.mark.parametrize("model", REQUESTS, ids=lambda model: model.__name__)


def sample(model: type[Body]) -> dict[str, Any]:
    data = json.loads((EXAMPLES / f"{model.type_name()}.json").read_text("utf-8"))["data"]
    assert isinstance(data, dict)
    return data


WHOM = frozenset(("order_id", "subscription_id", "serial", "customer_id", "group_id", "sku", "period"))


def senseless(data: dict[str, Any]) -> dict[str, Any]:
    """The data with each field wrong but those that say whom it is about."""
    return {name: value if name in WHOM else {"of": "another type"} for name, value in data.items()}


def answers(said: list[Body]) -> list[Body]:
    return [body for body in said if isinstance(body, Refused | Repeated)]


@EACH
def test_what_is_refused_and_repeated_and_whose_id_is_used_again_reads_alike(model: type[Request]) -> None:
    scene = Scene(SERVICES[model.service]())
    bad, ahead = senseless(sample(model)), datetime(2100, 1, 1, tzinfo=UTC)
    (refused,) = answers(scene.hears(bad, kind=model, id="a", source="s", time=ahead, recorded=NOON))
    assert isinstance(refused, Refused)
    assert refused.refusals
    assert refused.clock_suspect
    (repeated,) = answers(scene.hears(bad, kind=model, id="a", source="s"))
    assert isinstance(repeated, Repeated)
    assert repeated.model_dump(exclude_none=True) == {
        "subject": refused.subject,
        "first_source": "s",
        "first_id": "a",
        "outcome": "RequestRefused",
        "codes": tuple(dict.fromkeys(each.code.value for each in refused.refusals)),
    }
    (reused,) = answers(scene.hears(sample(model), kind=model, id="a", source="s"))
    assert isinstance(reused, Refused)
    assert [(each.code.value, each.field) for each in reused.refusals] == [("id_reused", "")]


def sold(**more: Any) -> Scene:
    shop = open_shop()
    shop.hears(order(item(CLOCK, 3), **more))
    return shop


def mismatched() -> Scene:
    shop = open_shop()
    shop.hears(order(item(CLOCK, quoted=1)))
    return shop


def opened() -> Scene:
    stage = dock()
    stage.hears(placed(ledger_item()))
    return stage


def miscounted() -> Scene:
    """An account of billing's that does not add up."""
    office = Scene(billing())
    office.hears(created("o1/1"))
    place = ("accounts", f"{TULIP}/net_14/EUR")
    office.documents[place] = {**office.documents[place], "active": 7}
    return office


def heard(scene: Scene, *requests: Request) -> Scene:
    for request in requests:
        scene.hears(request)
    return scene


Story = tuple[Callable[[], Scene], Request, str]
ACCEPTED: tuple[Story, ...] = (
    (open_shop, order(), "OrderPlaced"),
    (sold, clerks.contact(phone="1"), "OrderAmended"),
    (sold, clerks.cancel(), "OrderCancelled"),
    (sold, confirm(), "OrderConfirmed"),
    (sold, note(), "NoteAdded"),
    (open_shop, note(order_id=None, customer_id="ada"), "NoteAdded"),
    (
        open_shop,
        CustomerGroupChangeRequested(customer_id="acme", group=group("nl"), actor="Grace"),
        "CustomerGroupChanged",
    ),
    (sold, clerks.close(), "OrderAmended"),
    (sold, clerks.move(None), "OrderAmended"),
    (mismatched, clerks.release(), "HoldReleased"),
    (mismatched, clerks.reject(), "OrderCancelled"),
    (open_shop, variant("NEW", price(12, 1)), "VariantChanged"),
    (opened, scan("S1"), "SubscriptionCreated"),
    (lives.rented, lives.give_back(), "AssetReturned"),
    (lives.rented, lives.ship(), "ShipmentTracked"),
    (dock, lives.arrived("S1"), "AssetAnnounced"),
    (lambda: heard(dock(), lives.arrived("S1")), lives.put_right("S1"), "AssetCorrected"),
    (lambda: heard(dock(), lives.arrived("S1")), lives.set_state("S1", "lost"), "AssetStateChanged"),
    (lives.rented, lives.cancel(), "SubscriptionCancelled"),
    (lambda: heard(lives.rented(), lives.cancel(on=date(2024, 8, 1))), lives.withdraw(), "CancellationWithdrawn"),
    (lambda: heard(lives.rented(), lives.give_back()), lives.withdraw_return(), "ReturnWithdrawn"),
    (lambda: lives.rented(months=6), lives.extend(date(2024, 11, 15)), "SubscriptionExtended"),
    (lives.rented, lives.correct("S2"), "SerialCorrected"),
    (lives.rented, lives.swap_device("S2"), "DeviceReplaced"),
    (lives.rented, lives.reverse(), "SubscriptionReversed"),
    (
        lambda: Scene(billing()),
        PayerSettingsSubmitted(group_id="tulip", name="Tulip", actor="Hedy"),
        "PayerSettingsChanged",
    ),
    (
        lambda: Scene(billing()),
        BillingRunRequested(period="2024-04", as_of=NOON.date(), actor="Hedy"),
        "BillingRunCompleted",
    ),
    (
        miscounted,
        PayerRepairRequested(group_id="tulip", actor="Hedy", reason="Found by verify"),
        "PayerRepaired",
    ),
)
LATER: dict[type[Request], datetime] = {ExtensionRequested: datetime(2024, 10, 20, tzinfo=UTC)}


@pytest.mark.parametrize("story", ACCEPTED, ids=lambda story: type(story[1]).__name__)
def test_what_was_accepted_and_is_repeated_names_the_fact(story: Story) -> None:
    begin, request, fact = story
    scene = begin()
    for said in scene.hears(request, id="a", source="s", time=LATER.get(type(request), NOON)):
        if isinstance(said, OrderChangeProposed):
            (waits,) = answers(scene.hears(request, id="a", source="s"))
            assert isinstance(waits, Repeated)
            assert (waits.outcome, waits.codes) == ("waiting", ())
            scene.hears(clerks.accepted(said), source="leaseline/fulfillment")
    before = dict(scene.documents)
    (repeated,) = answers(scene.hears(request, id="a", source="s"))
    assert isinstance(repeated, Repeated)
    assert repeated.model_dump(exclude_none=True) == {
        "subject": request.subjects()[0],
        "first_source": "s",
        "first_id": "a",
        "outcome": fact,
        "codes": (),
    }
    assert scene.documents == before
    (reused,) = answers(scene.hears(senseless(said_by(request)), kind=type(request), id="a", source="s"))
    assert isinstance(reused, Refused)
    assert [(each.code.value, each.field) for each in reused.refusals] == [("id_reused", "")]


def test_the_story_of_acceptance_is_told_of_every_type_of_request() -> None:
    told = {type(request) for _, request, _ in ACCEPTED}
    assert told == set(REQUESTS), "a new type of request needs a row in ACCEPTED: how it is accepted, and its fact"


def said_by(request: Request) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude_none=True)


WAITS: tuple[tuple[Callable[[], Scene], Request], ...] = (
    (open_shop, confirm()),
    (open_shop, clerks.cancel()),
    (dock, scan("S1")),
    (opened, lives.ship("o-1/9")),
)


@pytest.mark.parametrize("story", WAITS, ids=lambda story: type(story[1]).__name__)
def test_what_waits_and_is_repeated_is_told_that_it_waits(story: tuple[Callable[[], Scene], Request]) -> None:
    begin, request = story
    scene = begin()
    scene.hears(request, id="a", source="s")
    (repeated,) = answers(scene.hears(request, id="a", source="s"))
    assert isinstance(repeated, Repeated)
    assert (repeated.first_id, repeated.outcome, repeated.codes) == ("a", "waiting", ())


def test_an_answer_lists_two_hundred_refusals_in_every_service() -> None:
    for model, field in ((MESSAGES[name], field) for name, field in MANY.items()):
        scene = Scene(SERVICES[model.service]())
        data = sample(model) | {field: [{"of": "another type"}] * 300}
        (refused,) = answers(scene.hears(data, kind=model))
        assert isinstance(refused, Refused)
        assert len(refused.refusals) == 200


MANY = {
    "leaseline.orders.OrderSubmitted.v1": "items",
    "leaseline.fulfillment.ItemFulfillmentRequested.v1": "serials",
    "leaseline.billing.PayerSettingsSubmitted.v1": "clear",
}
