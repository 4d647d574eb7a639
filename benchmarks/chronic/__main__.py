"""Chronic problems, measured on sample districts, on null districts, on real years, and in time.

`python -m benchmarks.chronic [--only PART ...]`: options of a part follow its name, if it is the
only one (`--only truth --seeds 301 302`); `--only PART --help` tells them. The part boston needs
the folder of the data, by argument or by the variable BOSTON311.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_parts

PARTS = ("truth", "null", "boston", "nightly")

if __name__ == "__main__":
    run_parts("benchmarks.chronic", __doc__, PARTS, sys.argv[1:])
