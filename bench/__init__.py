"""Figures side by side in one run, printed and never asserted; what they measure against lies with the tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
