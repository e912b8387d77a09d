PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test lint bench lock screenshots clean browser peer

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run.stamp ## the bot at work in a local Slack workspace; no account needed
	@$(BIN)/mileage demo $(DEMO_ARGS)

test: $(VENV)/dev.stamp browser peer lint ## lint, types, layers and every test; what CI runs
	$(BIN)/pytest --numprocesses auto --dist loadfile $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp ## ruff, mypy --strict and the layer contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

bench: $(VENV)/dev.stamp peer ## measured questions, each against a named limit or peer
	$(BIN)/python -m bench $(BENCH_ARGS)

screenshots: $(VENV)/dev.stamp browser ## the pictures in the README, from the running demo
	$(BIN)/python -m tests.e2e.screenshots docs/images

browser: $(VENV)/dev.stamp ## Chromium for the browser tests, from the system's packages
	@$(BIN)/python -m tests.e2e.chromium

peer: $(VENV)/dev.stamp ## ccusage, to agree with to the token, from the npm registry
	@$(BIN)/python -m tests.connectors.ccusage

lock: $(VENV)/dev.stamp ## resolve the dependencies again: hashes, no addresses
	$(BIN)/uv pip compile $(LOCK_FLAGS) --group build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCK_FLAGS) --group dev -o requirements-dev.lock pyproject.toml

LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header $(LOCK_ARGS)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Mileage needs Python 3.11 or newer; try make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	@test -e $(VENV)/dev.stamp || $(PIP) install --quiet --require-hashes -r requirements.lock
	@test -e $(VENV)/dev.stamp || $(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

clean: ## remove the environment and what tests and the demo left
	rm -rf $(VENV) .demo .peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
