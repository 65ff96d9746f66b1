"""What each service keeps, as far as an installation must know it."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.billing.service import billing
from services.engine.core.service import Collection, Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders

KNOWN: Final[Mapping[str, Service]] = {each.name: each for each in (orders(), fulfillment(), billing())}
"""The services with default settings: what they read and keep is the same under all."""
COLLECTIONS: Final[Mapping[str, Sequence[Collection]]] = {name: service.collections for name, service in KNOWN.items()}
"""By service."""
