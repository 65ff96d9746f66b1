"""Judges the books, look by look: only what looks wrong in the same way twice is wrong."""

import json
from sqlite3 import OperationalError
from typing import Final

from operations.verify.books import Books
from operations.verify.fates import find_fates
from operations.verify.invariants import INVARIANTS
from operations.verify.invariants.rule import Rule
from operations.verify.parts import account, owed, part, price
from operations.verify.report import Invariant, Report, Waiting
from operations.verify.seen import SHOWN, counts, waits

CONFIRMED: Final = """
    FROM offenders o WHERE look = ?1 AND number = ?2 AND (?1 = 1 OR EXISTS (
        SELECT 1 FROM offenders e
        WHERE e.look = 1 AND e.number = o.number AND e.key = o.key AND e.sentence = o.sentence
    ))
"""
"""What a look found wrong: at the first one everything, at the second one what was there before in the same words."""


def judge(books: Books, look: int, *, behind: bool = False) -> int:
    """Notes everything that looks wrong now under the number of this look; returns how much that is.

    ``behind``: a service has not read everything, so it need not agree with the others.
    """
    find_fates(books)
    _find_parts(books)
    for rule in INVARIANTS:
        for offence in rule.offences if behind else (*rule.offences, *rule.disagreements):
            try:
                books.run(f"INSERT INTO offenders SELECT ?, ?, * FROM ({offence})", (look, rule.number))  # noqa: S608
            except OperationalError as error:  # amounts that nobody of us wrote, beyond 64 bits
                books.run(
                    "INSERT INTO offenders VALUES (?, ?, 'reckoned', ?)",
                    (look, rule.number, f"what is kept or said cannot be reckoned with: {error}"),
                )
    return books.one("SELECT count(*) FROM offenders WHERE look = ?", (look,))


def _find_parts(books: Books) -> None:
    """What each subscription adds to each account, and which of its months are issued at which price: by the fact that
    billing took; by what it holds if that is gone.
    """
    books.run("DELETE FROM parts")
    books.run("DELETE FROM issued")
    held = books.rows(
        "SELECT h.payer, h.subscription_id, h.version, h.customer, h.term, h.currency, h.test, h.issued,"
        " coalesce(s.state, h.state), coalesce(s.priced, h.priced) FROM holdings h"
        " LEFT JOIN subscriptions s ON s.subscription_id = h.subscription_id AND s.version = h.version"
    )
    for payer, subscription_id, version, customer, term, currency, test, issued, state, priced in held:
        with books.entry(f"document billing.shares: {subscription_id!r:.200} of {payer!r:.200}"):
            contract, months = json.loads(priced), json.loads(issued)
            adds = part(state, contract, payer, months)
            for month in months:
                due = owed(state, contract, payer, month)
                books.add("issued", payer, subscription_id, version, month, price(contract, month), due)
            books.add("parts", account(payer, term, currency, test=bool(test)), subscription_id, customer, *adds)


def reported(books: Books, look: int, behind: Waiting | None = None) -> Report:
    """The report of the last look, which was number ``look``."""
    found = books.one("SELECT count(*) FROM offenders WHERE look = ?", (look,))
    invariants = tuple(_invariant(books, rule, look) for rule in INVARIANTS)
    return Report(
        invariants=invariants,
        waits=(*waits(books), *(() if behind is None else (behind,))),
        counts=counts(books),
        moving=found - sum(each.broken for each in invariants),
        whole=bool(books.one("SELECT yes FROM whole")),
    )


def _invariant(books: Books, rule: Rule, look: int) -> Invariant:
    named = books.rows(f"SELECT DISTINCT sentence {CONFIRMED} ORDER BY key LIMIT {SHOWN}", (look, rule.number))
    return Invariant(
        number=rule.number,
        sentence=rule.sentence,
        checked=books.one(rule.checked),
        counted=rule.counted,
        broken=books.one(f"SELECT count(*) {CONFIRMED}", (look, rule.number)),
        offenders=tuple(sentence for (sentence,) in named),
    )
