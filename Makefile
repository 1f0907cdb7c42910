# What each target does for you stands in README.md; `make check` holds the two against each other.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VERSION ?= v1.36.3
NAME ?= default
DATA := $(or $(PORTOLAN_DATA),var)
BIN := .venv/bin
LOCKED := .venv/locked
INSTALLED := .venv/installed

.PHONY: run test check bench cluster cluster-stop assets lock catalogs clean

$(LOCKED): requirements/dev.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11, 2))' \
		|| { echo "Portolan needs Python 3.11.2 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "Python's venv is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

$(INSTALLED): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

assets: $(INSTALLED)
	@$(BIN)/python hatch_build.py $(DATA)/bundles

run: assets
	$(BIN)/portolan serve

test: assets
	$(BIN)/python -m pytest
	$(BIN)/python hatch_build.py $(DATA)/bundles --npm run test

check: assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet portal dashboard
	$(BIN)/python hatch_build.py $(DATA)/bundles --npm run check
	$(BIN)/python -m pytest tests/contracts

cluster: $(INSTALLED)
	$(BIN)/python -m tests.cluster start --version $(VERSION) --name $(NAME)

cluster-stop: $(INSTALLED)
	$(BIN)/python -m tests.cluster stop --name $(NAME)

bench: $(INSTALLED)
	$(BIN)/python -m tests.bench

catalogs: $(INSTALLED)
	$(BIN)/python -m tests.contracts.catalogs --write

# Extras stay named: pip 23, which Python 3.11.2 brings, else takes a newer release for them than the one that is pinned.
lock: $(INSTALLED)
	$(BIN)/uv pip compile pyproject.toml --group dev --extra prod --python-version 3.11.2 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --quiet --output-file requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra prod --python-version 3.11.2 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --quiet --output-file requirements/prod.txt
	$(BIN)/python hatch_build.py $(DATA)/bundles --npm install --package-lock-only --ignore-scripts
	$(BIN)/uv pip compile requirements/bench.in --python-version 3.11.2 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --quiet --output-file requirements/bench.txt
	$(BIN)/python -m tests.contracts.licences --write

clean:
	rm -rf .venv node_modules dist
