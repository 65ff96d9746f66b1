"""Billing's HTTP side alone: ``python -m services.billing.http``. So it has no papers: invoices as JSON only."""

from functools import partial

from services.billing.api import routes
from services.billing.app import defaults, service
from services.billing.papers import Papers
from services.billing.service import SERVICE_NAME
from services.http.process import main
from services.http.side import Side


def side(papers: Papers | None = None) -> Side:
    """Billing's side, under the settings of the deployment. Raises SystemExit for a wrong one."""
    return Side(SERVICE_NAME, partial(routes, defaults=defaults(), papers=papers), decides=service)


if __name__ == "__main__":
    main((side(),))
