"""Quiet is when nothing is read any more and nothing is about to be said."""

from collections.abc import Mapping, Sequence

import pytest

from demo import quiet
from demo.quiet import Quiet
from deploy.local.processes import Services
from installation.addresses import Addresses
from installation.errors import InstallationError
from installation.lag import Lag


class Looks:
    """What is seen at one look after the other: records that are not read, the last number for ever."""

    def __init__(self, behind: Sequence[int]) -> None:
        self.left = list(behind)

    async def now(self) -> Lag:
        here: Mapping[str, int] = {"orders": self.left.pop(0) if len(self.left) > 1 else self.left[0]}
        return Lag(here)


async def test_a_moment_in_which_nobody_is_behind_is_not_taken_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service has saved what it heard, and says what follows a moment later."""
    looks = Looks([5, 0, 3, 0, 0, 2, 0])
    monkeypatch.setattr(quiet, "Lags", lambda *_: looks)
    monkeypatch.setattr(quiet, "PAUSE", 0.0)

    await Quiet(Addresses("", ""), "leaseline", Services([])).reached()

    assert looks.left == [0]


async def test_a_lag_that_stays_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "Lags", lambda *_: Looks([7]))
    monkeypatch.setattr(quiet, "PAUSE", 0.0)
    monkeypatch.setattr(quiet, "WITHIN", 0.01)

    with pytest.raises(InstallationError, match="7 records were not read"):
        await Quiet(Addresses("", ""), "leaseline", Services([])).reached()
