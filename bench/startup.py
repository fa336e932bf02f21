"""What a start costs: the help text, and serve's memory in sandbox mode."""

from __future__ import annotations

import os
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


def resident(folder: Path) -> tuple[float, float]:
    """Give the seconds until serve says ready, and its resident MiB then."""
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
        process.terminate()
    rss = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return ready, int(rss) / 1024


def measure() -> None:
    """Print the figures beside a bare interpreter's in the same run."""
    bare, told = seconds("-c", "pass"), seconds("-m", "bot", "--help")
    print(f"claimdesk --help: {told:.2f} s (python -c pass: {bare:.2f} s)")
    with tempfile.TemporaryDirectory() as name:
        ready, rss = resident(Path(name))
    print(f"claimdesk serve, sandbox: ready after {ready:.1f} s, resident {rss:.0f} MiB")


if __name__ == "__main__":
    measure()
