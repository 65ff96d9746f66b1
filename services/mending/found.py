"""A dead letter as it was found, with what was done with it."""

from contracts.values.immutable import Immutable
from services.engine.core.document import replace, replace_by
from services.engine.core.letter import Letter
from services.mending.acts import Done, State, state_of


class Shelved(Immutable):
    """``letter`` without its bytes, unless they were asked for. ``done`` in its order. ``dead_again`` is the address of
    the letter from whose replay it came.
    """

    letter: Letter
    done: tuple[Done, ...] = ()
    dead_again: str = ""

    @property
    def state(self) -> State:
        """What it is by that."""
        return state_of(self.done)

    @property
    def without_bytes(self) -> "Shelved":
        """The same, small."""
        return replace(self, letter=replace_by(self.letter, {"key": None, "value": None, "headers": ()}))
