"""The memory of test processes: kept small while they run, printed at the end of the run.

A full collection of garbage comes when a quarter of what lived before is new. Hundreds of megabytes of imported modules
would make that rare, and what refers to itself (engines, loops, apps with their photos) would pile up to a gigabyte.
After each file the C library hands back what large pictures left in its pools.
"""

from __future__ import annotations

import ctypes
import gc
import resource
from typing import Any

import pytest

PEAKS: dict[str, int] = {}  # process -> megabytes
TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def pytest_collectstart() -> None:
    """Collect no garbage while modules are imported: there is none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of all further collections."""
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Hand memory back between two files."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        if TRIM:
            TRIM(0)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller, if there is one."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["peak"] = _peak()
    elif not PEAKS:
        PEAKS["one process"] = _peak()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it from a worker that is done."""
    PEAKS[node.gateway.id] = node.workeroutput["peak"] if hasattr(node, "workeroutput") else 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it."""
    told = ", ".join(f"{peak} MB in {name}" for name, peak in sorted(PEAKS.items()))
    terminalreporter.write_line(f"peak memory: {told}")
