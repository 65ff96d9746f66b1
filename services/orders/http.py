"""Orders' HTTP side alone: ``python -m services.orders.http``."""

from services.http.process import main
from services.http.side import Side
from services.orders import SERVICE_NAME
from services.orders.api import owned, routes

SIDE = Side(SERVICE_NAME, routes, owned, ("awaited_orders", "awaited_prices", "awaited_variants", "change_lines"))

if __name__ == "__main__":
    main((SIDE,))
