"""The watch room's HTTP side alone: ``python -m services.watch.http``."""

from services.http.process import main
from services.http.side import Side
from services.watch.api import routes

SERVICE_NAME = "watch"
SIDE = Side(SERVICE_NAME, routes)

if __name__ == "__main__":
    main((SIDE,))
