"""Everything that the doctor tries, in the order in which it is told."""

from typing import Final

from operations.doctor import (
    clocks,
    indexes,
    lanes,
    members,
    messages,
    probe,
    topics,
    transactions,
    unread,
    unsaid,
    waiting,
)
from operations.doctor.check import Check
from operations.doctor.finding import Room

KAFKA, MONGODB, INSTALLATION = Room.KAFKA, Room.MONGODB, Room.INSTALLATION
CHECKS: Final = (
    Check(KAFKA, "topics", "all topics are there, as they are declared",
          topics.SYMPTOMS, topics.as_declared),
    Check(KAFKA, "probe", "records come back as they were said, with the broker's time",
          probe.SYMPTOMS, probe.comes_back),
    Check(MONGODB, "address", "its address asks for the primary and a majority",
          members.OF_ADDRESS, members.asks_for_enough),
    Check(MONGODB, "members", "members with data make the majority",
          members.OF_MEMBERS, members.keeps_by_majority),
    Check(MONGODB, "transactions", "two transactions that write one document conflict at once",
          transactions.OF_CONFLICTS, transactions.conflict_at_once),
    Check(MONGODB, "sessions", "what a killed worker left open is ended from elsewhere",
          transactions.OF_SESSIONS, transactions.freed_from_elsewhere),
    Check(INSTALLATION, "clocks", "this machine, Kafka and MongoDB tell the same time",
          clocks.SYMPTOMS, clocks.agree),
    Check(INSTALLATION, "lanes", "the number of lanes is the same everywhere",
          lanes.OF_NUMBER, lanes.one_number),
    Check(INSTALLATION, "owners", "each lane has an owner",
          lanes.OF_OWNERS, lanes.owned),
    Check(INSTALLATION, "unread", "nothing unread is old",
          unread.OF_AGE, unread.young),
    Check(INSTALLATION, "checkpoints", "checkpoints lie within their logs, and before no committed offset",
          unread.OF_CHECKPOINTS, unread.within_log),
    Check(INSTALLATION, "unsaid", "everything that was saved is said",
          unsaid.SYMPTOMS, unsaid.all_said),
    Check(INSTALLATION, "waiting", "no request and no change waits for too long",
          waiting.OF_PARKED, waiting.not_for_long),
    Check(INSTALLATION, "clock", "the waiting clock moves",
          waiting.OF_CLOCK, waiting.clock_moves),
    Check(INSTALLATION, "requests", "every request over HTTP is answered",
          waiting.OF_REQUESTS, waiting.answered),
    Check(INSTALLATION, "indexes", "all indexes are there",
          indexes.SYMPTOMS, indexes.there),
    Check(INSTALLATION, "records", "the last records are of known types, and none is dead",
          messages.OF_RECORDS, messages.known),
    Check(INSTALLATION, "types", "each type has who writes and who reads it",
          messages.OF_TABLE, messages.agreed),
)  # fmt: skip
