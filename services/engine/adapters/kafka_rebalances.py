"""The group's rebalances: the listener only takes note."""

from collections.abc import Callable

from aiokafka import ConsumerRebalanceListener, TopicPartition


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the lane manager that lanes may have changed hands. Whatever was awaited in here would stop the heartbeats.

    ``settled``: the group has given us our partitions and nobody asks for them back; ``times`` counts how often it has
    given us some.
    """

    def __init__(self) -> None:
        self.settled = False
        self.times = 0
        self._changed: Callable[[], None] = lambda: None

    def tell(self, changed: Callable[[], None]) -> None:
        """From now on this is told."""
        self._changed = changed

    def refused(self, times: int) -> None:
        """The group no longer knows the member that it gave partitions to for the ``times``-th time; aiokafka joins
        again.
        """
        if times == self.times:
            self.settled = False

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # noqa: ARG002
        """Lanes go."""
        self.settled = False
        self._changed()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # noqa: ARG002
        """Lanes come."""
        self.settled = True
        self.times += 1
        self._changed()
