# Everything starts here:
#   make run    from a bare machine to a served page
#   make test   every check and every test
# Stamp files in .venv and digests beside frontend/dist see to it that nothing is done twice.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST_ARGS ?=
# Processes the tests run in, a file of tests in one of them; each computes with one thread. One more
# than there are cores: tests in a browser often wait for the server.
PYTEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PACKAGES := backend models tasks frontend
SYSTEM_BROWSERS := chromium chromium-browser google-chrome

RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
LOOPS_STAMP := $(VENV)/.compiled
LOOPS := $(wildcard backend/circuits/alone/*.py models/*.py models/fused/*.py)
INSTALL_INPUTS := pyproject.toml constraints.txt hatch_build.py

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run test pages chromium lint format types imports test-frontend test-python screenshots clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: $(RUN_STAMP) pages $(LOOPS_STAMP) ## Install what is missing, build the pages, serve them
	@exec $(BIN)/circuit-explorer serve

test: lint types imports test-frontend test-python ## Run every check and every test

lint: $(DEV_STAMP) ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV_STAMP) ## Rewrite the sources in the common format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV_STAMP) ## Check types: mypy strict, tsc strict
	$(BIN)/mypy
	$(BIN)/python hatch_build.py npm run typecheck

imports: $(DEV_STAMP) ## Check that rooms import one way
	$(BIN)/lint-imports

test-frontend: $(DEV_STAMP) ## Test the page's state and drawing outside a browser
	$(BIN)/python hatch_build.py npm test

test-python: $(DEV_STAMP) pages $(LOOPS_STAMP) chromium ## Test everything else, in a real browser too
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(PYTEST_WORKERS) --maxprocesses 8 \
	  --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# --- what the commands above stand on ------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $(PYTHON) is older than Python 3.11. Run: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv \
	      && $(PYTHON) -m venv $(VENV); \
	  else \
	    echo "error: $(PYTHON) cannot make virtual environments. As root: apt-get install python3-venv" >&2; \
	    exit 1; \
	  fi; }

# hatchling, and npm where the machine has none, stay in .venv: they rebuild the pages later on.
define install
	@echo "Installing $(1) (the first time takes a few minutes)"
	@$(PIP) install -c constraints.txt hatchling
	@npm="$$($(BIN)/python hatch_build.py requires)" && \
	  if [ -n "$$npm" ]; then $(PIP) install -c constraints.txt "$$npm"; fi
	@$(PIP) install -c constraints.txt --no-build-isolation -e '$(1)'
endef

$(RUN_STAMP): $(INSTALL_INPUTS) | $(BIN)/python
	$(call install,.)
	@touch $@

$(DEV_STAMP): $(INSTALL_INPUTS) | $(BIN)/python
	$(call install,.[dev])
	@touch $(RUN_STAMP) $@

$(LOOPS_STAMP): $(LOOPS) | $(RUN_STAMP)
	@echo "Compiling the loops of the search (half a minute, once)"
	@$(BIN)/circuit-explorer compile
	@touch $@

pages: $(RUN_STAMP)
	@$(BIN)/python hatch_build.py build

chromium: $(DEV_STAMP)
	@for name in $(SYSTEM_BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	else \
	  $(BIN)/playwright install chromium; \
	fi

screenshots: $(DEV_STAMP) pages chromium ## Take pictures of all pages, README's among them
	$(BIN)/python scripts/screenshots.py

clean: ## Remove everything that can be made again
	rm -rf $(VENV) build dist frontend/dist frontend/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
