"""A PostgreSQL server for the tests: private, without fsync, one for all workers of a run, a database for each."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from socket import socket
from typing import Any

from storage import migration
from storage.database import open_writer, transaction
from storage.tables import METADATA

FLAGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "deadlock_timeout": "50ms",
    "listen_addresses": "127.0.0.1",
    "autovacuum": "on",
    "log_min_messages": "fatal",
}
MISSING = "no PostgreSQL server on this machine; on Debian `make postgres` installs it"
TEMPLATE = "laid_out"
NUMBERS = count(1)


@cache
def binaries() -> Path | None:
    """Return the folder of initdb and postgres: that of PG_BIN, else the newest that Debian installed."""
    given = os.environ.get("PG_BIN")
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    places = [Path(given)] if given else known[::-1]
    return next((place for place in places if (place / "initdb").exists()), None)


def found() -> bool:
    """Return whether there is a server to start."""
    return binaries() is not None


@cache
def server() -> Server:
    """Return the server of this run, started by whoever asks first; it ends with the last process that asked."""
    return Server(os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"alone-{os.getpid()}")


class Server:
    """The server; `url` is of a database without tables, `fresh()` of a new one laid out."""

    def __init__(self, run: str) -> None:
        self._own = ""
        self.folder = Path(tempfile.gettempdir()) / f"claimdesk-postgres-{run}"
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o755)  # for the server's own user, whatever the umask is by now
        self.port = self._join()
        self._admin = open_writer(self.url_of("postgres")).execution_options(isolation_level="AUTOCOMMIT")
        with self._alone():
            self._lay_out()
        atexit.register(self._leave, os.getpid())

    def url_of(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """Make a database with all tables and nothing in them; return its address."""
        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url_of(name)

    def empty(self) -> str:
        """Make a database without any table; return its address."""
        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        self._say(f"CREATE DATABASE {name}")
        return self.url_of(name)

    def emptied(self) -> str:
        """Return the address of this process's own database, laid out and without a row: cheaper than a new one."""
        self._own = self._own or self.fresh()
        engine = open_writer(self._own)
        with transaction(engine) as tx:
            for table in reversed(METADATA.sorted_tables):
                tx.exec_driver_sql(f"DELETE FROM {table.name}")
            tx.exec_driver_sql("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")
        engine.dispose()
        return self._own

    def drop(self, url: str) -> None:
        """Let a database go, whoever is still connected."""
        self._say(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def _lay_out(self) -> None:
        with self._admin.connect() as connection:
            known = connection.exec_driver_sql(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'").first()
        if not known:
            self._say(f"CREATE DATABASE {TEMPLATE}")
            engine = open_writer(self.url_of(TEMPLATE))
            migration.prepare(engine)
            engine.dispose()

    # the processes that use it

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _join(self) -> int:
        with self._alone():
            state = self._state()
            if not state["users"]:
                state["port"] = self._start()
            state["users"].append(os.getpid())
            self._keep(state)
            return int(state["port"])

    def _leave(self, user: int) -> None:
        if os.getpid() != user:  # a child that was forked
            return
        self._admin.dispose()
        with self._alone():
            state = self._state()
            state["users"] = [one for one in state["users"] if one != user]
            self._keep(state)
            if not state["users"]:
                self._stop()

    def _state(self) -> dict[str, Any]:
        file = self.folder / "state.json"
        state: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"users": [], "port": 0}
        state["users"] = [one for one in state["users"] if Path(f"/proc/{one}").exists()]
        return state

    def _keep(self, state: dict[str, Any]) -> None:
        (self.folder / "state.json").write_text(json.dumps(state))

    # the server's own process

    def _start(self) -> int:
        data, place = self.folder / "data", binaries()
        assert place, MISSING
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if os.getuid() == 0:
            shutil.chown(data, *_unprivileged())
        how = ["-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _run([str(place / "initdb"), *how])
        with socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        flags = {**FLAGS, "port": str(port), "unix_socket_directories": str(data)}
        with (data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in flags.items())
        _run([str(place / "pg_ctl"), "-D", str(data), "-w", "-t", "60", "-l", str(data / "log"), "start"])
        return port

    def _stop(self) -> None:
        pid = self.pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)  # what is connected is cut off
            for _ in range(100):
                os.kill(pid, 0)
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Return the number of the server's first process."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])


def _unprivileged() -> tuple[str, str]:
    """Name a user and group as whom a server may run: it refuses root."""
    import pwd

    names = {one.pw_name for one in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    return user, "postgres" if user == "postgres" else "nogroup"


def _run(command: list[str]) -> None:
    as_user = ["runuser", "-u", _unprivileged()[0], "--"] if os.getuid() == 0 else []
    done = subprocess.run([*as_user, *command], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr or done.stdout}"
