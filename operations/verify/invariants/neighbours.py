"""Invariant 7: a lane is past each of its dead letters, and what came behind one was decided."""

from typing import Final

from operations.verify.invariants.rule import Rule

NEIGHBOURS: Final = Rule(
    number=7,
    sentence="One bad message never delays another order's messages",
    counted="dead letters",
    checked="SELECT count(*) FROM dead",
    offences=(
        """
        SELECT d.address, d.service || ' has put ' || d.address || ' (' || d.reason
            || ') into the dead letters and stands at ' || coalesce(c.next, 'the beginning')
        FROM dead d LEFT JOIN checkpoints c USING (service, topic, lane)
        WHERE coalesce(c.incarnation, 0) <= d.incarnation AND coalesce(c.next, 0) <= d.at_offset
        """,
        """
        SELECT r.address, 'nothing came of ' || coalesce(r.type || ' ' || r.id, 'a record') || ' at ' || r.address
            || ', behind a dead letter of its lane'
        FROM judged r
        WHERE NOT EXISTS (SELECT 1 FROM fates f WHERE f.address = r.address) AND EXISTS (
            SELECT 1 FROM dead d WHERE d.topic = r.topic AND d.lane = r.lane AND d.at_offset < r.at_offset
        )
        """,
    ),
)
