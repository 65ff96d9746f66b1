"""Billing as a process: wiring only. ``python -m services.billing.app``, or by FastStream's own command line:
``faststream run services.billing.app:build --factory``.

Settings beside the engine's: ``LEASELINE_DEFAULT_TERM`` (net_7, net_14, net_30) and ``LEASELINE_BILLING_DAY`` (1-28).
"""

import os

from faststream import FastStream

from services.billing.service import billing
from services.engine.service import Service
from services.engine.serving import Serving, main
from services.engine.settings import Settings


def service() -> Service:
    """Billing with its settings from the environment."""
    return billing(
        default_term=os.environ.get("LEASELINE_DEFAULT_TERM", "net_14"),
        billing_day=int(os.environ.get("LEASELINE_BILLING_DAY", "1")),
    )


def build() -> FastStream:
    """The application."""
    return Serving(service(), Settings.read()).app


if __name__ == "__main__":
    main(service())
