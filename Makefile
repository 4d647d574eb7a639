# Two commands for users: make demo, make test. The rest is for those who work on the toolkit.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
AS_OF := 2026-11-01
KEYS := build/keys
# Modules are compiled at their first import: most of what is installed is never imported.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 "$(BIN)/python" -m pip install --quiet --no-compile -c constraints.txt

.PHONY: demo test lint types loops unit clean docs bench

demo: $(INSTALLED)
	@"$(BIN)/blockdata" keys $(KEYS)
	@"$(BIN)/blockdata" nightly data_samples/city.toml --as-of $(AS_OF); code=$$?; \
	case $$code in 0|3|99) ;; *) exit $$code;; esac; \
	"$(BIN)/blockdata" info build/demo.base

# The loops are compiled while types are checked: else each of the test workers would compile them.
test:
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target lint types loops
	@$(MAKE) --no-print-directory unit

lint: $(INSTALLED_DEV)
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .

types: $(INSTALLED_DEV)
	"$(BIN)/mypy" blockdata loaders/blockdata_loaders

loops: night.loops reading.loops

%.loops: $(INSTALLED_DEV)
	"$(BIN)/python" -m data_samples.loops $*

unit: $(INSTALLED_DEV)
	# One worker more than processors: some tests wait for processes of their own.
	"$(BIN)/python" -m pytest -n 3 --dist worksteal
	"$(BIN)/python" -m pytest -n 3 -q -p no:randomly --doctest-modules blockdata loaders/blockdata_loaders

docs: $(INSTALLED_DEV)
	"$(BIN)/python" -m docs.generate

bench: $(INSTALLED_DEV)
	"$(BIN)/python" -m benchmarks.nightly

clean:
	rm -rf build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $(INSTALLED)

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[dev]"
	@touch $(INSTALLED) $(INSTALLED_DEV)
