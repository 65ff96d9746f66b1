"""A use case: one type of message in, a decision out. The same form in all services.

A service is a list of handlers, each made with its settings once. What every service does alike with a request stands
here, in one order: a repeat is answered, what breaks a rule of its shape is refused, the rest is decided.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Generic, cast

from typing_extensions import TypeVar

from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.message import Message
from services.engine.core.service import Decision, Emit, UnitOfWork, Want

B = TypeVar("B", bound=Body)
R = TypeVar("R", bound=Body | None, default=Body | None)


class Handler(ABC, Generic[R]):
    """Decides messages of the types that it ``reads``: pure, the same message and documents give the same decision.

    ``R`` is what it may find in a message: of a request that, or nothing; of what one of us said, always that.
    """

    reads: ClassVar[tuple[type[Body], ...]]

    @abstractmethod
    def prefetch(self, message: Message[R]) -> Iterable[Want]:
        """What it will ask for; only to save round trips. The message may be one whose body breaks a rule."""

    def prefetch_related(self, message: Message[R], work: UnitOfWork) -> Iterable[Want]:
        """What follows from the documents found; only to save round trips."""
        del message, work
        return ()

    def weight(self, message: Message[R]) -> int:
        """What the message may cost, in documents touched or facts said."""
        del message
        return 1

    @abstractmethod
    def decide(self, message: Message[R], work: UnitOfWork) -> Decision:
        """What the message does."""


class FactHandler(Handler[B], Generic[B]):
    """Facts, internal messages and proposals: whoever said them is one of us, so their bodies are always whole."""

    def decide(self, message: Message[B], work: UnitOfWork) -> Decision:
        """What the message does."""
        return self.apply(message, work)

    @abstractmethod
    def apply(self, message: Message[B], work: UnitOfWork) -> Decision:
        """What becomes of what was said. Raises ValueError for what contradicts the rules or what is held."""


class RequestHandler(Handler[B | None], Generic[B]):
    """Requests: the sender always hears back."""

    def decide(self, message: Message[B | None], work: UnitOfWork) -> Decision:
        """A repeat is answered as one, a wrong shape refused, the rest decided (``docs/domain.md`` section 4, 5)."""
        known = self.find_known(message, work)
        if known is not None:
            return Decision(emits=(known,))
        if message.body is None:
            return self.refuse(message, message.refusals, work)
        return self.accept(cast("Message[B]", message), work)

    @abstractmethod
    def find_known(self, message: Message[B | None], work: UnitOfWork) -> Emit | None:
        """The answer to a message whose identity was seen before; None: it is new."""

    @abstractmethod
    def refuse(self, message: Message[B | None], refusals: tuple[Refusal, ...], work: UnitOfWork) -> Decision:
        """Nothing changes but the memory of it, and the sender hears why."""

    @abstractmethod
    def accept(self, message: Message[B], work: UnitOfWork) -> Decision:
        """Decides a new request of the right shape; it may still be refused by a rule."""


class Registry:
    """The handlers of a service by the types that they read. Raises ValueError if two read the same type."""

    def __init__(self, handlers: Sequence[Handler[Any]]) -> None:
        found: dict[type[Body], Handler[Any]] = {}
        for handler in handlers:
            for model in handler.reads:
                if model in found:
                    raise ValueError(f"{model.__name__} has two handlers")
                found[model] = handler
        self._handlers: Mapping[type[Body], Handler[Any]] = MappingProxyType(found)

    @property
    def reads(self) -> tuple[type[Body], ...]:
        """Every type that somebody here decides."""
        return tuple(self._handlers)

    def prefetch(self, message: Message) -> Iterable[Want]:
        """What its handler will ask for."""
        return self._handlers[message.model].prefetch(message)

    def prefetch_related(self, message: Message, work: UnitOfWork) -> Iterable[Want]:
        """What follows from the documents found."""
        return self._handlers[message.model].prefetch_related(message, work)

    def weight(self, message: Message) -> int:
        """What it may cost."""
        return self._handlers[message.model].weight(message)

    def decide(self, message: Message, work: UnitOfWork) -> Decision:
        """What its handler decides."""
        return self._handlers[message.model].decide(message, work)
