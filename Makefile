# Every target sets up what it needs first (requirements/set-up); `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format coverage bench worlds manual clean
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
# The packages whose every branch is covered, or the exclusion argued on its line.
CORE := rules study ledger allocation blinding conduct
empty :=
CORE_FILES := $(subst $(empty) $(empty),,$(foreach name,$(CORE),src/equipoise/$(name)/*,))
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

$(READY): pyproject.toml uv.lock requirements/uv.txt requirements/set-up requirements/fetch_pip.py
	@requirements/set-up
	@touch $(READY)

demo: $(READY) ## conduct the reference trial in simulation, from its registry record to its results page
	@$(BIN)/equipoise run studies/NCT06965244 --out out/NCT06965244

test: lint ## everything that must pass: style, layers, tests, and the core's coverage by branch
	$(PYTEST) --cov=equipoise --cov-report=
	$(BIN)/coverage report --include='$(CORE_FILES)' --skip-covered --show-missing --fail-under=100

lint: $(READY) ## style and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(READY) ## put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: $(READY) ## which lines of the whole package no test reaches, as pages in htmlcov/
	$(PYTEST) --cov=equipoise --cov-report=html --cov-report=term:skip-covered

bench: $(READY) ## measure: a whole trial, and how it grows
	$(BIN)/python -m benchmarks

worlds: $(READY) ## the seeded trials with faults, alone and with all their participants
	EQUIPOISE_WORLDS=whole $(PYTEST) tests/worlds

manual: $(READY) ## print the reference manual from the specification's tests into docs/reference
	$(BIN)/python -m tests.spec

clean: ## remove both environments, caches and output
	rm -rf .tools .venv out htmlcov dist .coverage .coverage.* .hypothesis .pytest_cache .ruff_cache \
		.import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
