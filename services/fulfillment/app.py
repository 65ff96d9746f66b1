"""Fulfillment as a process: wiring only. ``python -m services.fulfillment.app``, or by FastStream's own command line:
``faststream run services.fulfillment.app:build --factory``.

Settings beside the engine's: ``LEASELINE_ZONE``, the business time zone (default UTC), ``LEASELINE_ANNOUNCED_ONLY``
(yes, no): devices that no dock announced are refused; ``LEASELINE_SERIAL_PATTERN`` (``read_labels``); and the waiting
times and limits of ``settings.NUMBERS``.
"""

from zoneinfo import ZoneInfo

from faststream import FastStream

from services.engine.adapters.process import ServiceProcess, main
from services.engine.core.service import Service
from services.engine.runtime.limits import read_limits
from services.engine.runtime.settings import Settings as EngineSettings
from services.engine.runtime.settings import chosen, yes_or_no
from services.fulfillment.service import fulfillment
from services.fulfillment.settings import NUMBERS, Settings, read_labels


def service() -> Service:
    """Fulfillment with its settings from the environment. Raises SystemExit for a wrong one."""
    read_labels()
    zone = chosen("LEASELINE_ZONE", "UTC", ZoneInfo, "name a zone of the IANA database, such as Europe/Berlin")
    announced_only = yes_or_no("LEASELINE_ANNOUNCED_ONLY")
    return fulfillment(Settings(zone=zone, announced_only=announced_only, **read_limits(NUMBERS)))


def build() -> FastStream:
    """The application."""
    return ServiceProcess(service(), EngineSettings.read()).app


if __name__ == "__main__":
    main(service())
