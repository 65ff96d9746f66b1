"""What can go wrong between the engine and the world, each with one treatment."""


class Doubt(Exception):
    """Nobody knows whether it happened (fail-over, time-out, unknown commit): forget the lane and acquire it again."""


class Fenced(Doubt):
    """Another consumer acquired the lane: nothing can be saved under the old epoch."""


class Conflict(Exception):
    """A plain write conflict before the commit: nothing was saved; halve the batch, wait a moment, again."""


class Unstorable(Exception):
    """The store cannot hold one of the documents (not encodable, too large): find its message and dead-letter it."""


class NotSaid(Exception):
    """At least one record was not acknowledged; whether it stands in the log is unknown."""


class NotOurs(Exception):
    """The group has moved on: the partitions belong to somebody else by now."""


class Stop(Exception):
    """The service must not go on: says what is wrong, where, and which command mends it."""
