"""What is sent twice: 2 of 100 messages, half of them as they were, half under a new id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.messages import billing, fulfillment, orders
from contracts.messages.changes import OrderCancellationRequested
from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.messages.orders import OrderSubmitted
from contracts.wire.message import Body
from demo.sample.hashes import drawn
from demo.sample.outbound import Sending

PER_MILLE: Final = 20
RECOGNISED_BY_CONTENT: Final = (OrderSubmitted, ItemFulfillmentRequested, OrderCancellationRequested)
"""Asked for under a new id, the others are meant twice."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which messages are sent again: by id, as they were and under a new id. Ids are unique over the sample."""

    same: frozenset[str]
    new: frozenset[str]


def chosen(sendings: Sequence[Sending], count: int) -> Repeats:
    """So many of these, exactly half under a new id.

    Only those with a key: the same key leads to the same partition, so that the repeat comes second. Only those that
    are accepted whole: what was refused may be asked for again.
    """
    by_id = {each.id: each for each in sendings if each.carriage.keyed and _accepted(each)}
    ids = drawn(by_id, count, "sent twice")
    by_content = [id_ for id_ in ids if by_id[id_].model in RECOGNISED_BY_CONTENT]
    new = frozenset(by_content[: len(ids) // 2])
    return Repeats(frozenset(ids) - new, new)


def with_repeats(sendings: Sequence[Sending], repeats: Repeats) -> tuple[Sending, ...]:
    """The same in the same order; what is sent again as it was follows itself, what has a new id comes at the end."""
    found: list[Sending] = []
    for each in sendings:
        found.append(each)
        if each.id in repeats.same:
            found.append(_again(each, each.id))
    found += [_again(each, f"{each.id}-again") for each in sendings if each.id in repeats.new]
    return tuple(found)


def _accepted(sending: Sending) -> bool:
    return len(sending.answers) == 1 and not sending.answers[0].codes and not sending.later


def _again(sending: Sending, id_: str) -> Sending:
    return replace(sending, id=id_, answers=()).awaiting(_REPEATED[sending.model.service])


_REPEATED: Final[Mapping[str, type[Body]]] = {
    "orders": orders.RequestRepeated,
    "fulfillment": fulfillment.RequestRepeated,
    "billing": billing.RequestRepeated,
}
