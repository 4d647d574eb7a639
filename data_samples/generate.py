"""Writes the invented sample district: python data_samples/generate.py FOLDER --size tiny."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

# The sample's package lies beside this file and is not installed with the toolkit.
_FOLDER = str(Path(__file__).resolve().parent)
if _FOLDER not in sys.path:
    sys.path.insert(0, _FOLDER)

from sampledistrict.plan import PLANS, Size  # noqa: E402
from sampledistrict.write import write_district  # noqa: E402

__all__ = ["Size", "main", "write_district"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the district.

    Parameters
    ----------
    arguments : sequence of str, optional
        Of the process when left out.
    """
    parser = argparse.ArgumentParser(description="Write the invented sample district.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=sorted(PLANS), default="demo")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    write_district(given.folder, given.size, given.seed)


if __name__ == "__main__":
    main()
