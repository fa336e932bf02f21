"""The files for deploying are in step with the program; where their tools are installed, they are tried."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from doubles.service import Service, free_port

from bot.channels.telegram import channel
from bot.channels.wechat import callback
from bot.commands.table import COMMANDS
from bot.desks.telegram import desk
from bot.settings import NAMES
from bot.webhooks import orders_door

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
CALLED = {channel.PATH, desk.PATH, callback.PATH, orders_door.PATH, "/livez"}
OTHERS = {"PATH", "PYTHONUNBUFFERED", "DOMAIN", "UPSTREAM", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def text(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_the_image_holds_the_program_and_starts_it():
    file = text("container/Containerfile")
    for floor in ("bot", "handlers", "storage", "media", "pyproject.toml", "constraints.txt"):
        assert re.search(rf"^COPY .*\b{floor}\b", file, re.MULTILINE), floor
    named = set(re.findall(r"\b([A-Z][A-Z_]+)=", file))
    assert named - OTHERS <= set(NAMES)
    words = re.findall(r'^(?:ENTRYPOINT|CMD) \["(\w+)"\]', file, re.MULTILINE)
    assert words == ["claimdesk", "serve"]
    minimum = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())[1]
    versions = re.findall(r"^FROM python:3\.(\d+)-slim", file, re.MULTILINE)
    assert len(versions) == 2 and len(set(versions)) == 1 and int(versions[0]) >= int(minimum)
    assert "8080/livez" in file and "EXPOSE 8080" in file
    extras = re.search(r"'\.\[([\w,]+)\]'", file)[1].split(",")
    project = (ROOT / "pyproject.toml").read_text()
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras)
    assert "Not built" in file


def test_compose_names_settings_and_files_that_exist():
    file = text("container/compose.yaml")
    named = set(re.findall(r"^      ([A-Z][A-Z_]+):", file, re.MULTILINE)) | set(re.findall(r"\$\{(\w+)", file))
    assert named - OTHERS - {"POSTGRES_INITDB_ARGS"} <= set(NAMES)
    assert "dockerfile: deploy/container/Containerfile" in file
    for path in re.findall(r"- (\.\.?/[\w/.]+):", file):
        assert path == "./backup" or (DEPLOY / "container" / path).exists(), path
    for command in re.findall(r"exec claimdesk claimdesk (\w+)", file):
        assert any(one.name.split()[0] == command for one in COMMANDS)
    assert "Not run" in file


@pytest.mark.parametrize("file", ["nginx.conf", "Caddyfile"])
def test_a_proxy_lets_through_what_platforms_call_and_nothing_else(file):
    text_ = text(f"proxy/{file}")
    if file == "nginx.conf":
        paths = {f"/{path}" for path in re.search(r"location ~ \^/\((.+)\)\$", text_)[1].split("|")}
        assert "X-Forwarded-For $remote_addr" in text_ and "return 404" in text_
    else:
        paths = set(re.search(r"@called path (.+)", text_)[1].split())
        assert "respond 404" in text_
    assert paths == CALLED
    assert (
        int(re.search(r"(?:client_max_body_size|max_size) (\d+)m", text_, re.IGNORECASE)[1]) << 20
        > orders_door.MAX_BODY
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_units_pass_systemds_own_check(tmp_path):
    program = tmp_path / "srv/.venv/bin/claimdesk"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = []
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        units.append(tmp_path / unit.name)
        units[-1].write_text(unit.read_text().replace("/srv/claimdesk", str(tmp_path / "srv")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert any("[Install]" in unit.read_text() for unit in units if unit.name == "claimdesk.service")


@pytest.fixture
def proxied(tmp_path):
    """The service behind nginx as the sample sets it up, without its certificates."""
    port = free_port()
    with Service(tmp_path, {"ORDER_WEBHOOK_SECRET": "s" * 32, "SANDBOX": "on"}) as service:
        site = text("proxy/nginx.conf").replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
        site = re.sub(r"^ *ssl_.*$", "", site, flags=re.MULTILINE).replace(
            "127.0.0.1:8080", f"127.0.0.1:{service.port}"
        )
        places = "".join(
            f"{name}_temp_path {tmp_path};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; events {{}}\n"
            f"http {{ access_log off; {places}\n{site} }}\n"
        )
        tmp_path.chmod(0o755)
        nginx = subprocess.Popen(["nginx", "-c", str(config), "-e", str(tmp_path / "errors")])
        try:
            ends = time.monotonic() + 10
            while time.monotonic() < ends:
                with socket.socket() as probe:
                    if not probe.connect_ex(("127.0.0.1", port)):
                        break
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()
            nginx.wait(10)


def asked(url, **how):
    try:
        with urlopen(Request(url, **how), timeout=20) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_passes_what_it_should(proxied):
    assert asked(f"{proxied}/livez") == 200
    assert asked(f"{proxied}/orders", data=b"{}") == 403  # it came through, and its signature is missing
    for path in ("/", "/metrics", "/healthz", "/sandbox/state", "/livez/x"):
        assert asked(f"{proxied}{path}") == 404, path
    assert asked(f"{proxied}/orders", data=bytes(7 << 20)) == 413
