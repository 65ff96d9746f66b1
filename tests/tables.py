"""What the simulator and the mutants found, printed at the end of a test run."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.engine.simulation.summary import Summary
from tests.together.interleaving import report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables, if any of these tests ran."""
    reports = [r for found in terminalreporter.stats.values() for r in found if isinstance(r, pytest.TestReport)]
    told = [
        (name, json.loads(str(value)))
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name in ("simulated", "together", "walked", "mutant", "rule")
    ]
    _simulated(terminalreporter, "simulation", [value for name, value in told if name == "simulated"])
    _simulated(terminalreporter, "simulation of the three services", [v for name, v in told if name == "together"])
    walked = [value for name, value in told if name == "walked"]
    if walked:
        terminalreporter.section("interleavings")
        for line in report.lines(walked):
            terminalreporter.write_line(line)
    rules = sorted(value for name, value in told if name == "rule")
    if rules:
        terminalreporter.section("rules of the arbitration, each left out once")
        for rule, scene, wrong, times in rules:
            terminalreporter.write_line(f"{rule:58} {scene or 'SURVIVED':38} {times:>9,} x {wrong[:90]}")
    mutants = sorted(value for name, value in told if name == "mutant")
    if mutants:
        terminalreporter.section("mutants")
        for rule, name, seeds, seconds, violation in mutants:
            killed = f"seed {seeds:5} {seconds:6.1f} s" if seeds else "SURVIVED"
            terminalreporter.write_line(f"rule {rule:2}  {name:64} {killed}  {violation[:70]}")
        alive = sum(not seeds for _, _, seeds, _, _ in mutants)
        terminalreporter.write_line(f"{len(mutants) - alive} of {len(mutants)} killed")


def _simulated(terminalreporter: pytest.TerminalReporter, title: str, told: Sequence[dict[str, Any]]) -> None:
    if not told:
        return
    total = Summary(module=told[0]["module"])
    for value in told:
        total.add(Summary.from_json(value))
    terminalreporter.section(title)
    for line in total.lines():
        terminalreporter.write_line(line)
