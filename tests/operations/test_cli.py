"""Whatever goes wrong, a person reads what was wrong, where, and what to do, and no traceback."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo.errors import AutoReconnect
from typer.testing import CliRunner

import operations.cli.up as up_command
from deploy.local import processes, servers
from deploy.local.folder import DataFolder
from deploy.local.places import PROJECT
from deploy.local.processes import Services
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses, named
from installation.errors import MendableError, WrongAddress
from operations import cli

NOWHERE = {KAFKA_VARIABLE: "127.0.0.1:9", MONGO_VARIABLE: "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200"}


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that do not answer."""
    for variable, address in NOWHERE.items():
        monkeypatch.setenv(variable, address)


def leaseline(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "operations", *words],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=90,
        check=False,
    )


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("verify",), KAFKA_VARIABLE),
        (("demo",), MONGO_VARIABLE),
        (("topics", "create"), MONGO_VARIABLE),  # the databases are asked first: what they hold decides
        (("topics", "reset", "orders.events"), MONGO_VARIABLE),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else "",
)
def test_a_server_that_does_not_answer_is_named_in_one_line(words: tuple[str, ...], variable: str) -> None:
    told = leaseline(*words)

    assert told.returncode == 1
    assert variable in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1, told.stderr


@pytest.mark.parametrize(
    ("kafka", "mongo", "wrong"),
    [
        ("kafka.example", "mongodb://mongo.example", KAFKA_VARIABLE),
        ("kafka.example:port", "mongodb://mongo.example", KAFKA_VARIABLE),
        ("http://kafka.example:9092", "mongodb://mongo.example", KAFKA_VARIABLE),
        ("a:9092,b", "mongodb://mongo.example", KAFKA_VARIABLE),
        ("kafka.example:9092", "mongo.example:27017", MONGO_VARIABLE),
    ],
)
def test_what_is_no_address_is_told_before_anybody_connects(
    kafka: str, mongo: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KAFKA_VARIABLE, kafka)
    monkeypatch.setenv(MONGO_VARIABLE, mongo)

    with pytest.raises(WrongAddress, match=f"^{wrong} is .*: give "):
        named()


@pytest.mark.parametrize(
    "kafka", ["localhost:9092", "a.example:1,b.example:2", "a:1, b:2", "[::1]:9092", "192.0.2.1:65535"]
)
def test_every_form_of_a_kafkas_address_is_taken(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KAFKA_VARIABLE, kafka)
    monkeypatch.setenv(MONGO_VARIABLE, "mongodb+srv://mongo.example")

    assert named() == Addresses(kafka, "mongodb+srv://mongo.example")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KafkaConnectionError("gone"), KAFKA_VARIABLE),
        (AutoReconnect("gone"), MONGO_VARIABLE),
        (PermissionError(13, "Permission denied", "/bills/june.csv"), "/bills/june.csv: Permission denied"),
    ],
    ids=["kafka", "mongodb", "file"],
)
def test_what_breaks_in_the_middle_is_told_in_a_sentence(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def app(*, standalone_mode: bool) -> None:  # noqa: ARG001 - as typer takes it
        raise error

    monkeypatch.setattr(cli, "app", app)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("mongodb://clerk:s3cret@mongo.example/?replicaSet=rs0", "mongodb://clerk:***@mongo.example/?replicaSet=rs0"),
        ("mongodb://mongo.example:27017/?replicaSet=rs0", "mongodb://mongo.example:27017/?replicaSet=rs0"),
        ("mongodb://a:1,b:2/?authSource=x@y", "mongodb://a:1,b:2/?authSource=x@y"),
    ],
)
def test_a_password_in_a_uri_is_never_printed(uri: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KAFKA_VARIABLE, "kafka.example:9092")
    monkeypatch.setenv(MONGO_VARIABLE, uri)

    told = CliRunner().invoke(cli.app, ["servers", "status"], env={"COLUMNS": "200"})

    assert told.exit_code == 1  # nobody answers there
    assert "s3cret" not in str(told.exception)
    assert f"MongoDB  {shown}" in told.output
    assert "s3cret" not in told.output


Remembered = Callable[[Addresses], Path]


@pytest.fixture
def remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remembered:
    """A folder on which these servers seem to run."""
    monkeypatch.delenv(KAFKA_VARIABLE, raising=False)
    monkeypatch.delenv(MONGO_VARIABLE, raising=False)

    def remember(addresses: Addresses) -> Path:
        DataFolder(tmp_path).remember(addresses)
        monkeypatch.setattr(DataFolder, "holder", lambda _: 1)
        return tmp_path

    return remember


def test_a_named_server_goes_before_the_one_that_runs_here(
    remembered: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = remembered(Addresses("127.0.0.1:1", "mongodb://127.0.0.1:2", 11, 12))
    monkeypatch.setenv(KAFKA_VARIABLE, "kafka.example:9092")

    assert servers.found(data) == Addresses("kafka.example:9092", "mongodb://127.0.0.1:2", None, 12)


def test_half_of_the_servers_is_not_taken_for_both(remembered: Remembered) -> None:
    data = remembered(Addresses("", "mongodb://127.0.0.1:2", None, 12))

    with pytest.raises(MendableError, match=f"without Kafka, because {KAFKA_VARIABLE} named another"):
        servers.found(data)


def test_up_heeds_the_number_of_lanes_and_the_names_of_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the environment, for the topics, for the services and for its own status line."""
    heard: list[object] = []

    async def create(_kafka: str, lanes: int) -> None:
        heard.append(lanes)

    async def agreed(_mongo: str, databases: str, asked: int | None) -> int:
        heard.append((databases, asked))
        return 64

    def started(*_: object, environment: dict[str, str], **_more: object) -> Services:
        heard.append(environment)
        return Services([])

    async def status(_addresses: Addresses, databases: str, *_: object) -> None:
        heard.append(databases)

    monkeypatch.setattr(servers, "found", lambda _data: Addresses("kafka.example:9092", "mongodb://mongo.example"))
    monkeypatch.setattr(up_command, "agreed_lanes", agreed)
    monkeypatch.setattr(up_command, "create_topics", create)
    monkeypatch.setattr(processes, "running", started)
    monkeypatch.setattr(processes, "started", started)
    monkeypatch.setattr(up_command, "packages_there", lambda: False)
    monkeypatch.setattr(up_command, "_status", status)
    monkeypatch.setattr(sys, "argv", ["leaseline", "up"])
    monkeypatch.setenv("LEASELINE_LANES", "64")
    monkeypatch.setenv("LEASELINE_DATABASES", "berlin")

    with pytest.raises(SystemExit):
        cli.main()

    settings = {"LEASELINE_LANES": "64", "LEASELINE_DATABASES": "berlin"}
    assert heard == [("berlin", 64), 64, settings, settings, "berlin"]  # the services, and the one that looks on


@pytest.mark.parametrize("words", [("invoices", "export"), ("invoices", "list")], ids=" ".join)
@pytest.mark.parametrize("period", ["2018-7", "2018-13", "July"])
def test_a_mistyped_period_is_no_empty_file(words: tuple[str, ...], period: str) -> None:
    told = CliRunner().invoke(cli.app, [*words, "--period", period], env={"COLUMNS": "200"})

    assert told.exit_code == 2
    assert f"'{period}' is no period: write it as YYYY-MM" in told.output


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("nope\x1b[31m[/x]",), r"No such command 'nope\x1b[31m[/x]'"),
        (("servers", "status", "[/closed]\u202e"), r"([/closed]\u202e)"),
        (("topics", "reset", "orders.event"), "No service reads a topic 'orders.event': did you mean orders.events?"),
        (("dead-letters", "pass", "biling"), "There is no service 'biling': did you mean billing?"),
    ],
    ids=["command", "argument", "topic", "service"],
)
@pytest.mark.usefixtures("nowhere")
def test_what_was_typed_is_shown_as_it_is_and_moves_no_cursor(words: tuple[str, ...], shown: str) -> None:
    told = leaseline(*words)

    assert told.returncode in (1, 2)
    assert shown in told.stderr
    assert not {"\x1b", "\u202e"} & set(told.stderr)


@pytest.mark.parametrize("to", ["| head -0", "> /dev/full"])
def test_an_output_that_nobody_takes_is_no_traceback(to: str) -> None:
    told = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m operations --help {to}"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=60,
        check=False,
    )

    assert "Traceback" not in told.stderr
    assert "Exception" not in told.stderr
    if "full" in to:
        assert (told.returncode, told.stderr) == (
            1,
            "The output could not be written whole: No space left on device.\n",
        )
