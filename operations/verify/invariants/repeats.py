"""Invariant 5: what comes twice has one effect and one outcome; what is said twice is the same."""

from typing import Final

from operations.verify.invariants.rule import Rule

_SAID: Final = (
    """
    SELECT service || ' ' || id, service || ' said ' || type || ' ' || id || ' with ' || count(DISTINCT digest)
        || ' different contents'
    FROM said GROUP BY service, id HAVING count(DISTINCT digest) > 1
    """,
    """
    SELECT service || ' ' || subject, 'facts of ' || service || ' about ' || subject || ' have versions '
        || min(version) || ' to ' || max(version) || ', and ' || count(DISTINCT version) || ' of them'
    FROM said JOIN whole WHERE version IS NOT NULL AND whole.yes
    GROUP BY service, subject HAVING min(version) <> 1 OR max(version) <> count(DISTINCT version)
    """,
    """
    SELECT service || ' ' || subject, 'facts of ' || service || ' about ' || subject || ' in ' || topic
        || ': version ' || version || ' stands behind version ' || earlier
    FROM (
        SELECT service, subject, topic, version,
            lag(version) OVER (PARTITION BY service, subject, topic, lane ORDER BY first) AS earlier
        FROM (
            SELECT service, subject, topic, lane, version, min(at_offset) AS first FROM said
            WHERE version IS NOT NULL AND at_offset IS NOT NULL GROUP BY service, subject, topic, lane, version
        )
    ) WHERE earlier > version
    """,
)

_ANSWERED: Final = (
    """
    SELECT address, 'the request at ' || address || ' has ' || count(DISTINCT type) || ' answers: ' || min(type)
        || ' and ' || max(type)
    FROM said WHERE kind = 'answer' GROUP BY service, address HAVING count(DISTINCT type) > 1
    """,
    """
    SELECT r.source || ' ' || r.id || ' ' || r.subject, r.type || ' ' || r.id || ' about ' || r.subject || ' had '
        || count(DISTINCT s.id) || ' effects: ' || min(s.id) || ' and ' || max(s.id)
    FROM (
            SELECT DISTINCT service, type, subject, source, id FROM requests WHERE type <> 'ItemFulfillmentRequested'
        ) r
        JOIN effects e ON e.request = r.type
        JOIN said s ON s.cause_source = r.source AND s.cause_id = r.id AND s.service = r.service AND s.type = e.fact
            AND (s.subject = r.subject OR r.subject LIKE 'serial:%')
    GROUP BY r.service, r.type, r.subject, r.source, r.id HAVING count(DISTINCT s.id) > 1
    """,
    """
    SELECT r.source || ' ' || r.id || ' ' || r.subject, min(r.type) || ' ' || r.id || ' about ' || r.subject
        || ' took effect, and each of its ' || count(*) || ' records was refused or called a repeat'
    FROM judged r JOIN fates f USING (address)
    WHERE EXISTS (
        SELECT 1 FROM said s JOIN effects e ON e.fact = s.type AND e.request = r.type
        WHERE s.cause_source = r.source AND s.cause_id = r.id AND s.service = r.service
            AND (s.subject = r.subject OR r.subject LIKE 'serial:%')
    )
    GROUP BY r.service, r.subject, r.source, r.id
    HAVING count(*) = sum(EXISTS (
        SELECT 1 FROM said w WHERE w.address = r.address AND w.type IN ('RequestRefused', 'RequestRepeated')
    )) AND NOT EXISTS (SELECT 1 FROM log l WHERE l.topic = r.topic AND l.begins > 0)
    """,
    """
    SELECT p.address, 'the repeat at ' || p.address || ' is told the outcome ' || p.outcome || ' of '
        || p.first_id || ', which nobody said'
    FROM repeats p JOIN whole
    WHERE whole.yes AND p.first_id IS NOT NULL AND p.outcome <> 'waiting' AND NOT EXISTS (
        SELECT 1 FROM said s
        WHERE s.cause_source = p.first_source AND s.cause_id = p.first_id AND s.service = p.service
            AND s.subject = p.subject AND s.address IS NOT p.address AND (
                s.type = p.outcome
                OR (p.refused AND s.type IN ('RequestRefused', 'RequestRepeated', 'ItemFulfillmentRefused'))
            )
    )
    """,
)

REPEATS: Final = Rule(
    number=5,
    sentence="A message delivered twice has one effect and one outcome; what is said twice is the same",
    counted="messages said",
    checked="SELECT count(*) FROM (SELECT DISTINCT service, id FROM said)",
    offences=(*_SAID, *_ANSWERED),
)
"""A fact about a subscription may stand once in each of several lanes. A scan's effects are compared serial by serial
under invariant 4. A repeat that is told ``waiting`` names no outcome: the first request's is still to come. An id may
be used again for another kind of request, which is refused: an effect is one of all the records of an identity.
"""
