# Two commands: `make run` and `make test`. Both set up everything they need in .venv/.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN = .venv/bin
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check

PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: run test test-all test-rest check prove mutate pictures bench lock clean

run: .venv/run
	@exec $(BIN)/leadbridge run

# The fast tier, some minutes.
test: .venv/dev
	@$(BIN)/python -m tests.setup
	$(PYTEST) -m "not full" $(ARGS)

# Every test on every database, and properties searched longer.
test-all: .venv/dev
	@$(BIN)/python -m tests.setup
	$(PYTEST) --hypothesis-profile=full $(ARGS)

# What `make test-all` has beyond `make test`.
test-rest: .venv/dev
	@$(BIN)/python -m tests.setup
	$(PYTEST) --hypothesis-profile=full -m "full or hypothesis" $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.typecheck

# The state machine behind the guarantees: `make prove MINUTES=2 DATABASE=postgresql` for a shorter run on the other one.
MINUTES ?= 15
DATABASE ?= sqlite
prove: .venv/dev
	$(BIN)/python -m tests.prove --minutes $(MINUTES) --database $(DATABASE)

mutate: .venv/dev
	$(BIN)/python -m tests.prove.mutate

# The README's screenshots, taken of the running product.
pictures: .venv/dev
	@$(BIN)/python -m tests.setup
	$(BIN)/python -m tests.pictures

# Some ten minutes; `make bench ARGS=--million` for the largest sizes, some two hours.
bench: .venv/dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Exact versions and hashes, written anew from the ranges in pyproject.toml.
COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leadbridge needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	@echo "setting up .venv (once; about half a minute)"
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv build
