"""Statistics, measured beside their oracles and on districts without any hot spot.

`python -m benchmarks.statistics [--only PART ...]`: options of a part follow its name, if it is the
only one (`--only scan --part oracles`); `--only PART --help` tells them.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_parts

PARTS = ("local", "scan", "surveillance", "points", "nightly", "null")

if __name__ == "__main__":
    run_parts("benchmarks.statistics", __doc__, PARTS, sys.argv[1:])
