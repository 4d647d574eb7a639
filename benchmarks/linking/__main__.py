"""Incidents to places, duplicates, chains and episodes, measured against what is true.

`python -m benchmarks.linking [--only PART ...]`: each part prints what it measured and which of
its targets it met. Options of a part follow its name, if it is the only one
(`--only truth --seeds 701 702`); `--only PART --help` tells them.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

PARTS = ("truth", "evidence", "boston", "speed", "peers")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linking",
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
        importlib.import_module(f"benchmarks.linking.{part}").main(rest)


if __name__ == "__main__":
    main(sys.argv[1:])
