"""What a deployment chooses for billing: it counts where neither an order nor a payer says otherwise.

Rules: ``docs/domain.md`` section 3.
"""

from contracts.messages.invoices import Issuer
from contracts.values.immutable import Immutable
from contracts.values.words import TERMS


class Defaults(Immutable):
    """What counts where a payer has nothing of its own: the deployment's term and billing day (1-28). And who issues
    its invoices; None: nobody said so.
    """

    term: str = "net_14"
    billing_day: int = 1
    issuer: Issuer | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a term or a day that no account could have."""
        if self.term not in TERMS:
            raise ValueError(f"the default term is one of {', '.join(TERMS)}, not {self.term}")
        if not 1 <= self.billing_day <= 28:
            raise ValueError(f"the default billing day lies between 1 and 28, not {self.billing_day}")
