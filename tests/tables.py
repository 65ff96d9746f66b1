"""What the simulator and the mutants found, printed at the end of a test run."""

import json

import pytest

from tests.engine.simulation.summary import Summary


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables, if any of these tests ran."""
    reports = [r for found in terminalreporter.stats.values() for r in found if isinstance(r, pytest.TestReport)]
    told = [
        (name, json.loads(str(value)))
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name in ("simulated", "mutant")
    ]
    simulated = [value for name, value in told if name == "simulated"]
    if simulated:
        total = Summary()
        for value in simulated:
            total.add(Summary.from_json(value))
        terminalreporter.section("simulation")
        for line in total.lines():
            terminalreporter.write_line(line)
    mutants = sorted(value for name, value in told if name == "mutant")
    if mutants:
        terminalreporter.section("mutants")
        for rule, name, seeds, seconds, violation in mutants:
            killed = f"seed {seeds:5} {seconds:6.1f} s" if seeds else "SURVIVED"
            terminalreporter.write_line(f"rule {rule:2}  {name:64} {killed}  {violation[:70]}")
        alive = sum(not seeds for _, _, seeds, _, _ in mutants)
        terminalreporter.write_line(f"{len(mutants) - alive} of {len(mutants)} killed")
