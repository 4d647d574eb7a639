"""Grids, kernels, rasters and cameras, measured beside their peers.

`python -m benchmarks.spatial [--only PART ...]`: each part prints what it measured and which of
its targets it met. Options of a part follow its name, if it is the only one
(`--only kernels --points 1e6 --runs 3`); `--only PART --help` tells them.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

PARTS = ("kernels", "rasters", "cameras", "checks", "drafting")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.spatial",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", default=None)
    options, rest = parser.parse_known_args(arguments)
    parts = options.only or PARTS
    if options.only is None and {"-h", "--help"} & set(rest):
        parser.print_help()
        print(f"\nparts: {', '.join(PARTS)}")
        return
    if rest and len(parts) > 1:
        parser.error(f"{rest[0]}: options belong to a part; name one with --only")
    for part in parts:
        print(f"== {part} ==", flush=True)
        importlib.import_module(f"benchmarks.spatial.{part}").main(rest)


if __name__ == "__main__":
    main(sys.argv[1:])
