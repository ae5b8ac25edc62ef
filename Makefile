# Needs make and Python 3.11 or newer; everything else is installed into .venv from hash-pinned files.
#
#   make install   the program                          make check   format, lint, types, contracts, sizes, documents, wheel
#   make demo      a real model, evidence, verified     make test    every suite; says what was skipped and why
#   make bench     measurements                         make fuzz    hostile input for every parser, FUZZ_SECONDS each
#   make docs      regenerate the reference pages       make lock    resolve dependencies anew (UPGRADE=1: take newer ones)
#   make soak      mixed load with faults, SOAK_SECONDS  make litellm   the real LiteLLM proxy with our guardrail behind it
#   make screenshots   a picture of every page, wide and narrow, light and dark, into build/screenshots

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PIP_INSTALL := $(PIP) install --quiet --require-hashes
WORKERS ?= 2
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 3600
BENCH ?= $(sort $(filter-out bench/__init__.py,$(wildcard bench/*.py)) $(patsubst %/__main__.py,%,$(wildcard bench/*/__main__.py)))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install demo test check bench fuzz soak litellm docs screenshots lock clean

help:
	@sed -n '3,8s/^# *//p' Makefile

install: $(VENV)/.base
	@echo "installed: $(BIN)/proofbook"

demo: $(VENV)/.demo
	@$(BIN)/proofbook demo $(DEMO)

check: $(VENV)/.dev
	@$(BIN)/python tools/check_all.py

test: $(VENV)/.dev
	@tools/node_packages.sh
	@$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

bench: $(VENV)/.dev
	@set -e; for each in $(BENCH); do echo "== $$each"; $(BIN)/python $$each; done

fuzz: $(VENV)/.fuzz
	@$(BIN)/python fuzz/run.py --seconds $(FUZZ_SECONDS)

soak: $(VENV)/.dev
	@cd tests && ../$(BIN)/python -m soak --seconds $(SOAK_SECONDS) $(SOAK)

litellm: $(VENV)/.dev
	@$(BIN)/python bench/gateway/beside_litellm.py --install

docs: $(VENV)/.dev
	@$(BIN)/python tools/make_reference.py

screenshots: $(VENV)/.dev
	@tools/node_packages.sh
	@PROOFBOOK_SCREENSHOTS=1 $(BIN)/python -m pytest -q -n 0 tests/functional/portal/test_every_page_in_chromium.py

lock: $(VENV)/.lock
	@tools/lock.sh $(BIN)/uv $(if $(UPGRADE),--upgrade)

clean:
	rm -rf $(VENV) build dist

# One virtual environment, filled in steps; a later step holds the earlier ones. The stamps make a second run instant.
$(VENV)/.made:
	@tools/make_venv.sh $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.base: requirements/base.txt requirements/build.txt pyproject.toml | $(VENV)/.made
	@echo "installing the program"
	@$(PIP_INSTALL) -r requirements/base.txt -r requirements/build.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.demo: requirements/demo.txt $(VENV)/.base
	@echo "installing what the demo needs"
	@$(PIP_INSTALL) -r requirements/demo.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.demo
	@echo "installing what checks and tests need"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.dev
	@$(PIP_INSTALL) -r requirements/fuzz.txt
	@touch $@

$(VENV)/.lock: requirements/lock.txt | $(VENV)/.made
	@$(PIP_INSTALL) -r requirements/lock.txt
	@touch $@
