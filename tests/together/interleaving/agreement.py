"""What must be so in a state of rest: by what the services keep, and by what they answered."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from services.engine.core.document import Stored
from services.orders.documents.order import PlacedOrder
from tests.together.agreement import disagreements
from tests.together.books import opened
from tests.together.interleaving.machine import Machine, Told
from tests.together.interleaving.walk import State

ANSWERS = frozenset(
    {
        "OrderPlaced",
        "OrderConfirmed",
        "OrderAmended",
        "OrderCancelled",
        "HoldReleased",
        "SubscriptionCreated",
        "SubscriptionReversed",
        "SubscriptionCancelled",
    }
)
"""Facts that tell a sender that what was asked for is done."""


def answering(said: Told) -> str | None:
    """What a record means to the sender of the request that it names; None if it is no answer."""
    if said.name == "RequestRefused":
        return ",".join(refusal["code"] for refusal in said.data["refusals"])
    if said.name == "ItemFulfillmentRefused":
        return ",".join(serial["code"] for serial in said.data["serials"])
    if said.name == "RequestRepeated":
        return f"repeated {said.data['outcome']}"
    return said.name if said.name in ANSWERS else None


def judged(names: tuple[str, ...]) -> Callable[[Machine, State], Iterator[str]]:
    """Judges the rests of a scene with these requests."""

    def judge(machine: Machine, state: State) -> Iterator[str]:
        books = opened(_lookup(machine, state))
        (placed,) = books.orders.values()
        yield from _answered(state, names, held=bool(placed.holds) and placed.cancelled_at is None)
        yield from books.waiting
        yield from disagreements(books)
        yield from _waits_for_ever(placed, books.ledgers[placed.order_id].parked)
        first = {name: outcome for name, outcome in state.answers if not outcome.startswith("repeated")}
        yield from _one_wins(first, names)

    return judge


def _lookup(machine: Machine, state: State) -> Callable[[str, str], Mapping[str, Stored]]:
    kept = {service.name: machine.documents(kept) for service, kept in zip(machine.services, state.kept, strict=True)}

    def lookup(service: str, collection: str) -> Mapping[str, Stored]:
        return {id_: stored for (name, id_), stored in kept[service].items() if name == collection}

    return lookup


def _answered(state: State, names: tuple[str, ...], *, held: bool) -> Iterator[str]:
    """Each request has exactly one answer, and each repeat of it one; a scan of a held order waits for its own."""
    first: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for name, outcome in state.answers:
        (again if outcome.startswith("repeated") else first)[name] += 1
    for name in names:
        if name == "tick":
            continue  # nobody waits for an answer to it
        asked = 1 + state.twice.count(name)
        waits = held and name.startswith("scan") and first[name] == 0
        if first[name] + again[name] != asked - waits or first[name] > 1:
            yield f"{name}: asked {asked} times, {first[name]} answers and {again[name]} repeats"


def _waits_for_ever(placed: PlacedOrder, parked: tuple[object, ...]) -> Iterator[str]:
    if parked and (placed.cancelled_at is not None or not placed.holds):
        yield "a scan waits for ever"


def _one_wins(outcomes: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    """Of a scan and a cancellation exactly one wins, and the loser is told why; unless something undoes the scan."""
    if not {"scan", "cancel"} <= set(names) or "reversal" in names or "scan more" in names:
        return
    scan, cancel = outcomes.get("scan", ""), outcomes.get("cancel", "")
    if (scan, cancel) not in (
        ("SubscriptionCreated", "order_has_subscriptions"),
        ("SubscriptionCreated", "order_not_found"),  # the proposal overtook a fact that lay in the dead letters
        ("SubscriptionCreated", "order_on_hold"),
        ("order_cancelled", "OrderCancelled"),
    ):
        yield f"scan and cancel: {scan} and {cancel}"
