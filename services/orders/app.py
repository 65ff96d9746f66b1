"""Orders as a process: wiring only. ``python -m services.orders.app``, or by FastStream's own command line:
``faststream run services.orders.app:build --factory``.

Settings beside the engine's: ``LEASELINE_CONFIRMATION_REQUIRED`` (yes, no): scans wait until their order is confirmed;
and the waiting times and limits of ``settings.NUMBERS``.
"""

from faststream import FastStream

from services.engine.adapters.process import ServiceProcess, main
from services.engine.core.service import Service
from services.engine.runtime.limits import read_limits
from services.engine.runtime.settings import Settings as EngineSettings
from services.engine.runtime.settings import yes_or_no
from services.orders.service import orders
from services.orders.settings import NUMBERS, Settings


def service() -> Service:
    """Orders with its settings from the environment. Raises SystemExit for a wrong one."""
    required = yes_or_no("LEASELINE_CONFIRMATION_REQUIRED")
    return orders(Settings(confirmation_required=required, **read_limits(NUMBERS)))


def build() -> FastStream:
    """The application."""
    return ServiceProcess(service(), EngineSettings.read()).app


if __name__ == "__main__":
    main(service())
