"""What the doctor may find stands in the operating notes, word for word, and its thresholds are named there."""

import re
from collections import Counter

from typer.main import get_command

from operations.cli import app
from operations.doctor.checks import CHECKS
from tests.docs.doctor import NOTES, notes

SYMPTOMS = [symptom for check in CHECKS for symptom in check.symptoms]


def test_the_table_is_the_one_that_the_checks_make() -> None:
    assert NOTES.read_text("utf-8") == notes(), "run: python -m tests.docs.doctor"


def test_each_finding_has_one_name_and_says_why_and_what_to_do() -> None:
    assert [name for name, count in Counter(each.name for each in SYMPTOMS).items() if count > 1] == []
    assert [each.name for each in SYMPTOMS if not (each.when and each.why and each.do)] == []
    assert [each.name for each in SYMPTOMS if "|" in each.when + each.why + each.do] == []


def test_a_threshold_that_a_finding_names_is_an_option_and_is_told() -> None:
    options = {name for each in get_command(app).commands["doctor"].params for name in each.opts}  # type: ignore[attr-defined]  # a group has commands
    named = {name for each in SYMPTOMS for name in re.findall(r"--[a-z-]+", each.when)}
    assert named <= options
    section = NOTES.read_text("utf-8").partition("\n## 11.")[2].partition("| finding |")[0]
    assert [name for name in sorted(options - {"--help"}) if f"`{name}" not in section] == []
