"""What finance sets for some payers before anything is billed: names, addresses, billing days, default terms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from contracts.messages.payers import PayerSettingsChanged, PayerSettingsSubmitted
from contracts.values.places import Address
from demo.sample.catalog import OPENED
from demo.sample.changes.moving import TO
from demo.sample.outbound import Sending

SOURCE: Final = "/finance/desk"
GROUPS: Final[Mapping[str, Mapping[str, object]]] = {
    "AT": {"default_term": "net_30"},
    "BR": {"default_term": "net_7", "billing_day": 15},
    "CA": {"billing_day": 15},
    "DE": {"name": "Northwind Deutschland"},
    "FR": {"name": "Northwind France", "billing_day": 10, "default_term": "net_30"},
    "GB": {"billing_day": 15},
    "SE": {"billing_day": 10},
    "US": {
        "name": "Northwind United States",
        "address": Address(
            street="722 Moss Bay Blvd.", city="Kirkland", region="WA", country="US", postal_code="98033"
        ),
        "default_term": "net_30",
    },
    TO.id: {"name": "Key accounts worldwide", "default_term": "net_30"},
}
"""Settings by group id; what is absent follows from the subscriptions, or is the deployment's."""
DEPLOYMENTS_TERM: Final = "net_14"
DEPLOYMENTS_DAY: Final = 1


def sendings() -> tuple[Sending, ...]:
    """The settings of all these groups."""
    return tuple(sending(group_id, OPENED).awaiting(PayerSettingsChanged) for group_id in GROUPS)


def sending(group_id: str, time: datetime, number: int = 1) -> Sending:
    """The settings of one group; ``number`` tells its requests apart."""
    body = PayerSettingsSubmitted.model_validate(
        {"group_id": group_id, "actor": "finance", "reason": "as agreed", **GROUPS[group_id]}
    )
    return Sending(PayerSettingsSubmitted, f"settings-{group_id}-{number}", SOURCE, time, body)


def billing_day(payer: str) -> int:
    """The day of the month on which a payer is invoiced."""
    day = _of(payer).get("billing_day", DEPLOYMENTS_DAY)
    assert isinstance(day, int)
    return day


def default_term(payer: str) -> str:
    """The term of a payer's subscriptions whose order has none."""
    return str(_of(payer).get("default_term", DEPLOYMENTS_TERM))


def _of(payer: str) -> Mapping[str, object]:
    kind, _, name = payer.partition(":")
    return GROUPS.get(name, {}) if kind == "group" else {}
