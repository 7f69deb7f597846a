PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check bench simulate format lint types contracts

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (first run only) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## Run the whole thing on embedded defaults: a provider, a sync, the API and the page
	@$(BIN)/tresen demo $(ARGS)

test: lint types contracts ## Lint, types, import contracts, all tests with coverage gates
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report= tests/unit tests/contract tests/integration
	@$(BIN)/coverage report --include='src/domain/*,src/application/*' --fail-under=95 --format=total > /dev/null \
	  || { $(BIN)/coverage report --include='src/domain/*,src/application/*'; echo 'domain and application need 95 %'; exit 1; }
	@$(BIN)/coverage report --fail-under=85

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports

check: test ## What CI runs: the tests, then wheel and sdist built, installed into an empty environment, imported
	@$(BIN)/python tests/packaging.py

bench: $(STAMP) ## Measure, print a table, write bench.json
	@$(BIN)/python -m tests.benchmarks $(ARGS)

simulate: $(STAMP) ## Play 5,000 seeds of the two-way sync with failures and crashes; ARGS="--seed 7" and the like
	@$(BIN)/tresen simulate --seeds 5000 --processes $$($(BIN)/python -c 'import os; print(os.cpu_count() or 1)') $(ARGS)

format: $(STAMP) ## Format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
