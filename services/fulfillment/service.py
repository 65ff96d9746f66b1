"""Fulfillment as the engine sees it: what it reads, what it keeps, who decides."""

from typing import Final

from contracts.messages.fulfillment import RequestRefused
from services.engine.core.handler import Registry
from services.engine.core.memory import PROCESSED, Processed
from services.engine.core.service import Collection, HomeField, Service
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.history import PastRows
from services.fulfillment.documents.ledger import EntryPage, Ledger
from services.fulfillment.documents.serial_home import SerialHome
from services.fulfillment.handlers.assets import RegisteringDevice
from services.fulfillment.handlers.clock import ExpiringParked, PassingTime
from services.fulfillment.handlers.contracts import EndingContracts
from services.fulfillment.handlers.orders import FollowingOrder
from services.fulfillment.handlers.proposals import Arbitrating
from services.fulfillment.handlers.scans import Scanning
from services.fulfillment.handlers.subscriptions import (
    AskingOfSubscription,
    DecidingAtOrder,
    DecidingSentOn,
    SendingOn,
)
from services.fulfillment.rules.progress import on_batch_end
from services.fulfillment.settings import DEFAULTS, Settings

SERVICE_NAME: Final = "fulfillment"

COLLECTIONS: Final = (
    Collection(
        "ledgers",
        Ledger,
        indexes=(("lane", "due"), ("home", "ends"), ("terms.payer",)),
        homes=(HomeField("lane"), HomeField("home")),
    ),
    Collection("entry_pages", EntryPage),
    Collection("past_rows", PastRows),
    Collection("assets", Asset),
    Collection("serials", SerialHome, indexes=(("lane", "due"),), homes=(HomeField("lane", "serial:{_id}"),)),
    Collection(PROCESSED, Processed),
)
"""Ids: an order; ``order/page``; ``order/number/place``; a serial; a serial; ``order|identity``."""


def fulfillment(settings: Settings = DEFAULTS) -> Service:
    """The service with these settings."""
    handlers = registry(settings)
    return Service(
        name=SERVICE_NAME,
        reads=handlers.reads,
        collections=COLLECTIONS,
        prefetch=handlers.prefetch,
        prefetch_related=handlers.prefetch_related,
        decide=handlers.decide,
        on_batch_end=on_batch_end,
        batch_end_kinds=(Ledger,),
        weight=handlers.weight,
        refused=RequestRefused,
    )


def registry(settings: Settings) -> Registry:
    """Who decides what fulfillment reads."""
    at_order = DecidingAtOrder(settings)
    return Registry(
        (
            Scanning(settings),
            AskingOfSubscription(at_order, SendingOn(settings)),
            DecidingSentOn(at_order),
            RegisteringDevice(settings),
            FollowingOrder(settings),
            Arbitrating(settings),
            PassingTime(settings),
            ExpiringParked(settings),
            EndingContracts(settings),
        )
    )
