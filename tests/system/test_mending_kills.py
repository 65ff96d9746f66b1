"""A command that dies while it sends letters again is run again: every letter has one effect, and is on record."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import shop
from tests.system.installation import Installation
from tests.system.mended import heard, mending_of, preview_all, shelved

PROJECT = Path(__file__).parents[2]
WHO = ("--actor", "Grace Nakamura", "--reason", "the release of Monday is mended")
LETTERS = 6


def leaseline(installation: Installation, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    at = installation.addresses.as_environment()
    """The command line on this installation."""
    return subprocess.run(
        [sys.executable, "-m", "tests.system.mending_entry", *words],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin:/bin", **at, **installation.environment, **environment},
    )


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        ({"LEASELINE_TEST_KILL": "sent:3"}, -9),
        ({"LEASELINE_TEST_KILL": "recorded:3"}, -9),
        ({"LEASELINE_TEST_INTERRUPT": "recorded:2"}, 130),
    ],
    ids=lambda each: next(iter(each.values())) if isinstance(each, dict) else "",
)
async def test_killed_in_the_middle_and_run_again_each_letter_has_one_effect(
    installation: Installation, environment: dict[str, str], status: int
) -> None:
    kafka = installation.addresses.kafka
    names = [f"k-{number}" for number in range(LETTERS)]
    bad = installation.start("orders", LEASELINE_TEST_RAISE=f"decide:{','.join(names)}")
    bad.until_ready()
    await installation.feed([shop.variant(), *map(shop.order, names)])
    await installation.until_quiet(bad.processes)
    bad.stop()
    good = installation.start("orders")
    good.until_ready()
    await installation.until_quiet(good.processes)

    listed = json.loads(leaseline(installation, "dead", "list", "--json", "--why", "cannot_be_decided").stdout)
    assert {each["about"] for each in listed} == set(names)
    dry = leaseline(installation, "dead", "replay", "--dry-run", *WHO)
    assert f"{LETTERS} accepted" in dry.stdout, dry.stderr
    died = leaseline(installation, "dead", "replay", "--yes", *WHO, **environment)
    assert died.returncode == status, died.stderr
    again = leaseline(installation, "dead", "replay", "--yes", *WHO)
    assert again.returncode == 0, again.stderr
    await installation.until_quiet(good.processes)

    after = await heard(kafka)
    for name in names:
        effects = after.by_cause[shop.SOURCE, f"order-{name}"]
        assert effects["OrderPlaced"] == 1
        assert set(effects) <= {"OrderPlaced", "RequestRepeated"}
    async with mending_of(installation) as mending:
        done = await shelved(mending, state="replayed")
        assert {act.act.actor for each in done for act in each.done} == {"Grace Nakamura"}
        left = await preview_all(mending)
        # The one that was sent and not recorded took effect: it is known for that, and not sent again.
        assert {each.shelved.letter.subject for each in left} == set(names) - {each.letter.subject for each in done}
        assert len(left) == ("sent:3" in environment.values())
        assert all(each.unless == "anyway" for each in left)
    nothing = leaseline(installation, "dead", "replay", "--yes", *WHO)
    assert "sent again." not in nothing.stdout


async def test_what_is_discarded_is_kept_and_sent_again_only_when_told(installation: Installation) -> None:
    bad = installation.start("orders", LEASELINE_TEST_RAISE="decide:d-1")
    bad.until_ready()
    await installation.feed([shop.variant(), shop.order("d-1")])
    await installation.until_quiet(bad.processes)
    bad.stop()
    good = installation.start("orders")
    good.until_ready()
    assert leaseline(installation, "dead", "discard", "--order", "d-1", "--yes", *WHO).returncode == 0
    (kept,) = json.loads(leaseline(installation, "dead", "list", "--state", "discarded", "--json").stdout)
    assert (kept["about"], kept["state"], kept["done"][0]["actor"]) == ("d-1", "discarded", "Grace Nakamura")
    shown = leaseline(installation, "dead", "show", kept["place"])
    assert "Byron" not in shown.stdout
    assert "cannot_be_decided" in shown.stdout
    bare = leaseline(installation, "dead", "show", kept["place"], "--unmask", *WHO)
    assert "Byron" in bare.stdout
    sent = leaseline(installation, "dead", "replay", "--again", "--yes", *WHO)
    assert "1 letter sent again" in sent.stdout, sent.stderr
    await installation.until_quiet(good.processes)
    after = await heard(installation.addresses.kafka)
    assert after.by_cause[shop.SOURCE, "order-d-1"] == {"OrderPlaced": 1}
