"""Mutants of the isolation of hooks (rule 13): what one hook raises is taken for a failure that passes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

from contracts.wire.message import Body
from services.engine.core import entry, planning
from services.engine.core.failing import Failure
from services.engine.core.failing import failed as real_failed
from services.engine.core.faults import Doubt
from services.engine.runtime.origins import Origins
from tests.engine.mutants.mutant import Mutant
from tests.engine.simulation.curses import HOOKS


def _passing(hook: str) -> Callable[[], AbstractContextManager[object]]:
    def failed(asked: str, error: Exception, model: type[Body] | None) -> Failure:
        if asked == hook:
            raise Doubt(f"{hook} raised")
        return real_failed(asked, error, model)

    @contextmanager
    def broken() -> Iterator[None]:
        with ExitStack() as stack:
            for module in (planning, entry):
                stack.enter_context(patch.object(module, "failed", failed))
            yield

    return broken


async def _credulous(_self: Origins, _records: object, _lanes: object) -> dict[object, object]:
    return {}


MUTANTS: tuple[Mutant, ...] = (
    *(
        Mutant(f"what {hook} raises is tried for ever", 13, broken=_passing(hook))
        for hook in dict.fromkeys("decide" if hook == "said" else hook for hook in HOOKS)
    ),
    Mutant("an origin is believed whatever it says", 9, broken=lambda: patch.object(Origins, "false", _credulous)),
)
