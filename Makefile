# Two commands: `make run` and `make test`. Both set up everything they need in .venv/.
PYTHON ?= python3.11
BIN = .venv/bin

.PHONY: run test check bench lock clean

run: .venv/run
	@PYTHONOPTIMIZE=2 $(BIN)/leadbridge run

test: .venv/dev
	$(BIN)/python -m tests.setup
	$(BIN)/pytest $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.typecheck

bench: .venv/run
	$(BIN)/python -m tests.benchmarks

# Exact versions and hashes, written anew from the ranges in pyproject.toml.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev pyproject.toml -o requirements-dev.lock

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv
