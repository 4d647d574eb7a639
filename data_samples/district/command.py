"""The command line: python -m data_samples.generate --size small --out FOLDER."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from data_samples.district.sizes import Hardness, Size
from data_samples.district.write import Options, write_sample


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write a sample.

    Parameters
    ----------
    arguments : sequence of str, optional
        Of the process when left out.
    """
    parser = argparse.ArgumentParser(
        prog="python -m data_samples.generate", description="Write the invented sample district."
    )
    parser.add_argument("--size", choices=get_args(Size), default="small")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hardness", choices=get_args(Hardness), default="real")
    parser.add_argument("--names", type=Path, help="TOML or JSON with other names")
    parser.add_argument("--out", type=Path, default=Path("build/sample"), help="folder to write")
    parser.add_argument("--base", default="city.base", help="path of the base in city.toml")
    parser.add_argument("--keys", default="keys", help="folder of the keys in city.toml")
    given = parser.parse_args(arguments)
    options = Options(given.size, given.seed, given.hardness, given.names, given.base, given.keys)
    write_sample(given.out, options)
