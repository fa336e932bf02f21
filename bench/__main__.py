"""`python -m bench [PART ...]` (`make bench`: all but the talks): every figure printed, none asserted."""

from __future__ import annotations

import sys
from importlib import import_module

PARTS = ("startup", "turns", "photos", "prints", "hostile", "imports", "processes", "telegram", "wechat")
ALONE = ("talks", "files_crossed")  # run when they are named

if __name__ == "__main__":
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    if unknown := [word for word in named if word not in (*PARTS, *ALONE)]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join((*PARTS, *ALONE))}")
    for part in named or PARTS:
        import_module(f"bench.{part}").measure()
