"""Kafka's jars are exactly the pinned ones."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import jars, places, ready, runtime
from deploy.local.errors import RuntimeIncomplete


@pytest.fixture
def empty_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "RUNTIME", tmp_path)
    monkeypatch.setattr(jars, "FOLDER", tmp_path / "kafka")
    return tmp_path


def delivering(content: bytes, tmp_path: Path, asked: list[str]) -> Callable[[jars.Jar, object], Path]:
    def download(jar: jars.Jar, _: object) -> Path:
        asked.append(jar.coordinate)
        source = tmp_path / f"download-{len(asked)}"
        source.write_bytes(content)
        return source

    return download


def test_every_kafka_jar_of_the_list_is_of_the_one_version_that_was_chosen() -> None:
    versions = {jar.coordinate.split(":")[2] for jar in jars.expected() if "org.apache.kafka:" in jar.coordinate}
    assert versions == {"4.3.0"}


def test_a_jar_that_is_not_what_the_list_says_is_never_kept(
    empty_runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    first = jars.expected()[0]
    monkeypatch.setattr(jars, "expected", lambda: (first,))
    monkeypatch.setattr(jars, "_download", delivering(b"something else", empty_runtime, asked))
    with pytest.raises(RuntimeIncomplete, match=r"14 bytes .* says \d+"):
        jars.fetch(lambda _: None)
    assert len(asked) == jars.TRIES
    assert len(jars.missing()) == 1


def test_a_failed_download_says_what_to_do_and_keeps_what_came_before(
    empty_runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, gone = (
        dataclasses.replace(jar, size=4, sha256="88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589")
        for jar in jars.expected()[:2]
    )
    deliver = delivering(b"abcd", empty_runtime, [])

    def download(jar: jars.Jar, context: object) -> Path:
        if jar == gone:
            raise ConnectionError("Name or service not known")
        return deliver(jar, context)

    monkeypatch.setattr(jars, "AT_ONCE", 1)
    monkeypatch.setattr(jars, "expected", lambda: (here, gone))
    monkeypatch.setattr(jars, "_download", download)
    with pytest.raises(
        RuntimeIncomplete, match=r"(?s)Name or service not known.*HTTPS_PROXY.*run the same command again"
    ):
        jars.fetch(lambda _: None)
    assert jars.missing() == (gone,)


def test_ctrl_c_while_downloading_says_that_it_can_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runtime, "require_platform", lambda: None)
    monkeypatch.setattr(jars, "fetch", interrupted)

    assert ready.main() == 130
    assert "Interrupted: what was downloaded is kept" in capsys.readouterr().err


@pytest.mark.usefixtures("empty_runtime")
def test_without_the_jars_a_class_path_is_refused() -> None:
    with pytest.raises(RuntimeIncomplete, match="make setup"):
        jars.classpath()


@pytest.mark.long
def test_the_list_is_what_jgo_resolves() -> None:
    assert jars.resolved() == jars.expected()
