"""``CustomerGroupChangeRequested``: a customer's default group, for orders that are placed from then on."""

from dataclasses import dataclass

from contracts.messages.orders import CustomerGroupChanged, CustomerGroupChangeRequested
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, UnitOfWork
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.party import Group
from services.orders.handlers.subjects import CustomerRequestHandler, record_id


@dataclass(frozen=True)
class ChangingCustomerGroup(CustomerRequestHandler[CustomerGroupChangeRequested]):
    """The newest message time wins."""

    reads = (CustomerGroupChangeRequested,)

    def accept(self, message: Message[CustomerGroupChangeRequested], work: UnitOfWork) -> Decision:
        """The group from now on; none: the customer pays."""
        record = work.get(CustomerRecord, record_id(message)) or CustomerRecord()
        if record.group_since is not None and message.time < record.group_since:
            return self.refuse(message, (refusal(Code.SUPERSEDED),), work)
        body, version = message.body, record.version + 1
        group = None if body.group is None else Group.from_contract(body.group)
        record = replace(record, version=version, group=group, group_since=message.time)
        fact = CustomerGroupChanged(version=version, customer_id=body.customer_id, group=body.group)
        return self.settle(message, fact, (Change(CustomerRecord, record_id(message), record),), work)
