from contracts.messages.changes import ItemChanged
from contracts.messages.clock import ClockTicked, WaitingDue
from contracts.messages.orders import OrderSubmitted, PricesDue
from contracts.registry import read_by
from contracts.wire.message import Body
from contracts.wire.topic import Party
from services.engine.core.document import replace
from services.engine.core.unit_of_work import BatchUnitOfWork
from services.orders import SERVICE_NAME
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.settings import Settings
from tests.orders.clerks import cancel, contact, edit, release
from tests.orders.shop import confirm, item, note, open_shop, order, progressed, raw, written
from tests.scene import NOON


def test_the_service_reads_what_it_reacts_to_from_its_own_topics_and_fulfillments() -> None:
    service = open_shop().service
    assert service.name == SERVICE_NAME
    assert set(service.reads) == set(read_by(Party.ORDERS))
    assert service.topics() == ("catalog.requests", "fulfillment.events", "orders.internal", "orders.requests")


def weight(body: Body) -> int:
    scene = open_shop(Settings(prices_page=70, waiting_page=30))
    return scene.service.weight(scene._message(type(body), body, "m", "shop", NOON, NOON))


def test_a_message_weighs_what_it_may_cost() -> None:
    assert weight(confirm()) == 1
    assert weight(order()) == 1
    assert weight(order(*[item() for _ in range(200)], notes=(written("Hi"),))) == 22
    assert weight(edit(*[ItemChanged(item_id=str(n), quantity=2) for n in range(100)], add=(item(),) * 50)) == 16
    assert weight(contact(phone="1")) == 1
    assert weight(progressed(1, ("1", 1, 0))) == 1
    assert weight(progressed(1, ("1", 250, 0), subscriptions=tuple((n, "active") for n in range(250)))) == 3
    assert weight(PricesDue(sku="x", after="")) == 70
    assert weight(WaitingDue(lane=0, waited=1, after="")) == 30
    assert weight(ClockTicked(lane=0, as_of=NOON)) == 30


def test_what_cannot_be_read_weighs_one_and_is_asked_for_nothing_but_its_order_and_the_catalog() -> None:
    scene = open_shop()
    message = scene._message(OrderSubmitted, raw(order(), channel="fax"), "m", "shop", NOON, NOON)
    assert scene.service.weight(message) == 1
    assert set(scene.service.prefetch(message)) == {
        (PlacedOrder, "o-1"),
        (AwaitedOrder, "o-1"),
        (Variant, "RETRO-CLOCK"),
    }


def test_placing_and_progress_ask_for_no_line_of_changes_and_changes_do() -> None:
    scene = open_shop()
    for body, asks in ((order(), False), (progressed(1, ("1", 1, 0)), False), (confirm(), False), (cancel(), True)):
        message = scene._message(type(body), body, "m", "shop", NOON, NOON)
        assert ((ChangeLine, "o-1") in set(scene.service.prefetch(message))) == asks


def test_only_an_order_that_asked_fulfillment_once_is_loaded_with_its_line_whatever_is_asked_of_it() -> None:
    scene = open_shop()
    for id_ in ("o-1", "o-2"):
        scene.hears(order(id=id_))
    scene.hears(cancel("o-1"))
    for id_, asks in (("o-1", True), ("o-2", False)):
        for body in (confirm(id_), note(order_id=id_), order(id=id_), release()):
            message = replace(scene._message(type(body), body, "m", "shop", NOON, NOON), subjects=(id_,))
            work = BatchUnitOfWork(1, scene.service.collections, {})
            scene._load(work, *work.lacks(scene.service.prefetch(message)))
            assert ((ChangeLine, id_) in set(scene.service.prefetch_related(message, work))) == asks
