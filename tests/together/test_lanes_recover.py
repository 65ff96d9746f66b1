"""Lanes recover one by one: an order is decided before the lane of its SKU has read the variant."""

from dataclasses import replace
from datetime import timedelta

from services.orders.service import orders
from services.orders.settings import Settings
from tests.engine.simulation import world
from tests.together.simulation import shop
from tests.together.simulation.checker import judged

SEEDS = range(12)
IN_TURN = ("lane_stands",)


def violations(*, waits: bool) -> list[str]:
    found: list[str] = []
    for seed in SEEDS:
        setup = shop.setup(seed, only=IN_TURN, messages=40)
        if not waits:
            impatient = orders(Settings(unknown_sku_for=timedelta(0), parked_for=shop.PATIENCE))
            setup = replace(setup, services=(impatient, *setup.services[1:]))
        found += judged(world.experiment(seed, setup)).violations
    return found


def test_every_order_whose_variant_was_sent_before_is_placed() -> None:
    assert violations(waits=True) == []


def test_without_the_wait_orders_are_lost() -> None:
    assert any("which the catalog has" in violation for violation in violations(waits=False))
