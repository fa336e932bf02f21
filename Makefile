# The commands of Claimdesk. A fresh machine needs Python 3.11+, git and make; the rest is put into .venv.

BIN := .venv/bin
PYTHON := $(BIN)/python
INSTALL := $(PYTHON) -m pip --disable-pip-version-check --quiet install --no-warn-script-location -c constraints.txt
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14 python
FITS := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
TEST := $(PYTHON) -m pytest
BOTH := $(TEST) -n 2 --dist worksteal
UNITS := tests/handlers tests/media tests/storage $(wildcard tests/test_*.py)
DOORS := tests/bot tests/browser tests/doubles tests/faults
ARGS :=

unexport PYTHONHOME PYTHONPATH
unexport PYTHONDONTWRITEBYTECODE # without bytecode every process compiles all of the house and its tests anew

.PHONY: run install test test-units test-doors test-long check format bench browser postgres

run: .venv/.run
	@$(PYTHON) -m bot serve

install: .venv/.run

test: .venv/.test
	$(BOTH) -m "not long" $(ARGS)

# The two lanes of `make test`, to be run side by side, each in one process.
test-units: .venv/.test
	$(TEST) -m "not long" $(UNITS) $(ARGS)

test-doors: .venv/.test
	$(TEST) -m "not long" $(DOORS) $(ARGS)

test-long: .venv/.test
	$(BOTH) $(ARGS)

check: .venv/.test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -q tests/test_house.py tests/test_promises.py

format: .venv/.test
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: .venv/.test
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

.venv/.run: $(PYTHON) pyproject.toml constraints.txt
	@echo "installing Claimdesk into .venv (a minute or two, this time only)"
	@$(INSTALL) -e .
	@touch $@

.venv/.test: $(PYTHON) pyproject.toml constraints.txt
	@echo "installing Claimdesk and what its tests need into .venv (a minute or two, this time only)"
	@$(INSTALL) -e '.[test]'
	@touch $@ .venv/.run

$(PYTHON):
	@for name in $(CANDIDATES); do \
	  if "$$name" -c '$(FITS)' 2>/dev/null; then "$$name" -m venv --clear .venv && exit 0; exit 1; fi; \
	done; \
	echo "Claimdesk needs Python 3.11 or newer with its venv module in PATH (on Debian: apt-get install python3-venv)." >&2; \
	exit 1
