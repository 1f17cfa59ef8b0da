# Every target sets up what it needs: a .venv beside this file, filled by one pip call.
# Another interpreter: make PYTHON=python3.12 test

PYTHON ?= python3
# Processes of `make test`, one thread each.
JOBS ?= auto
# Records, continuous data and published weights for `make weights`.
SHARED ?= ../shared
# More for `make yu2020`, such as YU2020='--scale full'.
YU2020 ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --no-input --disable-pip-version-check
# Rooms of floors 0 to 4 are typed strictly; tests/design/floors.txt is the one list of floors.
ROOMS := $(shell sed -n 's/^ *[0-4] //p' tests/design/floors.txt)
TYPED := $(foreach room,$(ROOMS),$(wildcard src/onsets/$(room) src/onsets/$(room).py))

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-slow lint format weights yu2020 clean

help: ## print this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1:\2/p' Makefile | awk -F: '{ printf "%-18s %s\n", $$1, $$2 }'

demo: $(VENV)/.ready-all ## pick an example earthquake with the bundled network
	@$(BIN)/onsets demo

test: lint ## lint, types, then every test but the slow ones
	@echo "test: pytest"
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow" -n $(JOBS) --dist loadfile tests src

test-slow: $(VENV)/.ready-dev ## only the tests that take over 20 s each
	@$(BIN)/python -m pytest -m slow tests src || [ $$? -eq 5 ]  # 5: there is none

lint: $(VENV)/.ready-dev ## ruff (rules and format) and mypy --strict on floors 0 to 4
	@echo "lint: ruff, mypy"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(TYPED)

format: $(VENV)/.ready-dev ## rewrite the sources as ruff wants them
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

weights: $(VENV)/.ready-all ## train, judge and bundle the networks of the wheel again (hours; TRIAL=1 tries every stage in one)
	@$(BIN)/python recipes/weights/make.py $(SHARED) $(if $(TRIAL),--trial)

yu2020: $(VENV)/.ready-all ## reproduce Yu et al. (2020) from data to report (an hour on two cores)
	@$(BIN)/python recipes/yu2020/reproduce.py $(YU2020)

clean: ## remove caches and build outputs; .venv and out/ stay
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis onsets-demo.*
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than pyproject.toml when what that file asks for is installed.
$(VENV)/.ready-all: pyproject.toml | $(BIN)/pip
	@echo "set-up: installing onsets with its extras into $(VENV) (minutes, once)"
	@$(PIP) --editable '.[all]'
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(BIN)/pip
	@echo "set-up: installing onsets with its extras and the test tools into $(VENV) (minutes, once)"
	@$(PIP) --editable '.[all,dev]'
	@touch $(VENV)/.ready-all $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "set-up: onsets needs Python 3.11 or newer, but $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>/dev/null || echo not there); name another: make PYTHON=python3.11" >&2; exit 1; }
	@echo "set-up: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
