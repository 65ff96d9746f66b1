"""Orders as a process: wiring only. ``python -m services.orders.app``, or by FastStream's own command line:
``faststream run services.orders.app:build --factory``.

Setting beside the engine's: ``LEASELINE_CONFIRMATION_REQUIRED`` (yes, no): scans wait until their order is confirmed.
"""

import os

from faststream import FastStream

from services.engine.service import Service
from services.engine.serving import Serving, main
from services.engine.settings import Settings as EngineSettings
from services.orders.service import orders
from services.orders.settings import Settings


def service() -> Service:
    """Orders with its settings from the environment."""
    required = os.environ.get("LEASELINE_CONFIRMATION_REQUIRED", "no") == "yes"
    return orders(Settings(confirmation_required=required))


def build() -> FastStream:
    """The application."""
    return Serving(service(), EngineSettings.read()).app


if __name__ == "__main__":
    main(service())
