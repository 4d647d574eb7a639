"""Benchmarks in several parts, behind one command."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence


def run_parts(
    package: str, description: str | None, parts: Sequence[str], arguments: Sequence[str]
) -> None:
    """Run the parts of a package of benchmarks that are asked for, else all.

    Parameters
    ----------
    package : str
        Such as "benchmarks.spatial"; each part is a module in it with `main(arguments)`.
    description : str
        What the help says.
    parts : sequence of str
    arguments : sequence of str
        Of the command line; what follows a single part is passed on to it.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("--only", nargs="+", choices=parts, metavar="PART", default=None)
    options, rest = parser.parse_known_args(arguments)
    wanted = options.only or parts
    if options.only is None and {"-h", "--help"} & set(rest):
        parser.print_help()
        print(f"\nparts: {', '.join(parts)}")
        return
    if rest and len(wanted) > 1:
        parser.error(f"{rest[0]}: options belong to a part; name one with --only")
    for part in wanted:
        print(f"== {part} ==", flush=True)
        importlib.import_module(f"{package}.{part}").main(rest)
