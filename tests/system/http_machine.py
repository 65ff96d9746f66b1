"""A machine of calls: orders are placed, confirmed, amended, noted and cancelled over HTTP; requests come again under
their keys, or with other content, or with a version of before; the HTTP process dies at a step of any of them. Beside
it stands a model of a few lines, and every answer is compared with it.
"""

import itertools
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

import httpx2 as httpx
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tests.system import shop
from tests.system.entry import KILL
from tests.system.read_back import Said, said
from tests.system.trial import Trial

ANSWERED: Final = frozenset(
    {"OrderPlaced", "OrderConfirmed", "OrderCancelled", "OrderAmended", "NoteAdded", "RequestRefused"}
)
"""What ends a request. That one stood already is said as often as it came; all else is on the way."""
ENTRY: Final = "tests.system.http_entry {}"
STEPS: Final = ("stored", "sent", "answered")
SOURCE: Final = "http:anybody"
RUN: Final = uuid.uuid4().hex[:6]
examples = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """A request as it was sent, and how it must come out: its status, and what is said of it."""

    key: str
    path: str
    body: Mapping[str, Any]
    status: int
    outcome: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Order:
    """What the model knows of an order. ``edited``: the version of its last amendment, or 1."""

    order_id: str
    version: int = 1
    edited: int = 1
    status: str = "pending"
    notes: int = 0


class CallsAndKills(RuleBasedStateMachine):
    """One caller, who sends one request at a time, and again until it is answered."""

    trial: ClassVar[Trial]
    expected: ClassVar[dict[str, str]] = {}
    """What is to be said of each key, over all examples."""
    orders = Bundle("orders")
    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.name = f"{RUN}-{next(examples)}"
        self.numbers = itertools.count(1)
        self.made: dict[str, Order] = {}
        self.left: list[Call] = []
        self.address = self.trial.address

    def teardown(self) -> None:
        """Whoever went away without an answer has asked once: it happens, and is told as the model says."""
        self.address = self.trial.address
        for call in self.left:
            self.told(call, self.answered(call, repeated=True))
        for order in self.made.values():
            self.compared(order)

    @rule(step=st.sampled_from(STEPS), number=st.integers(1, 3))
    def a_process_that_will_die(self, step: str, number: int) -> None:
        """From now on requests go to a process that dies the nth time that it is at this step."""
        self.address = self.trial.open(ENTRY, **{KILL: f"{step}:{number}"})

    @rule(target=orders, units=st.integers(1, 3))
    def place(self, units: int) -> Order:
        order = Order(f"{self.name}-{next(self.numbers)}")
        body = {**shop.order_data(order.order_id, units)}
        self.made[order.order_id] = order
        call = Call(self.key("place"), "/orders", body, 201, "OrderPlaced")
        self.asked(call)
        return order

    @rule(target=calls, order=orders)
    def confirm(self, order: Order) -> Call:
        if order.status == "pending":
            order.version, order.status = order.version + 1, "confirmed"
            return self.asked(self.call("confirmation", order, {}, 200, "OrderConfirmed"))
        if order.status == "confirmed":
            return self.asked(self.call("confirmation", order, {}, 200, "RequestRepeated"))
        return self.asked(self.call("confirmation", order, {}, 409, "RequestRefused"))

    @rule(target=calls, order=orders)
    def cancel(self, order: Order) -> Call:
        body, outcome = {"reason": "not wanted"}, "RequestRepeated"
        if order.status != "cancelled":
            order.version, order.status, outcome = order.version + 1, "cancelled", "OrderCancelled"
        return self.asked(self.call("cancellation", order, body, 200, outcome))

    @rule(target=calls, order=orders, text=st.text("ab ", min_size=1, max_size=9).filter(str.strip))
    def note(self, order: Order, text: str) -> Call:
        order.notes, order.version = order.notes + 1, order.version + 1
        return self.asked(self.call("notes", order, {"text": text}, 200, "NoteAdded"))

    @rule(target=calls, order=orders, name=st.sampled_from(("Ada", "Grace", "Edith")), stale=st.booleans())
    def amend(self, order: Order, name: str, *, stale: bool) -> Call:
        seen = order.edited - 1 if stale else order.version
        headers = {"If-Match": f'"{seen}"'}
        body = {"contact": {"first_name": f"{name} {next(self.numbers)}"}}
        if order.status == "cancelled" or stale:
            status = 409 if order.status == "cancelled" else 412
            return self.asked(self.call("amendments", order, body, status, "RequestRefused", headers))
        order.version += 1
        order.edited = order.version
        return self.asked(self.call("amendments", order, body, 200, "OrderAmended", headers))

    @rule(target=calls, call=consumes(calls))
    def again(self, call: Call) -> Call:
        """The same under its key gives what it gave."""
        answer = self.answered(call, repeated=True)
        self.told(call, answer)
        return call

    @rule(call=calls)
    def other_content_under_a_key(self, call: Call) -> None:
        other = replace(call, body={**call.body, "reason": f"other {next(self.numbers)}"})
        answer = self.answered(other, repeated=True)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    @rule(units=st.integers(1, 3))
    def place_and_go_away(self, units: int) -> None:
        """The answer is not waited for: a process may die behind it."""
        order = Order(f"{self.name}-{next(self.numbers)}")
        self.made[order.order_id] = order
        body = shop.order_data(order.order_id, units)
        call = Call(self.key("left"), "/orders", body, 201, "OrderPlaced")
        self.expected[call.key] = call.outcome
        try:
            with httpx.Client(base_url=self.address, timeout=90) as client:
                headers = {"Idempotency-Key": call.key, "Prefer": "respond-async"}
                assert client.post(call.path, json=body, headers=headers).status_code in (201, 202)
        except httpx.TransportError:
            self.address = self.trial.address
        self.left.append(call)

    @rule(order=orders)
    def read(self, order: Order) -> None:
        self.compared(order)

    @invariant()
    def services_go_on(self) -> None:
        for process in self.trial.services:
            process.check()

    def key(self, what: str) -> str:
        return f"{self.name}-{what}-{next(self.numbers)}"

    def call(
        self,
        path: str,
        order: Order,
        body: Mapping[str, Any],
        status: int,
        outcome: str,
        headers: Mapping[str, str] | None = None,
    ) -> Call:
        return Call(self.key(path), f"/orders/{order.order_id}/{path}", body, status, outcome, headers or {})

    def asked(self, call: Call) -> Call:
        """It is sent until it is answered, and the answer is what the model says."""
        self.expected[call.key] = call.outcome
        self.told(call, self.answered(call))
        return call

    def answered(self, call: Call, *, repeated: bool = False) -> httpx.Response:
        """Sends it, and again under its key when the process died, now to one that lives."""
        for _ in range(30):
            try:
                with httpx.Client(base_url=self.address, timeout=90) as client:
                    headers = {"Idempotency-Key": call.key, "Prefer": "wait=30", **call.headers}
                    answer = client.post(call.path, json=dict(call.body), headers=headers)
            except httpx.TransportError:
                repeated, self.address = True, self.trial.address
                continue
            if answer.status_code != 202:
                if repeated and answer.status_code != 422:
                    assert answer.headers.get("idempotent-replayed") == "true", (call, answer.text)
                return answer
        raise AssertionError(f"never answered: {call}")

    def told(self, call: Call, answer: httpx.Response) -> None:
        again = answer.headers.get("idempotent-replayed") == "true"
        expected = 200 if again and call.status == 201 else call.status
        assert answer.status_code == expected, (call, answer.status_code, answer.text)

    def compared(self, order: Order) -> None:
        """The order as it is read is that of the model."""
        with httpx.Client(base_url=self.trial.address, timeout=30) as client:
            answer = client.get(f"/orders/{order.order_id}")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        seen = (answer.headers["etag"], found["version"], found["status"], found["notes_count"])
        assert seen == (f'"{order.version}"', order.version, order.status, order.notes), (order, seen)


async def assert_one_outcome_each(trial: Trial) -> None:
    """In the log: each key has the one outcome that the model says, each order one OrderPlaced, and its versions have
    no gap.
    """
    facts: dict[str, Said] = {}
    for each in await said(trial.installation.addresses.kafka):
        if each.cause[0] == SOURCE and each.cause[1].startswith(f"{RUN}-"):
            facts.setdefault(each.id, each)
    outcomes: dict[str, Counter[str]] = {}
    placed: Counter[str] = Counter()
    versions: dict[str, list[int]] = {}
    for each in facts.values():
        outcomes.setdefault(each.cause[1], Counter())[each.type] += 1
        if "version" in each.data:
            order_id = each.data.get("order", each.data)["order_id"]
            placed[order_id] += each.type == "OrderPlaced"
            versions.setdefault(order_id, []).append(each.data["version"])
    assert set(outcomes) == set(CallsAndKills.expected)
    for key, said_of_it in outcomes.items():
        answers = {name: times for name, times in said_of_it.items() if name in ANSWERED}
        expected = CallsAndKills.expected[key]
        assert answers == ({expected: 1} if expected in ANSWERED else {}), (key, expected, said_of_it)
        assert expected in said_of_it, (key, expected, said_of_it)
    assert set(placed.values()) == {1}
    for order_id, found in versions.items():
        assert sorted(found) == list(range(1, len(found) + 1)), order_id
