"""`claimdesk serve` as a process of its own, with scratch data: started, killed, started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from unittest import mock

from bot.__main__ import main

ROOT = Path(__file__).parents[3]
KEPT = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_CONFIG", "COVERAGE_CORE")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Service:
    """One installation in a folder; its settings come from `more` alone."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Return where its HTTP server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what the process sees: nothing of this machine's own settings."""
        kept = {name: value for name, value in os.environ.items() if name in KEPT}
        given = {"DATA_DIR": str(self.folder / "var"), "HTTP_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        return {**kept, **given, **self.more}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same installation: `serve` as a process of its own, the others in this one."""
        if words == ("serve",):
            command = [sys.executable, "-m", "bot", *words]
            return subprocess.run(
                command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
            )
        out, err, mask = StringIO(), StringIO(), os.umask(0o022)
        settings = mock.patch.dict(os.environ, self.environment, clear=True)
        with settings, redirect_stdout(out), redirect_stderr(err), chdir(self.folder):
            code = main([*words])
        os.umask(mask)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def start(self) -> None:
        """Start it and wait for `ready`."""
        log = (self.folder / "serve.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert "ready" in line, f"{line} {self.log()}"

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process
        self.process.kill()
        self.process.wait(10)
        self._close()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(12)
        self._close()
        return code

    def _close(self) -> None:
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.process = None

    def log(self) -> str:
        """Return what it wrote to standard error."""
        return (self.folder / "serve.log").read_text()

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.kill()
