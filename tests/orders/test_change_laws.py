"""What holds for every order that is changed, whatever is asked of it and whatever fulfillment answers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.changes import ItemChanged, OrderAmended, OrderCancelled, OrderChangeProposed
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced, RequestRefused, RequestRepeated
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.engine.core.message import Cause
from services.orders.documents.order import PlacedOrder
from services.orders.rules.contract import to_contract
from services.orders.rules.status import status_of
from services.orders.settings import Settings
from tests.orders.clerks import (
    accepted,
    amend,
    billing,
    cancel,
    close,
    contact,
    declined,
    edit,
    move,
    open_changes,
    reject,
    release,
)
from tests.orders.shop import ACME, ADA, CHAIR, CLOCK, POSTER, confirm, group, item, note, open_shop, order
from tests.scene import Scene

FULFILLMENT = "leaseline/fulfillment"
WHOLE = (OrderPlaced, OrderAmended, OrderCancelled, OrderConfirmed, HoldReleased)
ANSWERS = (OrderAmended, OrderCancelled, OrderConfirmed, HoldReleased, RequestRefused, RequestRepeated)
REQUESTS: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda q: edit(ItemChanged(item_id="1", quantity=q)), st.integers(1, 9)),
    st.builds(lambda sku: edit(ItemChanged(item_id="2", sku=sku)), st.sampled_from((CLOCK, CHAIR, "NOVEL"))),
    st.builds(lambda s: edit(add=(item(s),)), st.sampled_from((CLOCK, CHAIR, POSTER))),
    st.builds(lambda i: edit(add=(item(CLOCK, item_id=str(i)),)), st.integers(1, 5)),
    st.builds(lambda i: edit(remove=(str(i),)), st.integers(1, 5)),
    st.builds(lambda p: contact(phone=p), st.sampled_from(("1", "2"))),
    st.builds(lambda v: amend(clear=("phone",), expected_version=v), st.integers(1, 6)),
    st.builds(lambda t: billing(term=t), st.sampled_from(("net_7", "net_30"))),
    st.builds(lambda g: move(None if g is None else group(g)), st.sampled_from((None, "north", "south"))),
    st.builds(close, st.sampled_from((None, "1"))),
    st.just(cancel()),
    st.just(confirm()),
    st.builds(release, st.sampled_from(("quoted", "catalog"))),
    st.just(reject()),
)
ORDERS = st.builds(
    lambda customer, quoted, confirmed: order(
        item(CLOCK, 3, quoted=quoted), item(CHAIR), customer=customer, confirmed=confirmed
    ),
    st.sampled_from((ADA, ACME)),
    st.sampled_from((None, 1000, 999)),
    st.booleans(),
)
STEPS = st.lists(st.one_of(REQUESTS, st.sampled_from(("yes", "no"))), max_size=14)


@dataclass
class Story:
    """A shop with a fulfillment that answers as it is told, late and sometimes twice."""

    shop: Scene
    asked: list[tuple[str, Body]] = field(default_factory=list)
    answered: list[Body] = field(default_factory=list)
    version: int = 0

    def hears(self, step: Any) -> None:
        if isinstance(step, Body):
            self.asked.append((f"r{len(self.asked)}", step))
            self.shop.hears(step, id=self.asked[-1][0])
        elif open_changes(self.shop):
            self.answers(yes=step == "yes")

    def answers(self, *, yes: bool) -> None:
        """Answers the open change. A short-close leaves one unit taken; nothing else has a subscription."""
        proposal = [say.body for say in self.shop.said if isinstance(say.body, OrderChangeProposed)][-1]
        self.version += 1
        counts = {i.item_id: (1, i.quantity - 1) for i in proposal.items if i.quantity > 1}
        answer: Body = declined(proposal, Code.ORDER_FULFILLED)
        if yes:
            counts = counts if proposal.change == "short_close" else {}
            answer = accepted(proposal, version=self.version, counts=counts)
        self.answered.append(answer)
        self.shop.hears(answer, source=FULFILLMENT)

    def ends(self) -> None:
        """Every open change is answered."""
        while open_changes(self.shop):
            self.answers(yes=True)

    @property
    def order(self) -> PlacedOrder:
        return self.shop.document(PlacedOrder, "o-1")


def story(submitted: Body, steps: list[Any], wait: int = 8) -> Story:
    found = Story(open_shop(Settings(most_changes_waiting=wait)))
    found.hears(submitted)
    for step in steps:
        found.hears(step)
        assert found.order.status == status_of(found.order)
        ids = [i.item_id for i in found.order.items]
        assert len(set(ids)) == len(ids) > 0
        assert not set(ids) & set(found.order.retired or ())
    found.ends()
    return found


def causes(shop: Scene, *kinds: type[Body]) -> list[Cause]:
    return [say.cause for say in shop.said if isinstance(say.body, kinds) and say.cause is not None]


@settings(max_examples=120, deadline=None)
@given(ORDERS, STEPS)
def test_every_request_has_exactly_one_answer_in_the_end(submitted: Body, steps: list[Any]) -> None:
    end = story(submitted, steps, wait=3)
    answered = Counter(cause.id for cause in causes(end.shop, *ANSWERS))
    assert answered == Counter(id_ for id_, _ in end.asked[1:])


@settings(max_examples=120, deadline=None)
@given(ORDERS, STEPS)
def test_the_versions_of_an_orders_facts_step_by_one_and_each_tells_the_order_as_it_was_then(
    submitted: Body, steps: list[Any]
) -> None:
    end = story(submitted, steps)
    facts = [say.body for say in end.shop.said if isinstance(say.body, WHOLE)]
    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
    assert facts[-1].order == to_contract(end.order)


@settings(max_examples=120, deadline=None)
@given(ORDERS, STEPS)
def test_a_live_total_is_never_negative_nor_absent_and_a_cancelled_order_is_worth_nothing(
    submitted: Body, steps: list[Any]
) -> None:
    end = story(submitted, steps)
    for say in end.shop.said:
        if isinstance(say.body, WHOLE):
            shown = say.body.order
            assert shown.monthly_total is not None
            assert shown.monthly_total >= 0
            assert shown.contract_value is not None
            assert shown.contract_value >= shown.monthly_total
            assert shown.status != "cancelled" or shown.monthly_total == 0
            assert not (shown.short_closed and shown.status == "cancelled")
            assert all(i.taken >= 0 and i.cancelled >= 0 and i.taken + i.cancelled <= i.quantity for i in shown.items)


@settings(max_examples=80, deadline=None)
@given(ORDERS, STEPS)
def test_requests_and_decisions_heard_again_change_nothing(submitted: Body, steps: list[Any]) -> None:
    end = story(submitted, steps)
    before = dict(end.shop.documents)
    for id_, request in end.asked:
        said = end.shop.hears(request, id=id_)
        assert [type(body).__name__ for body in said] == ["RequestRepeated"]
    for answer in end.answered:
        assert end.shop.hears(answer, source=FULFILLMENT) == []
    assert end.shop.documents == before


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.lists(REQUESTS, max_size=6))
def test_changes_that_waited_for_their_order_end_as_if_they_had_come_after_it(
    submitted: Body, requests: list[Any]
) -> None:
    cancelling = type(cancel())
    requests = [request for request in requests if not isinstance(request, cancelling)]
    early, late = Story(open_shop()), Story(open_shop())
    for step in (*requests, note(), submitted):
        early.hears(step)
    for step in (submitted, *requests, note()):
        late.hears(step)
    early.ends()
    late.ends()
    assert to_contract(early.order) == to_contract(late.order)
    assert early.order.version == late.order.version
