"""The experiment: the three real services of one installation in the engine's simulator, and the shop around them."""

from datetime import timedelta
from random import Random
from typing import ClassVar

from services.billing.service import billing
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.fulfillment.settings import Settings as FulfillmentSettings
from services.orders.service import orders
from services.orders.settings import Settings as OrdersSettings
from tests.engine.simulation import world
from tests.engine.simulation.process import Parts
from tests.engine.simulation.watch import WatchedStore
from tests.engine.simulation.world import Setup, World
from tests.ledgers import LAYOUTS, laid_out
from tests.together.simulation.story import StoryClock
from tests.together.simulation.workload import Shop

PATIENCE = timedelta(hours=2)
"""How long anything waits: longer than the ticks of a story, shorter than those of its end."""


class Store(WatchedStore):
    """One message of ours may drain what waited for an order, or end many contracts."""

    one_message: ClassVar[int] = 200_000


def services(random: Random) -> tuple[Service, ...]:
    """The three, with what a deployment may choose."""
    required = random.random() < 0.25
    settings = OrdersSettings(
        confirmation_required=required,
        parked_for=PATIENCE,
        unknown_sku_for=PATIENCE,
        tick_at_most=timedelta(minutes=10),
    )
    return (orders(settings), fulfillment(FulfillmentSettings(patience=PATIENCE)), billing())


def setup(seed: int, only: tuple[str, ...] = (), crash_at: int = -1, messages: int | None = None) -> Setup:
    """What a seed is run with; ``only``: the faults that may strike."""
    random = Random(f"installation {seed}")
    return Setup(
        parts=Parts(store=Store),
        services=services(random),
        only=only,
        messages=random.choice((30, 60, 90)) if messages is None else messages,
        crash_at=crash_at,
        outside=Shop,
        clock=StoryClock,
    )


def experiment(seed: int) -> World:
    """Runs one seed to its end."""
    with laid_out(*LAYOUTS[seed % len(LAYOUTS)]):
        return world.experiment(seed, setup(seed))
