"""Billing's documents made anew from what the topics hold: folded from what was said, never decided again.

What subscriptions add up to follows from their facts alone, so those are taken in as ever. Whatever depends on the
order in which a lane met its topics (numbers, pages and lines of invoices, versions of accounts, settings, runs) is
taken from what billing said of it (``docs/decisions/0110``). Pure: no broker, no database.
"""
