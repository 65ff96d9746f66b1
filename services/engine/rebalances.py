"""The group's rebalances: the listener only takes note."""

from collections.abc import Callable

from aiokafka import ConsumerRebalanceListener, TopicPartition


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the keeper that lanes may have changed hands. Whatever was awaited in here would stop the heartbeats."""

    def __init__(self) -> None:
        self._changed: Callable[[], None] = lambda: None

    def tell(self, changed: Callable[[], None]) -> None:
        """From now on this is told."""
        self._changed = changed

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # noqa: ARG002
        """Lanes go."""
        self._changed()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # noqa: ARG002
        """Lanes come."""
        self._changed()
