# Prerequisites: make, python3 (3.11 or newer) and its venv module. Everything else lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Hundreds of modules are compiled once, not at each start of each command.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test serve bench soak check screenshots agent clean

demo: $(VENV)/.runtime
	$(BIN)/python -m api.cli demo --dir demo-data --seed 1 $(ARGS)

serve: $(VENV)/.runtime $(VENV)/.assets
	$(BIN)/python -m api.cli serve $(ARGS)

test: $(VENV)/.dev $(VENV)/.assets
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(ARGS)

# Pictures of every page, made by a real browser: looked at in review, not kept.
screenshots: $(VENV)/.dev $(VENV)/.assets
	$(BIN)/python -m tests.web.screenshots $(ARGS)

# The reader agent as one file for this system: dist/quittance-agent. On Linux its card library is compiled (docs/reader-agent.md).
agent: $(VENV)/.agent
	$(BIN)/python build_agent.py

soak: $(VENV)/.dev $(VENV)/.assets
	QUITTANCE_SOAK=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/domain tests/infrastructure tests/acceptance tests/web $(ARGS)

clean:
	rm -rf $(VENV) build dist demo-data screenshots api/web/node_modules api/web/static .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which one with: make PYTHON=/path/to/python3 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

$(VENV)/.build: requirements-build.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@

$(VENV)/.agent: requirements-agent.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-agent.txt
	@touch $@

# What the pages ship (style, script, icons, fonts). Asks the npm registry once, then only when the lock changes.
$(VENV)/.assets: $(VENV)/.build hatch_build.py api/web/package.json api/web/package-lock.json $(wildcard api/web/assets/*)
	$(BIN)/python hatch_build.py
	@touch $@
