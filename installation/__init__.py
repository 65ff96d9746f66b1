"""An installation: its topics, its services as processes, how far they have read."""

from typing import Final

SERVICES: Final = ("orders", "fulfillment", "billing")
"""The services, in the order in which a message meets them."""

LANES: Final = 16
"""Lanes of a local installation; the number is fixed at the first start (``LEASELINE_LANES``)."""
