# `make help` lists the targets. The environment is .venv, made from hashed locks; PYTHON chooses the interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
CATALOGUES := $(wildcard portal/translations/*/LC_MESSAGES/*.po)

MAKEFLAGS += --no-print-directory
# Modules in the order of tests/conftest.py; what waits begins first.
SUITE := -n auto --dist loadscope --no-loadscope-reorder

# What takes an hour by intention is not cut short.
FULL := -q -o faulthandler_timeout=0

.DEFAULT_GOAL := help
.PHONY: help install install-tests run test check clock-full figures-full procedures-full races-full paths-full browser-full bench lock clean
.SILENT:
.NOTPARALLEL:

help: ## This list
	awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.run $(VENV)/.translations ## Make the environment that runs the portal

install-tests: $(VENV)/.tests $(VENV)/.translations ## Make the environment that also tests it

run: install ## Start everything here and print the address (PORT=8000 DATA_DIR=.data DATABASE_URL= REDIS_URL=)
	exec $(BIN)/python -m portal.cli run --with-parent

test: install-tests ## Run the whole suite on a private PostgreSQL and Valkey (ARGS= for pytest)
	$(BIN)/python -m pytest $(SUITE) $(ARGS)

check: install-tests ## Everything that must be right before a commit: format, lint, types, contracts, texts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python tools/translations.py check
	$(BIN)/python -m pytest $(SUITE) $(ARGS)

clock-full: install-tests ## The clock against its oracles in full: two million cases on every core, some minutes
	MOTCUA_FULL=1 $(BIN)/python -m pytest tests/clock $(FULL) -n auto --dist worksteal $(ARGS)

races-full: install-tests ## Two people act at once, and the clock with them: five hundred pairs of each kind, an hour
	MOTCUA_FULL=1 $(BIN)/python -m pytest tests/routing/test_decided_once.py tests/routing/test_races.py tests/abuse/test_races.py $(FULL) -n auto --dist load $(ARGS)

paths-full: install-tests ## Every path up to two loops through the graph of each procedure
	MOTCUA_FULL=1 $(BIN)/python -m pytest tests/procedures/test_every_edge.py $(FULL) -n auto --dist worksteal $(ARGS)

procedures-full: install-tests ## Every procedure, each case and outcome, to its end, through its pages too: an hour or two (ARGS="-k LS-CO-E")
	MOTCUA_FULL=1 $(BIN)/python -m pytest tests/procedures $(FULL) -n auto --dist load $(ARGS)

browser-full: install-tests ## Every journey and page in a browser, in three languages and both widths, with axe: an hour or two
	MOTCUA_FULL=1 $(BIN)/python -m pytest tests/browser $(FULL) -n auto --dist loadscope --no-loadscope-reorder $(ARGS)

figures-full: install-tests ## Figures, forecasts and bulk history against their recomputation on 50,000 dossiers
	MOTCUA_DOSSIERS=50000 $(BIN)/python -m pytest tests/transparency/test_recomputed.py tests/transparency/test_with_pandas.py tests/transparency/test_forecasting.py tests/demonstration/test_bulk.py $(FULL) -p no:xdist $(ARGS)

bench: install-tests ## Measure, as ratios to best cases of the same run
	$(BIN)/python -m bench $(ARGS)

lock: install-tests ## Resolve pyproject.toml into the hashed locks anew
	test -x $(BIN)/uv || $(PIP) install uv
	tools/lock.sh

clean: ## Remove what tools leave behind; the environment and the data stay
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/.made:
	command -v $(PYTHON) >/dev/null || { echo "✗ $(PYTHON) is not installed. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "✗ $$($(PYTHON) --version) is too old: Python 3.11 or later is needed. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "✗ $(PYTHON) comes without venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	echo "Making the environment in $(VENV)"
	$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.made requirements/embedded.txt pyproject.toml
	echo "Installing the libraries (the first time this takes a minute or two)"
	$(BIN)/python tools/installing.py requirements/embedded.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.tests: $(VENV)/.made requirements/development.txt pyproject.toml
	echo "Installing the libraries and the tools of the tests (the first time this takes a minute or two)"
	$(BIN)/python tools/installing.py requirements/development.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $(VENV)/.run $@

$(VENV)/.translations: $(VENV)/.made $(CATALOGUES) | $(VENV)/.run
	$(BIN)/python tools/translations.py compile
	touch $@
