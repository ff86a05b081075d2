# Needs git, make and Python 3.11 or newer; everything else is downloaded from the package registry
# into .tools, .venv and .meltano, unless it is there already. The tests open Chromium or Chrome;
# if there is neither, apt-get installs Chromium.
# Another Python: make test PYTHON=python3.12; another browser: make test CHROMIUM=/path/to/chrome

PYTHON ?= python3
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

uv := .tools/uv-$(UV_VERSION)/bin/uv
venv := .venv/bin
meltano := .tools/meltano
compared := airbyte-cdk dlt
programs := dbt duckdb singer-tools sqlfluff target-csv target-jsonl target-postgres target-sqlite

# Another Python gets new environments.
version := $(shell $(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null)
installed := $(meltano)/installed-$(version) $(programs:%=.tools/%/installed-$(version))

export UV_PYTHON := $(shell $(PYTHON) -c 'import sys; print(sys.executable)' 2>/dev/null)
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport VIRTUAL_ENV
unexport UV_PROJECT_ENVIRONMENT
# Where it is set, a program compiles all that it imports at each start: the tap 1.3 s, else 0.4.
unexport PYTHONDONTWRITEBYTECODE

# Trust the certificates of the machine: a company's proxy may need them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS := true
endif

# Put caches and logs elsewhere if the home folder is read-only.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export HOME := $(CURDIR)/.tools/home
endif

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: test
test: lint plugins browser ## Run every check: lint, then all tests, those that measure time last
	$(venv)/pytest --numprocesses=2 --dist=worksteal -m "not timed" </dev/null
	$(venv)/pytest -m timed </dev/null

.PHONY: unit
unit: sync ## Run the tests of single modules, in less than a minute
	$(venv)/pytest --numprocesses=2 --dist=worksteal tests/unit </dev/null

.PHONY: lint
lint: sync ## Check style, types and the direction of imports: ruff, mypy, import-linter
	$(venv)/ruff check
	$(venv)/ruff format --check
	$(venv)/mypy
	$(venv)/lint-imports --no-cache --no-logo

.PHONY: demo
demo: sync plugins ## Run the pipeline: a double of Zoho Books, Meltano, PostgreSQL
	$(venv)/python -m demo </dev/null

.PHONY: soak
soak: sync ## Run 20,000 random histories of a changing service, and 50,000 odd responses
	ZOHOBOOKS_SEED=$${ZOHOBOOKS_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')} \
	  ZOHOBOOKS_EXAMPLES=20000 ZOHOBOOKS_RESPONSES=50000 $(venv)/pytest --numprocesses=2 --timeout=0 \
	  tests/property/test_stateful.py tests/property/test_responses.py

.PHONY: mutants
mutants: sync .tools/dbt/installed-$(version) ## Break rules, and rows, one by one: a test must fail for each
	$(venv)/python scripts/mutants.py
	$(venv)/pytest tests/e2e/books/test_mutations.py

.PHONY: bench
bench: sync $(compared:%=.tools/%/installed-$(version)) ## Measure time and memory, as ratios in one table; BENCH=--short for less
	$(venv)/python -m benchmarks $(BENCH)

.PHONY: fix
fix: sync ## Apply the fixes of ruff
	$(venv)/ruff check --fix
	$(venv)/ruff format

.PHONY: lock
lock: $(uv) ## Update every pinned version
	$(uv) lock --upgrade
	for name in meltano $(programs) $(compared); do \
	  $(uv) pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate \
	    --no-header --generate-hashes plugins/$$name.in --output-file plugins/$$name.txt || exit; \
	done
	echo uv==$(UV_VERSION) | $(uv) pip compile --quiet --universal --python-version 3.11 \
	  --no-annotate --no-header --generate-hashes - --output-file scripts/uv.txt

.PHONY: clean
clean: ## Remove what the other targets have created
	rm -rf .tools .venv .meltano .demo dist .coverage .coverage.* .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache

.PHONY: sync
sync: $(uv)
	$(uv) sync --quiet --frozen --all-groups

.PHONY: browser
browser: sync
	$(venv)/python scripts/chromium.py

.PHONY: plugins
plugins: $(installed)

# Meltano and each program have their own environments, as their pinned versions conflict.
$(meltano)/installed-$(version): $(uv) meltano.yml $(wildcard plugins/extractors/*) pyproject.toml uv.lock plugins/meltano.txt plugins/target-postgres.txt plugins/dbt.txt
	$(uv) venv --quiet --clear $(meltano)
	$(uv) pip install --quiet --python $(meltano) --require-hashes --requirements plugins/meltano.txt
	$(uv) export --quiet --frozen --no-dev --no-emit-project --no-hashes --output-file .tools/tap.txt
	UV_CONSTRAINT=.tools/tap.txt $(meltano)/bin/meltano install --clean --plugin-type extractor
	$(meltano)/bin/meltano install --clean --plugin-type loader
	$(meltano)/bin/meltano install --clean --plugin-type utility
	touch $@

.tools/%/installed-$(version): plugins/%.txt $(uv)
	$(uv) venv --quiet --clear $(@D)
	$(uv) pip install --quiet --python $(@D) --require-hashes --requirements $<
	touch $@

$(uv): scripts/bootstrap.py scripts/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "Python 3.11 or newer is needed, this is " + sys.version.split()[0] \
	  + ". Name another: make test PYTHON=python3.12")'
	$(PYTHON) scripts/bootstrap.py $(UV_VERSION) .tools/uv-$(UV_VERSION)
