# make run     set everything up and start the product
# make test    set everything up and run every suite
# make help    the rest
# OFFLINE=FOLDER  set up from a folder of `make fetch`, without a network (docs/offline.md)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# one suite's failure must not hide another's
MAKEFLAGS += --keep-going --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# for what does not look at a clock: a process a core, a file's tests together
PYTEST_WIDE := $(PYTEST) -n auto --maxprocesses 4 --dist loadfile
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
OFFLINE ?=
JS_TESTS = $(shell find tests -name '*.test.js' -o -name '*.test.mjs' | sort)

.PHONY: run web setup fetch test check bench clean help offline-check \
        format-check lint types unit unit-js data web-suite browser system system-packages

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

run: $(VENV)/.runs ## set up and start everything (PORT, 8050 unless given)
	@exec $(BIN)/python app.py run

web: $(VENV)/.runs ## set up and start the web processes alone
	@exec $(BIN)/python app.py web

setup: $(VENV)/.runs ## set up alone, without starting

fetch: | $(BIN)/python ## fill OFFLINE=FOLDER for a machine without a network
	@test -n "$(OFFLINE)" || { echo "make fetch OFFLINE=FOLDER"; exit 1; }
	@deploy/offline-fetch.sh "$(abspath $(OFFLINE))" $(BIN)/python

check: format-check lint types unit unit-js ## format, lint, types, unit tests

test: unit unit-js data web-suite browser system ## set up and run every suite

bench: $(VENV)/.tests system-packages ## measure, each figure with its peer and ratio
	$(BIN)/python -m bench

clean: ## remove everything that set-up and tests made; var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- set-up ---------------------------------------------------------------------------------

$(BIN)/python:
	@deploy/make-venv.sh $(VENV)

$(VENV)/.runs: requirements.txt constraints.txt | $(BIN)/python
ifeq ($(OFFLINE),)
	@echo "installing requirements.txt into $(VENV)"
	@$(PIP) -r requirements.txt
else
	@deploy/offline-install.sh "$(abspath $(OFFLINE))" $(BIN)/python
endif
	@touch $@

$(VENV)/.tests: requirements.txt requirements-dev.txt constraints.txt | $(BIN)/python
	@echo "installing requirements-dev.txt into $(VENV)"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.runs

system-packages: ## Debian packages that the tests need: chromium, PostgreSQL, node, a CJK font
	@deploy/test-packages.sh

# --- check ----------------------------------------------------------------------------------

format-check: $(VENV)/.tests
	$(BIN)/ruff format --check .

lint: $(VENV)/.tests
	$(BIN)/ruff check .

types: $(VENV)/.tests
	$(BIN)/mypy

# --- suites: each a run of its own, so that none leaves anything to another ------------------

unit: $(VENV)/.tests ## tests/unit alone: pure and fast
	$(PYTEST_WIDE) tests/unit

unit-js: system-packages ## the unit tests of the JavaScript alone
	@test -n "$(JS_TESTS)" || { echo "no JavaScript test was found"; exit 1; }
	@command -v node >/dev/null || { echo "NOT RUN: $(JS_TESTS): node is missing: install the Debian package nodejs"; exit 1; }
	node --test $(JS_TESTS)

data: $(VENV)/.tests system-packages ## tests/data alone: SQLite, PostgreSQL, Valkey
	$(PYTEST_WIDE) tests/data

web-suite: $(VENV)/.tests system-packages ## tests/web alone: gate, pages, API
	$(PYTEST_WIDE) tests/web

browser: $(VENV)/.tests system-packages ## tests/browser alone: Chromium
	$(PYTEST) tests/browser

system: $(VENV)/.tests system-packages ## tests/system alone: the whole product, and killing it
	$(PYTEST_WIDE) tests/system

offline-check: $(VENV)/.tests system-packages ## fetch, then set up and start a fresh clone without a network
	$(BIN)/python -m tests.system.offline_check
