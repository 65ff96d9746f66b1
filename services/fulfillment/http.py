"""Fulfillment's HTTP side alone: ``python -m services.fulfillment.http``."""

from services.fulfillment.api import routes
from services.fulfillment.app import service
from services.fulfillment.oldest import oldest_parked
from services.fulfillment.service import SERVICE_NAME
from services.http.process import main
from services.http.side import Side

SIDE = Side(SERVICE_NAME, routes, oldest={"request": oldest_parked}, decides=service)

if __name__ == "__main__":
    main((SIDE,))
