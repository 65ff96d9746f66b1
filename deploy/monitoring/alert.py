"""An alert as it is written here: what is asked of the figures, what it tells a person, and when it must be heard."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from contracts.values.immutable import Immutable

_LABEL: Final = re.compile(r"\{\{ \$labels\.([a-z_]+) \}\}")

Severity = Literal["page", "ticket"]
"""``page``: a person must look now, whatever the hour. ``ticket``: on the next working day."""


class Scene(Immutable):
    """Figures as they come in, one every 30 seconds in promtool's notation, and the moment at which is looked.

    ``labels`` are those of the alert that is heard then, beside its name and severity; None: none is.
    """

    series: Mapping[str, str]
    at: str
    labels: Mapping[str, str] | None = None


class Alert(Immutable):
    """One rule. ``asks`` is PromQL; it must be so for as long as ``holds`` says.

    ``summary`` is one line, ``means`` what is so for whoever is served, ``do`` the first thing to do, ``section`` the
    heading of ``docs/operations.md`` that says more, as its anchor. ``scenes``: when it is heard, and when it is not.
    """

    name: str
    asks: str
    holds: str
    severity: Severity
    summary: str
    means: str
    do: str
    section: str
    scenes: tuple[Scene, ...]

    @property
    def annotations(self) -> Mapping[str, str]:
        """What Prometheus sends along, with the places of labels as it writes them."""
        runbook = f"docs/operations.md#{self.section}"
        return {"summary": self.summary, "means": self.means, "do": self.do, "runbook": runbook}

    def told(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """The same, for an alert with these labels."""
        return {name: _LABEL.sub(lambda found: labels[found[1]], text) for name, text in self.annotations.items()}


class Group(Immutable):
    """Alerts about one thing."""

    name: str
    alerts: tuple[Alert, ...]
