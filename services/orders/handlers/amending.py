"""``OrderAmendmentRequested``: items, billing and contact data of a placed order."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.changes import OrderAmendmentRequested
from contracts.values.refusals import Code, refusal
from services.engine.core.message import Message
from services.engine.core.service import UnitOfWork, Want
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.party import Billing
from services.orders.documents.variant import Variant
from services.orders.handlers.changing import ChangeHandler, emit_amended
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.amending import Amended, amend, only_contact, with_amendment
from services.orders.rules.objections import skus_named


@dataclass(frozen=True)
class Amending(ChangeHandler[OrderAmendmentRequested]):
    """Judged by today's catalog when it reaches the head of the line."""

    reads = (OrderAmendmentRequested,)

    def prefetch(self, message: Message[OrderAmendmentRequested | None]) -> Iterable[Want]:
        """Beside the order and its line the variants that it names."""
        yield from super().prefetch(message)
        if message.body is not None:
            yield from self._variants(message.body, None)

    def prefetch_related(self, message: Message[OrderAmendmentRequested | None], work: UnitOfWork) -> Iterable[Want]:
        """The variants of changed items that keep theirs."""
        order = work.get(PlacedOrder, message.subject)
        if order is not None and message.body is not None:
            yield from self._variants(message.body, order)

    def prefetch_waiting(self, message: Message[OrderAmendmentRequested], order: PlacedOrder | None) -> Iterable[Want]:
        """The variants that it names: it may be next."""
        return self._variants(message.body, order)

    def weight(self, message: Message[OrderAmendmentRequested | None]) -> int:
        """Its lines, ten for one."""
        items = None if message.body is None else message.body.items
        return 1 if items is None else 1 + (len(items.add) + len(items.change)) // 10

    def start(self, draft: OrderDraft, message: Message[OrderAmendmentRequested], work: UnitOfWork) -> OrderDraft:
        """Contact data are changed without asking, and all of an order that is held."""
        order, expected = draft.order, message.body.expected_version
        if expected is not None and not order.edited_version <= expected <= order.version:
            found = f"{expected}, but the order stands at {order.version} and was edited last in {order.edited_version}"
            return draft.refuse(message, refusal(Code.VERSION_CONFLICT, "expected_version", found))
        after = amend(order, message.body, lambda sku: work.get(Variant, sku), self.settings)
        if not isinstance(after, Amended):
            return draft.refuse(message, *after)
        if order.holds or only_contact(order, after):
            return self.conclude(draft.with_order(self.adopt(order, message, after.items, after.billing)), message)
        return self.propose(draft, message, after.items, after.billing, work)

    def adopt(
        self,
        order: PlacedOrder,
        message: Message[OrderAmendmentRequested],
        items: tuple[PlacedItem, ...],
        billing: Billing,
    ) -> PlacedOrder:
        """Its contact data are taken over with it, and holds of what is gone or priced anew go."""
        return with_amendment(order, message.body, items, billing, message.time)

    def conclude(self, draft: OrderDraft, message: Message[OrderAmendmentRequested]) -> OrderDraft:
        """The order is amended."""
        return emit_amended(draft, message, "amendment")

    def field_of(self, body: OrderAmendmentRequested, code: Code) -> str:
        """Subscriptions stand against its billing data alone."""
        if code is Code.ORDER_HAS_SUBSCRIPTIONS:
            return "clear" if body.billing is None else "billing"
        return super().field_of(body, code)

    def _variants(self, body: OrderAmendmentRequested, order: PlacedOrder | None) -> Iterable[Want]:
        return ((Variant, sku) for sku in skus_named(order, body, self.settings))
