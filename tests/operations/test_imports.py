"""`leaseline import`: what it makes of a file before it is sent, and of what was said to it."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.local.places import PROJECT
from operations import cli
from operations.cli.imports import reasons, told
from operations.jobs.importing import media_type, name_of
from services.http.imports.kind import KINDS, Kind
from services.http.imports.reading import CsvLines
from services.http.imports.template import to_csv

KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@KIND
def test_a_template_is_the_golden_example_and_can_be_imported(kind: Kind) -> None:
    result = CliRunner().invoke(cli.app, ["import", "--template", kind.name])
    assert result.exit_code == 0
    reader = CsvLines(kind.model)
    (line,) = [*reader.feed(result.output.encode()), *reader.end()]
    example = json.loads((PROJECT / f"contracts/examples/{kind.model.type_name()}.json").read_text())["data"]
    example.pop(kind.actor, None)
    sent = kind.model.model_validate_json(
        json.dumps({**json.loads(line.body or b""), **({"actor": "A"} if kind.actor else {})})
    )
    assert reader.unknown == ()
    if kind.name == "scans":
        example["serials"] = [each.strip() for each in example["serials"]]
    assert sent == kind.model.model_validate_json(json.dumps({**example, **({"actor": "A"} if kind.actor else {})}))


def test_a_cell_of_a_template_is_nothing_that_a_spreadsheet_runs() -> None:
    _, cells = csv.reader(StringIO(to_csv({"a": "=1+1", "b": ["@x", "y"], "c": {"d": "+49"}, "e": -1})))
    assert cells == ["'=1+1", "'@x y", "'+49", "'-1"]


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        (b'{"order_id": "A"}\n', "application/x-ndjson"),
        (b'\xef\xbb\xbf\n {"a": 1}', "application/x-ndjson"),
        (b"order_id;currency\n", "text/csv"),
        (b'"order_id",currency\n', "text/csv"),
        (b"", "text/csv"),
    ],
)
def test_a_file_is_sent_as_what_it_begins_like(tmp_path: Path, content: bytes, meant: str) -> None:
    (file := tmp_path / "file").write_bytes(content)
    assert media_type(file) == meant


def test_the_same_content_of_the_same_kind_is_the_same_import(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in "abc")
    one.write_bytes(b"x" * 2_000_001)
    same.write_bytes(b"x" * 2_000_001)
    other.write_bytes(b"y")
    assert name_of(one, "orders") == name_of(same, "orders")
    assert len({name_of(one, "orders"), name_of(one, "catalog"), name_of(other, "orders")}) == 3


def test_counts_and_reasons_are_told_for_a_person() -> None:
    assert (
        told({"lines": 1200, "accepted": 1198, "repeated": 0, "refused": 2}) == "1,200 lines: 1,198 accepted, 2 refused"
    )
    line = {
        "line": 3,
        "subject": "A-1",
        "reasons": [
            {
                "code": "contract_length_invalid",
                "pointer": "/items/0/months",
                "column": "items.0.months",
                "detail": "7 months",
                "what_to_do": "Mend it.",
            },
            {"code": "file_invalid", "character": 4, "what_to_do": "Send CSV."},
        ],
    }
    assert list(reasons(line)) == [
        (3, "A-1", "contract_length_invalid", "items.0.months", "7 months. Mend it."),
        (3, "A-1", "file_invalid", "character 4", "Send CSV."),
    ]


@pytest.mark.parametrize("words", [["import"], ["import", "somewhere.csv"], ["import", "x", "--kind", "shoes"]])
def test_a_command_that_is_not_whole_says_what_is_missing(words: list[str]) -> None:
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 2
    assert "kind" in result.output
