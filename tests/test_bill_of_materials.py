"""The bill of materials names what the program needs, with the versions that are installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_dependency_is_in_it():
    made = subprocess.run([sys.executable, ROOT / ".ci/sbom"], capture_output=True, text=True, check=True).stdout
    whole = json.loads(made)
    named = {re.sub(r"[-_.]+", "-", part["name"]).lower(): part for part in whole["components"]}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    direct = re.findall(
        r'^    "([A-Za-z0-9-]+)[^"]*",', project.partition("dependencies = [")[2].partition("]\n")[0], re.M
    )
    assert len(direct) > 15
    assert {name.lower() for name in direct} <= named.keys()
    assert {"optionaldict", "yarl"} <= named.keys()  # what those need
    assert not {"pytest", "mypy", "claimdesk"} & named.keys()
    assert named["aiohttp"]["purl"] == f"pkg:pypi/aiohttp@{version('aiohttp')}"
    assert (whole["bomFormat"], whole["metadata"]["component"]["name"]) == ("CycloneDX", "claimdesk")
