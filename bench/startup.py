"""What a start costs: the help text, and the CPU and memory of serve in sandbox mode until it is ready."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def seconds(*words: str, runs: int = 5) -> float:
    """Give the median wall seconds of a command."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def cpu(*words: str, runs: int = 5) -> float:
    """Give the median CPU seconds of a command."""
    took = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(took)


def resident(folder: Path) -> tuple[float, float, float]:
    """Give the seconds until serve says ready, its CPU seconds and its resident MiB then."""
    more = {"DATA_DIR": str(folder / "var"), "HTTP_PORT": "0", "SANDBOX": "on", "PYTHONPATH": str(ROOT)}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], cwd=folder, env={**kept, **more}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        ready = time.perf_counter() - began
        status = Path(f"/proc/{process.pid}/status").read_text()
        spent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        process.terminate()
    rss = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return ready, sum(map(int, spent)) / os.sysconf("SC_CLK_TCK"), int(rss) / 1024


def measure() -> None:
    """Print the figures beside a bare interpreter's in the same run."""
    bare, told = seconds("-c", "pass"), seconds("-m", "bot", "--help")
    print(f"claimdesk --help: {told:.2f} s (python -c pass: {bare:.2f} s)")
    starts = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as name:
            starts.append(resident(Path(name)))
    ready, spent, rss = (statistics.median(each) for each in zip(*starts, strict=True))
    used = f"{spent:.2f} s CPU ({spent / cpu('-c', 'pass'):.0f} times a bare interpreter)"
    print(f"claimdesk serve, sandbox: ready after {ready:.1f} s, {used}, resident {rss:.0f} MiB")


if __name__ == "__main__":
    measure()
