"""One line of kcat each to publish a variant, an order and a scan, and to watch the facts."""

from typing import Final

HELLO: Final = (
    ("submit a variant", "catalog.requests", "docs/hello/variant.json"),
    ("publish an order", "orders.requests", "docs/hello/order.json"),
    ("publish a scan", "fulfillment.requests", "docs/hello/scan.json"),
)
WATCHED: Final = "orders.events fulfillment.events subscriptions.events billing.events"


def lines(kafka: str) -> tuple[tuple[str, str], ...]:
    """(what it does, the line) for each, to be run in the project's folder."""
    publishing = tuple((what, f"kcat -b {kafka} -P -t {topic} {path}") for what, topic, path in HELLO)
    return (*publishing, ("watch the facts", f"kcat -b {kafka} -G watcher {WATCHED} | grep -v ClockPassed"))
