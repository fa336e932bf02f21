"""The wheel brings everything that the program needs, and serves outside of the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from doubles.service import ROOT, Service

pytestmark = pytest.mark.long
SOURCES = ("bot", "handlers", "storage", "media", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of the sources, as `make wheel` does."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / "src" / name)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    built = subprocess.run(
        [*command, "-w", folder / "dist", folder / "src"], capture_output=True, text=True, check=False
    )
    if "No matching distribution found for setuptools" in built.stderr:
        pytest.skip("the package index that has setuptools cannot be reached")
    assert built.returncode == 0, built.stderr
    (made,) = (folder / "dist").glob("claimdesk-*.whl")
    with ZipFile(made) as zipped:
        zipped.extractall(folder / "site")
    return folder / "site"


def test_every_file_beside_the_code_is_in_it(wheel):
    for floor in ("bot", "handlers", "storage", "media"):
        files = {path.relative_to(ROOT) for path in (ROOT / floor).rglob("*") if path.is_file()}
        missing = {str(path) for path in files if not (wheel / path).is_file() and "__pycache__" not in path.parts}
        assert not missing


def test_it_serves_outside_of_the_checkout(wheel, tmp_path, monkeypatch):
    monkeypatch.setattr("doubles.service.ROOT", wheel)
    with Service(tmp_path) as service:
        with urlopen(f"{service.url}/", timeout=20) as page:
            assert "sandbox" in page.read().decode().lower()
        shown = subprocess.run(
            [sys.executable, "-c", "import bot, media; print(bot.__file__, media.__file__)"],
            env=service.environment, cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert shown.count(str(wheel)) == 2
        assert service.stop() == 0
