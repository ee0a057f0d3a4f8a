# `make help` lists the targets. Everything is installed into .venv; everything that runs keeps its things in var/.
.DEFAULT_GOAL := help
.PHONY: help demo demo-retail up down test torture lint format bench clean

# The newest Python of 3.11 to 3.13 that is there; PYTHON=/path/to/python3.12 overrides.
PYTHON ?= $(shell for v in 3.12 3.13 3.11 3; do \
	python$$v -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo python$$v && break; done || true)
BIN := .venv/bin
UV_VERSION := 0.13.8
export PYTHONPATH := plugins

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Tillpost needs Python 3.11 or newer, and none was found: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Tillpost needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@echo "Making .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@

.venv/.runtime: .venv/.made requirements.txt constraints.txt
	@echo "Installing what Tillpost runs on (about 150 packages, once) ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt -c constraints.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt constraints.txt
	@echo "Installing what the tests need ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt -c constraints.txt
	@touch $@

# Tryton has an environment of its own: it never meets Airflow's packages.
.venv/.tryton: .venv/.made tests/pos_systems/tryton/requirements.txt
	@echo "Installing Tryton for the tests, apart from everything else ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/tryton
	@$(BIN)/uv pip install --quiet --python .venv/tryton/bin/python -r tests/pos_systems/tryton/requirements.txt
	@touch $@

demo: .venv/.runtime ## two trading nights of the demo shops into a local Xero, by Airflow; safe to repeat
	@$(BIN)/python -m sandbox.demo

demo-retail: .venv/.runtime ## 44 days of a real retailer (needs its data: docs/online_retail.md)
	@$(BIN)/python -m sandbox.retail_demo

up: .venv/.runtime ## the demo live: Airflow with its pages, and the local Xero, on 127.0.0.1
	@$(BIN)/python -m sandbox.live up

down: ## end what `make up` started
	@$(BIN)/python -m sandbox.live down

# Tests with a scheduler or killed processes measure patience: they run one after another, after the others. The longest files go first.
PYTEST := $(BIN)/python -m tests.servers $(BIN)/python -m pytest
TWO := -n 2 --dist loadfile --no-loadscope-reorder
PATIENT := tests/integration/test_scheduler.py tests/integration/test_scheduler_demo.py tests/integration/test_scheduler_processes.py \
	tests/integration/test_bad_input_killed.py
test: .venv/.dev .venv/.tryton lint ## install what the tests need, then lint and run all tests (ARGS: only those)
ifdef ARGS
	@$(PYTEST) $(ARGS)
else
	@$(PYTEST) $(TWO) tests/golden tests/pos_systems tests/unit tests/tds
	@$(PYTEST) -n 2 tests/torture
	@$(PYTEST) $(TWO) tests/browser tests/dags tests/integration $(addprefix --ignore=,$(PATIENT))
	@$(PYTEST) $(PATIENT)
endif

N ?= 1000
torture: .venv/.dev ## N random schedules against the poster (default 1000); SEED=n replays one and tells its story; JOBS=j
	@PYTHONHASHSEED=0 $(BIN)/python -m tests.torture $(if $(SEED),--seed $(SEED),--schedules $(N)) $(if $(FIRST),--first $(FIRST)) $(if $(JOBS),--jobs $(JOBS))

lint: .venv/.dev ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy plugins/tillpost sandbox

format: .venv/.dev ## format the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/.dev ## run the benchmarks; one line per figure
	@$(BIN)/python -m tests.servers $(BIN)/python -m tests.benchmarks

clean: down ## remove the environment and everything that demo and tests made
	rm -rf .venv var
