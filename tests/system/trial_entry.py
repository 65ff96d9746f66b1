"""The three HTTP sides in one process, as a trial of thousands of requests opens them: ``python -m
tests.system.trial_entry``. What is not there is looked for once, and not again for a second.
"""

from operations.serving.papers import PrintedPapers
from services.billing import http as billing
from services.fulfillment import http as fulfillment
from services.http import process
from services.http.asking import commands
from services.orders import http as orders
from services.watch import http as watch

ONCE = (0.0,)

if __name__ == "__main__":
    commands.LOOKED_AFTER = ONCE  # type: ignore[misc,assignment]  # final for everybody else
    process.main((orders.SIDE, fulfillment.SIDE, billing.side(PrintedPapers("Leaseline")), watch.SIDE))
