"""How a process stands, as figures: whether it can work, how many lanes it has of how many, which server is away.

They are asked for when somebody looks, on the thread of the health page: nothing is counted in the loop.
"""

from functools import partial

from prometheus_client import CollectorRegistry, Gauge

from services.engine.observe.health import Watched
from services.engine.observe.outages import Outages


def tell_ready(registry: CollectorRegistry, service: str, watched: Watched) -> None:
    """Whether the process can work now, as ``/health/ready`` tells it."""
    ready = Gauge(
        "leaseline_ready", "1: it can work now; 0: /health/ready says why not.", ("service",), registry=registry
    )
    ready.labels(service).set_function(lambda: float(watched.dead() is None and watched.unready() is None))


def tell_lanes(registry: CollectorRegistry, service: str, watched: Watched, lanes: int) -> None:
    """The lanes in hand beside those that there are."""
    told = ("service",)
    there = Gauge("leaseline_lanes", "Lanes of the installation, as this process was told.", told, registry=registry)
    there.labels(service).set(lanes)
    held = Gauge("leaseline_lanes_held", "Lanes that this process decides.", told, registry=registry)
    held.labels(service).set_function(lambda: float(0 if watched.worker is None else len(watched.worker.held)))


def tell_servers(registry: CollectorRegistry, service: str, outages: Outages) -> None:
    """The servers that do not answer."""
    away = Gauge("leaseline_server_away", "1: the server does not answer.", ("service", "server"), registry=registry)
    for server in outages.servers:
        away.labels(service, server).set_function(partial(_is_away, outages, server))


def _is_away(outages: Outages, server: str) -> float:
    return float(server in outages.away())
