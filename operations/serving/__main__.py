"""The entry point: the three services' sides and the watch room's, and what makes papers of invoices."""

import os

from operations.serving.papers import PrintedPapers
from services.billing import http as billing
from services.fulfillment import http as fulfillment
from services.http.process import main
from services.orders import http as orders
from services.watch import http as watch

if __name__ == "__main__":
    papers = PrintedPapers(os.environ.get("LEASELINE_ISSUER", "").strip() or "Leaseline")
    main((orders.SIDE, fulfillment.SIDE, billing.side(papers), watch.SIDE))
