"""The law of traces is needed, and alive: whoever breaks it is noticed by the simulator."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest

from contracts.wire.trace import in_span
from services.engine.core import outbox
from services.engine.core.message import Cause, Message
from services.engine.core.trace import span_of, trace_below
from tests.engine.mutants.mutant import Mutant, hunted

Break = Callable[[], AbstractContextManager[object]]
RULE = 7
"""The nearest of the design's: how things are said."""


def _of_another(cause: Cause, service: str) -> str:
    return trace_below(cause, service).replace(cause.trace[3:11], "f" * 8)


def _only_the_message(message: Message) -> Cause:
    return Cause(message.source, message.id, message.origin.address, message.ignored)


MUTANTS: dict[str, Break] = {
    "what is said has no trace": lambda: patch.object(outbox, "trace_below", lambda _cause, _service: ""),
    "what is said has its cause's span": lambda: patch.object(
        outbox, "trace_below", lambda cause, _service: cause.trace
    ),
    "what is said is in another trace": lambda: patch.object(outbox, "trace_below", _of_another),
    "a message forgets its trace": lambda: patch.object(Message, "cause", property(_only_the_message)),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_an_engine_that_breaks_the_law_is_noticed(name: str) -> None:
    killed = hunted(Mutant(name, RULE, broken=MUTANTS[name], seeds=50))
    assert killed.seeds, f"{name} survived"
    assert "trace" in killed.violation or "span" in killed.violation


def test_a_span_follows_from_cause_and_service_alone() -> None:
    cause = Cause("shop", "1", "orders.requests/0/7", (), f"00-{'a' * 32}-{'b' * 16}-01")
    below = trace_below(cause, "orders")
    assert below == f"00-{'a' * 32}-{span_of(cause, 'orders').hex()}-01"
    others = {
        trace_below(cause, "billing"),
        trace_below(Cause("shop", "1", "orders.requests/0/8", (), cause.trace), "orders"),
        trace_below(Cause("shop", "1", cause.address, (), f"00-{'a' * 32}-{'c' * 16}-01"), "orders"),
    }
    assert len({below, *others}) == 4
    assert trace_below(Cause("shop", "1", "x"), "orders") == ""
    assert in_span(cause.trace, b"\x01" * 8) == f"00-{'a' * 32}-{'01' * 8}-01"
