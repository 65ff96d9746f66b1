"""Invariant 4: nothing vanishes. ``fates`` says what became of each request; a scan must account for each serial."""

from typing import Final

from operations.verify.invariants.rule import Rule

_DECIDED_SCANS: Final = """
    SELECT r.address, r.source, r.id, r.subject FROM judged r JOIN fates f USING (address)
    WHERE r.type = 'ItemFulfillmentRequested' AND (
        f.fate = 'done' OR (f.fate = 'answered' AND NOT EXISTS (
            SELECT 1 FROM said s WHERE s.address = r.address AND s.type IN ('RequestRefused', 'RequestRepeated')
        ))
    )
"""
"""Scans that were decided serial by serial. Compared by identity, for that is what a fact names as its cause."""

ANSWERS: Final = Rule(
    number=4,
    sentence="Every accepted message has an effect or an answer, waits, or lies in the dead letters",
    counted="requests",
    checked="SELECT count(*) FROM judged",
    offences=(
        """
        SELECT r.address, 'nothing came of ' || coalesce(r.type || ' ' || r.id || ' about ' || coalesce(r.subject, '?'),
            'a record that cannot be read') || ', at ' || r.address
        FROM judged r LEFT JOIN fates f USING (address) WHERE f.fate IS NULL
        """,
        f"""
        WITH scans AS ({_DECIDED_SCANS}), scanners AS (SELECT DISTINCT source, id, subject FROM scans)
        SELECT source || ' ' || id || ' ' || serial, 'scan ' || id || ' of order ' || subject || ' with serial '
            || serial || ': asked ' || sum(asked) || ' times, told ' || sum(told) || ' times what became of it'
        FROM (
            SELECT source, id, subject, serial, 1 AS asked, 0 AS told FROM scans JOIN scanned USING (address)
            UNION ALL SELECT source, id, subject, serial, 0, 1 FROM scans JOIN declined USING (address)
            UNION ALL SELECT c.source, c.id, c.subject, a.serial, 0, 1 FROM scanners c
                JOIN accepted a ON a.cause_source = c.source AND a.cause_id = c.id AND a.subject = c.subject
        ) GROUP BY source, id, subject, serial HAVING sum(asked) <> sum(told)
        """,  # noqa: S608  our own words
        f"""
        WITH scans AS ({_DECIDED_SCANS})
        SELECT address, 'the answer to scan ' || c.id || ' of order ' || c.subject || ' counts ' || d.accepted
            || ' accepted serials, facts tell of ' || count(a.version)
        FROM scans c JOIN (SELECT DISTINCT address, accepted FROM declined) d USING (address)
            LEFT JOIN accepted a ON a.cause_source = c.source AND a.cause_id = c.id AND a.subject = c.subject
        GROUP BY address HAVING count(a.version) <> d.accepted
        """,  # noqa: S608
    ),
)
