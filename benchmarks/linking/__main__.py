"""Incidents to places, duplicates, chains and episodes, measured against what is true.

`python -m benchmarks.linking [--only PART ...]`: each part prints what it measured and which of
its targets it met. Options of a part follow its name, if it is the only one
(`--only truth --seeds 701 702`); `--only PART --help` tells them.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_parts

PARTS = ("truth", "evidence", "boston", "speed", "peers")

if __name__ == "__main__":
    run_parts("benchmarks.linking", __doc__, PARTS, sys.argv[1:])
