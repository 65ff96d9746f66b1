"""Whether spans are told, and to whom: nobody, unless OpenTelemetry's own variables name a collector.

Then, and only then, the packages of the extra ``tracing`` are imported. Where they are missing, or something else is
asked for than what we speak, the process says so and works without: a trace is no reason to decide nothing.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from services.engine.observe.spans import Exporter

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN: Final = "http/protobuf"


def open_tracing(
    service: str, registry: CollectorRegistry, environment: Mapping[str, str] = os.environ
) -> Exporter | None:
    """The way out for spans of this process; None: nobody asked for any, or they cannot be told."""
    endpoint = _first(ENDPOINTS, environment)
    if endpoint is None or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    log = structlog.get_logger("engine")
    protocol = _first(PROTOCOLS, environment) or SPOKEN
    if protocol != SPOKEN:
        log.warning("tracing.off", reason=f"{protocol} is asked for, only {SPOKEN} is spoken: set {PROTOCOLS[1]}")
        return None
    try:
        send = import_module("services.engine.adapters.otlp").sender(service)
    except ImportError as missing:
        log.warning("tracing.off", reason=f"the packages of leaseline[tracing] are not there ({missing.name})")
        return None
    log.info("tracing.on", endpoint=endpoint.rpartition("@")[2])
    return Exporter(send, registry, service)


def _first(names: tuple[str, ...], environment: Mapping[str, str]) -> str | None:
    return next((found for name in names if (found := environment.get(name, "").strip())), None)
