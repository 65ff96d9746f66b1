"""Orders' HTTP side alone: ``python -m services.orders.http``."""

from services.http.process import main
from services.http.side import Side
from services.orders import SERVICE_NAME
from services.orders.api import owned, routes
from services.orders.app import service
from services.orders.oldest import oldest_change, oldest_held, oldest_parked

SIDE = Side(
    SERVICE_NAME,
    routes,
    owned,
    ("awaited_orders", "awaited_prices", "awaited_variants", "change_lines"),
    {"change": oldest_change, "held_order": oldest_held, "request": oldest_parked},
    service,
)

if __name__ == "__main__":
    main((SIDE,))
