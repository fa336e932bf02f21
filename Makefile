# The commands of Claimdesk. A fresh machine needs Python 3.11+, git and make; the rest is put into .venv.

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
INSTALL := $(PYTHON) -m pip --disable-pip-version-check --quiet install --no-warn-script-location -c constraints.txt
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14 python
FITS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
TEST := $(PYTHON) -m pytest
BOTH := $(TEST) -n 2 --dist worksteal
UNITS := tests/handlers tests/media tests/storage $(wildcard tests/test_*.py)
DOORS := tests/bot tests/browser tests/doubles tests/faults
ARGS :=
COVERED := test
SHELL := bash
.SHELLFLAGS := -o pipefail -c

unexport PYTHONHOME PYTHONPATH
unexport PYTHONDONTWRITEBYTECODE # without bytecode every process compiles all of the house and its tests anew

# A part of the tests. One that ARGS leaves empty (5) is no failure. Lines at a terminal begin with the
# part's name, since two parts run side by side.
part = $(TEST) -q -m "not long and not postgres" $(2) $(ARGS) $(if $(CI),,| sed -u 's/^/$(1): /') || [ $$? = 5 ]

.PHONY: run install test test-units test-doors test-postgres test-long check format matrix coverage wheel audit sbom bench browser postgres

run: $(VENV)/.run
	@$(PYTHON) -m bot serve

install: $(VENV)/.run

test: $(VENV)/.test
	@$(MAKE) --no-print-directory -j2 $(if $(CI),--output-sync=target) test-units test-doors

test-units: $(VENV)/.test
	@$(call part,units,$(UNITS))

test-doors: $(VENV)/.test
	@$(call part,doors,-n 2 --dist loadfile $(DOORS)) # two: they wait much

test-postgres: $(VENV)/.test
	$(BOTH) -m "postgres and not long" $(ARGS)

test-long: $(VENV)/.test
	$(BOTH) $(ARGS)

check: $(VENV)/.test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m mypy --config-file tests/mypy.ini
	$(PYTHON) -m pytest -q tests/test_house.py tests/test_promises.py

format: $(VENV)/.test
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# Tests on the other Pythons of this machine: the newest runs the units and prints what they cover.
matrix:
	.ci/matrix

# What the tests (or those of COVERED) cover, in percent of lines; on Python 3.12 or newer it hardly costs time.
coverage: $(VENV)/.test
	$(PYTHON) -m coverage erase
	@$(MAKE) --no-print-directory $(COVERED) TEST="$(PYTHON) -m coverage run -m pytest"
	$(PYTHON) -m coverage combine -q
	$(PYTHON) -m coverage report

# The wheel of a release in dist/ (docs/releasing.md).
wheel: $(VENV)/.test
	rm -rf build dist
	$(PYTHON) -m pip --disable-pip-version-check --quiet wheel --no-deps -w dist .

# Known weaknesses of the pinned packages; it asks a source on the internet, and says when that cannot be reached.
audit: $(VENV)/.test
	@PYTHON=$(PYTHON) .ci/audit

# What the program consists of, as CycloneDX.
sbom: $(VENV)/.test
	@mkdir -p dist
	@$(PYTHON) .ci/sbom dist/claimdesk.cdx.json && echo dist/claimdesk.cdx.json

bench: $(VENV)/.test
	$(PYTHON) -m bench $(ARGS)

# Debian's browser and a Chinese font, for the tests that need them; as root.
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null && fc-list | grep -qi wqy-microhei || \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	  chromium chromium-driver fonts-wqy-microhei fontconfig; }

# Debian's PostgreSQL, of which the tests start a server of their own; as root. The one that Debian starts is stopped.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql && \
	  { pg_lsclusters -h | while read -r version name _; do pg_ctlcluster "$$version" "$$name" stop; done || true; }; }

$(VENV)/.run: $(PYTHON) pyproject.toml constraints.txt
	@echo "installing Claimdesk into $(VENV) (a minute or two, this time only)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(PYTHON) pyproject.toml constraints.txt
	@echo "installing Claimdesk and what its tests need into $(VENV) (a minute or two, this time only)"
	@$(INSTALL) -e '.[test]'
	@touch $@ $(VENV)/.run

$(PYTHON):
	@for name in $(CANDIDATES); do \
	  if "$$name" -c '$(FITS)' 2>/dev/null; then "$$name" -m venv --clear $(VENV) && exit 0; exit 1; fi; \
	done; \
	echo "Claimdesk needs Python 3.11 or newer with its venv module in PATH (on Debian: apt-get install python3-venv)." >&2; \
	exit 1
