"""Rules what a run may leave out: what needs a browser or server that is not there, long tests when time is spent."""

from __future__ import annotations

import os
from collections import Counter
from math import isfinite
from time import monotonic

import pytest
from remembered import remember
from worker_memory import (  # noqa: F401  hooks
    pytest_collection_finish,
    pytest_collectstart,
    pytest_runtest_teardown,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

STRICT = bool(os.environ.get("CLAIMDESK_NO_SKIPS"))  # a browser or postgres test that is skipped fails
LONG_SECONDS = float(os.environ.get("CLAIMDESK_LONG_SECONDS") or "inf")  # then no further long test begins
SPENT = "of CLAIMDESK_LONG_SECONDS are spent"
BEGAN = monotonic()

remember()


def pytest_collection_modifyitems(items):
    """When time is short, take the long tests in turn from all files, so that each file has its share."""
    if isfinite(LONG_SECONDS):
        seen = Counter()
        turns = {}
        for item in items:
            turns[item] = seen[item.path] if item.get_closest_marker("long") else -1
            seen[item.path] += turns[item] >= 0
        items.sort(key=turns.__getitem__)


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser"):
        from doubles.browser import found

        if not found():
            pytest.skip("no Chromium on this machine; on Debian `make browser` installs it")
    if item.get_closest_marker("postgres"):
        import postgres

        if not postgres.found():
            pytest.skip(postgres.MISSING)
    if item.get_closest_marker("long") and monotonic() - BEGAN > LONG_SECONDS:
        pytest.skip(f"the {LONG_SECONDS:.0f} s {SPENT}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    needed = item.get_closest_marker("browser") or item.get_closest_marker("postgres")
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if STRICT and skipped and needed and SPENT not in why:
        report.outcome = "failed"
        report.longrepr = f"CLAIMDESK_NO_SKIPS allows no skipped {needed.name} test. {why}"
    return report
