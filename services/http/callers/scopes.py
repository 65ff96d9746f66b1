"""What a key may be allowed to do, word by word."""

from typing import Final

SCOPES: Final = {
    "orders:read": "Read orders, customers and the catalog.",
    "orders:write": "Submit, confirm, amend, close and cancel orders; write notes.",
    "orders:holds": "Decide about prices of orders on hold.",
    "orders:payer": "Move an order to another payer.",
    "catalog:write": "Submit variants and prices.",
    "customers:write": "Change a customer's settings.",
    "scans:write": "Assign devices to units; record shipments, arrivals and returns.",
    "subscriptions:read": "Read subscriptions and devices.",
    "subscriptions:write": "Cancel, extend, correct and replace.",
    "subscriptions:reverse": "Take a scan back.",
    "devices:write": "Correct devices and change their states.",
    "billing:read": "Read accounts, groups and invoices.",
    "billing:write": "Change a payer's settings.",
    "billing:run": "Start billing runs.",
    "events:read": "Read everything that is said.",
    "watch:read": "Read the story of everything, as the watch room tells it.",
    "watch:personal": "See what is personal in a message; who saw it is on record.",
    "dead:read": "Read dead letters, and what they would be now.",
    "dead:write": "Send dead letters again, or leave them.",
    "imports:write": "Send files of orders, variants, devices and scans.",
    "people:delegate": "Ask on behalf of people, as a console does: with their names and their scopes.",
}
"""Every scope with what it allows."""

WHOLE: Final = frozenset(
    [
        "catalog:write",
        "customers:write",
        "scans:write",
        "subscriptions:read",
        "subscriptions:write",
        "subscriptions:reverse",
        "devices:write",
        "billing:read",
        "billing:write",
        "billing:run",
        "watch:read",
        "watch:personal",
        "dead:read",
        "dead:write",
        "people:delegate",
    ]
)
"""Scopes that no caller has who is bound to a source: what they are about belongs to no shop alone (a customer, a payer
and a device may come from several), or cannot be told to: fulfillment knows of no order who submitted it.
"""
ANY_KEY: Final = "any key"
"""Stands where a route's scope does, for what everybody may ask who can be named: one's own requests."""
NONE: Final = "none"
"""Stands there for what needs no key at all."""
