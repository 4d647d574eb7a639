"""Sample districts against their truth: `python -m benchmarks.linking --only truth`.

Each seed gives a district, on which the whole nightly run is done; the TABLES of its base are held
against `truth/` (see `data_samples/TRUTH.md`). Nothing was learned from these seeds: weights and
settings come from others. Options: `--seeds 701 702`, `--size small`, `--hardness real`,
`--folder FOLDER` (keeps the districts, and takes those that are there), `--errors N` (prints N
wrong links of each kind, without texts).

What the figures say:

- A *link* is a row of `link`. It is *right* if its target is the true one and no other: for an
  address the address of the library that the text tells (`library_code`; of a range of houses the
  first or the last one), for a component the component of the case, for a building the one that
  stands around the true address, for a cell the one that holds the true place.
- *right* is the share, among the incidents that have such a target, of those with a right link.
- A *false link* is one from `[linking] place_probability` on (a case counts at its place from
  there on) that is not right; a link of an incident that has no such target is false as well.
  *false* is their share among the links from that probability on.
- Incidents at the default location have no place; any link of theirs to an address or a building
  is false. Of those whose text tells no house the truth has only the unit grid: their links to
  buildings and other cells are not judged.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from benchmarks.linking.samples import Sample, make_sample
from benchmarks.linking.truth_groups import (
    print_chains,
    print_episodes,
    print_pairs,
    print_wrong_pairs,
)
from benchmarks.linking.truth_links import (
    print_contradictions,
    print_defaults,
    print_errors,
    print_links,
    print_named,
)
from data_samples.district.sizes import Hardness, Size

SEEDS = (701, 702, 703)


def main(arguments: Sequence[str] | None = None) -> None:
    """Generate, run, compare and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linking --only truth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--size", choices=get_args(Size), default="small")
    parser.add_argument("--hardness", choices=get_args(Hardness), default="real")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        samples = [
            Sample.open(make_sample(folder, seed, options.size, options.hardness))
            for seed in options.seeds
        ]
        for tell in (
            *(print_links, print_named, print_defaults, print_contradictions),
            *(print_pairs, print_wrong_pairs, print_chains, print_episodes),
        ):
            tell(samples)
        if options.errors:
            print_errors(samples, options.errors)
        for sample in samples:
            sample.session.con.close()
