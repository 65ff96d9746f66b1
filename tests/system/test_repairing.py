"""Documents damaged by hand on real servers: told by a dry run, mended by requests, also while the flow runs."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from operations.repairing import Outcome, Repair, looked
from operations.repairing.plan import Difference
from services.engine.adapters.mongo_client import connect
from tests.system import shop
from tests.system.installation import Installation
from tests.system.read_back import said
from tests.system.test_rebuilding import differences as rebuilt_differences
from tests.system.test_rebuilding import kept, of, rebuilding, run

ACCOUNT = "group:byrons/net_14/EUR"
KING = "customer:king/net_14/EUR"
BIG = "customer:big/net_14/EUR"


async def live(installation: Installation) -> Any:
    services = installation.start()
    services.until_ready()
    await installation.feed([shop.variant(), of("byron", "A", 3, "byrons"), of("king", "B", 2), of("big", "L", 2)])
    await installation.until_quiet(services.processes)
    await installation.feed([shop.scan("A", "SN-1", "SN-2"), shop.scan("B", "SN-4"), shop.scan("L", "SN-6")])
    await installation.until_quiet(services.processes)
    await installation.feed([run("2026-03", "2026-04-05")])
    await installation.until_quiet(services.processes)
    return services


async def differences(installation: Installation, patience: float = 60) -> Sequence[Difference]:
    at = installation.addresses
    _, found = await looked(at.kafka, at.mongo, installation.databases, patience=patience)
    return found


async def damage(installation: Installation) -> None:
    async with connect(installation.addresses.mongo) as client:
        billing, orders = (client[f"{installation.databases}_{name}"] for name in ("billing", "orders"))
        await billing["accounts"].update_one({"_id": ACCOUNT}, {"$inc": {"active": 3, "monthly_total": -5}})
        await billing["accounts"].update_one({"_id": KING}, {"$set": {"opens": {"2029-01": 1}}})
        await billing["accounts"].update_one({"_id": BIG}, {"$inc": {"outstanding": 1, "customers": 1}})
        await orders["tallies"].update_many({"partial": {"$gt": 0}}, {"$inc": {"partial": 4}})


async def documents(installation: Installation) -> Any:
    async with connect(installation.addresses.mongo) as client:
        return {
            (service, name): [each async for each in client[f"{installation.databases}_{service}"][name].find()]
            for service, name in (("billing", "accounts"), ("billing", "payers"), ("orders", "tallies"))
        }


def cli(installation: Installation, *words: str) -> tuple[int, str]:
    environment = os.environ | installation.addresses.as_environment()
    done = subprocess.run(
        [sys.executable, "-m", "operations", *words, "--databases", installation.databases],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def test_a_dry_run_tells_each_difference_and_a_repair_mends_it(installation: Installation) -> None:
    services = await live(installation)
    assert await differences(installation) == ()
    await damage(installation)
    before, spoken = await documents(installation), len(await said(installation.addresses.kafka))

    status, told = await asyncio.to_thread(cli, installation, "verify", "--repair", "--dry-run", "--json")
    assert status == 1
    rows = json.loads(told[: told.rindex("]") + 1])
    wrong = " ".join(row["difference"] for row in rows)
    assert all(name in wrong for name in (ACCOUNT, KING, BIG, "tallies"))
    assert {row["what_is_done"] for row in rows} == {
        "group:byrons: would be counted anew",
        "customer:king: would be counted anew",
        "customer:big: would be counted anew",
        "run: leaseline orders index",
    }
    assert await documents(installation) == before
    assert len(await said(installation.addresses.kafka)) == spoken

    found = await differences(installation)
    outcomes = await Repair(actor="Hedy", reason="a test").ask(installation.addresses.kafka, found)
    payers = ("group:byrons", "customer:king", "customer:big")
    assert sorted(outcomes, key=str) == sorted((Outcome(payer, "mended") for payer in payers), key=str)
    facts = [event for event in await said(installation.addresses.kafka) if event.type == "PayerRepaired"]
    assert {(event.data["payer"], event.data["actor"], event.data["reason"]) for event in facts} == {
        (payer, "Hedy", "a test") for payer in payers
    }
    status, told = await asyncio.to_thread(cli, installation, "orders", "index")
    assert status == 0, told
    await installation.until_quiet(services.processes)
    assert await differences(installation) == ()
    again = await Repair(actor="Hedy", reason="again").ask(installation.addresses.kafka, found)
    assert {outcome.answer for outcome in again} == {"already so"}
    await installation.assert_whole()

    services.stop()
    other = f"{installation.databases}_anew"
    await rebuilding(installation, other).run()
    old, new = await kept(installation, installation.databases), await kept(installation, other)
    assert rebuilt_differences(old, new) == []


async def test_a_repair_while_the_flow_runs_counts_what_stands_when_it_is_decided(installation: Installation) -> None:
    services = await live(installation)
    await damage(installation)
    found = [
        Difference(6, "seen a moment ago", payer="group:byrons", account=ACCOUNT, version=1),
        Difference(6, "seen a moment ago", payer="customer:king", account=KING, version=1),
        Difference(6, "seen a moment ago", payer="customer:big", account=BIG, version=1),
    ]
    ask = Repair(actor="Hedy", reason="a test")
    for number in range(6):
        more = [of("byron", f"M{number}-{n}", 1, "byrons") for n in range(20)]
        scans = [shop.scan(f"M{number}-{n}", f"SM-{number}-{n}") for n in range(20)]
        await installation.feed([*more, *scans])
        outcomes = await ask.ask(installation.addresses.kafka, found)
        assert all(outcome.done for outcome in outcomes)
    status, told = await asyncio.to_thread(cli, installation, "orders", "index")
    assert status == 0, told
    await installation.until_quiet(services.processes)
    report = await installation.assert_whole()
    assert report.holds
