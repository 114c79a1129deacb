# make run: set everything up and play the shipped show.  make test: set everything up and pass all tests.
PYTHON ?= python3
VENV   := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: run test check lock clean

run: $(VENV)/.ready
	$(BIN)/nexus run

test: $(VENV)/.ready check
	$(BIN)/python -m pytest

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The project itself is installed apart from the lock file, without dependencies and without the network.
# The maker's BITalino API goes without its dependencies, too: its Bluetooth is no longer built anywhere.
$(VENV)/.ready: requirements.lock requirements-nodeps.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-nodeps.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "import pathlib; pathlib.Path('$(VENV)/.ready').touch()"

# Versions and hashes for Linux, macOS and Windows; no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --extra test --extra dev pyproject.toml --output-file requirements.lock
	echo "bitalino>=1.2.6" | uv pip compile --quiet --universal --no-deps --generate-hashes --no-annotate --no-header \
		--no-emit-index-url - --output-file requirements-nodeps.lock

clean:
	rm -rf $(VENV) build dist
