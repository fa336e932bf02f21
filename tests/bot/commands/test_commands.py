"""The program as an operator meets it: every command answers, every error is one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from importlib.metadata import version

import pytest
from doubles.service import ROOT, Service

from bot.__main__ import main
from bot.commands.table import COMMANDS
from storage.database import open_writer, transaction, write_lock


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def run(capsys, *words):
    code = main(list(words))
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out, told.err


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*name.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: claimdesk" in capsys.readouterr().out


def test_it_tells_its_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"claimdesk {version('claimdesk')}\n"


def test_orders_come_in_and_leaders_get_a_code(here, capsys):
    (here / "o.csv").write_text("order_no,item,quantity,paid\nKT260612-0003,草莓,2,39.80\n")
    assert run(capsys, "orders", "import", "o.csv")[:2] == (
        0,
        "rows read: 1, added: 1, updated: 0, rejected: 0\n",
    )
    code, out, _ = run(capsys, "leaders", "add", "王姐", "--site", "Z07")
    assert code == 0
    assert out.split()[-1].isalnum()
    code, out, err = run(capsys, "leaders", "add", "王姐", "--site", "Z08")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert run(capsys, "leaders", "extend", "王姐", "--site", "Z08")[0] == 0
    assert "王姐  Z07 Z08" in run(capsys, "leaders", "list")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("orders", "import", "none.csv"), "none.csv"),
        (("policy", "check", "none.toml"), "none.toml"),
        (("tickets", "show", "CD-000000"), "CD-"),
        (("wechat", "menu"), "WECHAT_APP_ID"),
        (("db", "backup", "copy.db"), "there is no database"),
        (("read", "--train", "weights.json", "--examples", "gbk.jsonl"), "not UTF-8"),
        (("leaders", "remove", "nobody"), "nobody"),
    ],
)
def test_an_error_is_one_sentence(here, capsys, words, told):
    (here / "gbk.jsonl").write_bytes("社区".encode("gbk"))
    code, out, err = run(capsys, *words)
    assert code != 0
    assert told in out + err
    assert len((out + err).strip().splitlines()) == 1


def test_wrong_settings_are_named_together(here, capsys, monkeypatch):
    monkeypatch.setenv("HTTP_PORT", "x")
    monkeypatch.setenv("SANDBOX", "x")
    code, _, err = run(capsys, "serve")
    assert code == 2
    assert "HTTP_PORT" in err
    assert "SANDBOX" in err


def test_doctor_says_how_things_are(here, capsys):
    assert "serve makes it" in run(capsys, "doctor")[1]
    run(capsys, "leaders", "list")  # as any command does, it makes the database
    code, out, _ = run(capsys, "doctor")
    assert code == 0
    assert "the database is sound" in out
    assert all(line.startswith("ok") for line in out.splitlines())


def test_a_second_serve_and_an_upgrade_beside_it_are_refused_and_a_backup_is_not(tmp_path):
    with Service(tmp_path) as service:
        for words in (("serve",), ("db", "upgrade")):
            refused = service.run(*words)
            assert refused.returncode == 2
            assert "another claimdesk serve is running" in refused.stderr
        copied = service.run("db", "backup", "copy.db")
        assert copied.returncode == 0, copied.stderr
        with sqlite3.connect(tmp_path / "copy.db") as copy:
            assert copy.execute("SELECT count(*) FROM orders").fetchone()[0] > 0
        copy.close()
        assert service.run("audit", "verify").returncode == 0
        assert service.stop() == 0


def test_a_port_that_is_taken_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with Service(tmp_path / "a") as first:
        second = Service(tmp_path / "b", port=first.port).run("serve")
        assert second.returncode == 2
        assert "HTTP_PORT" in second.stderr


@pytest.mark.parametrize("command", [("read", "--train", "w.json"), ("audit", "verify"), ("tickets", "list")])
def test_what_only_reads_waits_for_no_writer_and_keeps_none_waiting(here, capsys, command):
    run(capsys, "leaders", "list")  # makes the database
    reading = threading.Thread(target=main, args=(list(command),), daemon=True)
    writer = open_writer(f"sqlite:///{here}/var/claimdesk.db")
    with write_lock(here / "var"), transaction(writer):
        reading.start()
        reading.join(8)
        waits = reading.is_alive()
    reading.join()
    writer.dispose()
    assert not waits


def test_a_package_of_another_distribution_that_shadows_ours_is_named(tmp_path):
    other = tmp_path / "other/media"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    path = os.pathsep.join([str(other.parent), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "bot", "policy", "list"],
        env={**os.environ, "PYTHONPATH": path}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"package media ({other}) shadows that of Claimdesk" in done.stderr
