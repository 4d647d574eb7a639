"""Grids, kernels, rasters and cameras, measured beside their peers.

`python -m benchmarks.spatial [--only PART ...]`: each part prints what it measured and which of
its targets it met. Options of a part follow its name, if it is the only one
(`--only kernels --points 1e6 --runs 3`); `--only PART --help` tells them.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_parts

PARTS = ("kernels", "rasters", "cameras", "checks", "drafting")

if __name__ == "__main__":
    run_parts("benchmarks.spatial", __doc__, PARTS, sys.argv[1:])
