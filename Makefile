# make setup needs nothing but Python 3.11 or newer; every other target runs it first (a second time it does nothing).
SEEDS ?= 2000
WORKERS ?= 2
BIN := .venv/bin
OURS = $(wildcard contracts services installation operations deploy demo bench tests)

# Tests that need no server: the rules, the contracts, the engine's pieces.
PURE = tests/docs tests/contracts tests/orders tests/fulfillment tests/billing
.PHONY: help setup demo up check test lint types imports clients test-long test-containers simulate bench fmt lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo             real orders through the three services, on real Kafka and MongoDB, and the invariants"
	@echo "make up               the same servers and services, kept running"
	@echo "make check            lint, types, import rules and the pure tests: before each commit, under a minute"
	@echo "make test             every check and test, at most 25 minutes on 2 cores"
	@echo "make test-long        all of it in depth"
	@echo "make test-containers  the engine's contracts and a system test on the official images (needs Docker)"
	@echo "make simulate SEEDS=n the engine under n seeds of faults, the three services at once under a tenth of them"
	@echo "make bench            the whole flow and each service, measured"
	@echo "make fmt              formats the code"
	@echo "make lock             pins the packages anew from pyproject.toml"
	@echo "make clean            removes .venv, what was downloaded, and the local servers' data"

setup:
	@deploy/setup.sh

demo: setup
	@$(BIN)/leaseline demo

up: setup
	@$(BIN)/leaseline up

types: setup
	@echo "== mypy";         $(BIN)/mypy $(OURS)

imports: setup
	@echo "== import rules"; $(BIN)/lint-imports --no-logo

lint: setup
	@echo "== ruff";         $(BIN)/ruff check $(OURS)
	@echo "== ruff format";  $(BIN)/ruff format --check $(OURS)
	@$(MAKE) --no-print-directory types imports

check: lint
	@echo "== pure tests";   $(BIN)/python -m pytest -q -n $(WORKERS) $(PURE)

clients: setup
	@deploy/clients.sh

test: lint clients
	@echo "== tests";        $(BIN)/python -m pytest -n $(WORKERS)

test-long: lint clients
	@echo "== tests, in depth"; $(BIN)/python -m pytest --long -v

test-containers: setup
	@echo "== tests on the official images"; $(BIN)/python -m pytest --containers -m containers -v

simulate: setup
	@$(BIN)/python -m tests.engine.simulate --seeds $(SEEDS)
	@echo "== the three services at once"; $(BIN)/python -m tests.together.simulate --seeds $$(( ($(SEEDS) + 9) / 10 ))

bench: setup
	@$(BIN)/python -m bench

fmt: setup
	@$(BIN)/ruff check --fix-only --quiet $(OURS)
	@$(BIN)/ruff format $(OURS)

lock:
	@deploy/requirements/lock.sh

clean:
	@if [ -x $(BIN)/leaseline ]; then $(BIN)/leaseline servers stop; fi
	rm -rf .venv .leaseline
