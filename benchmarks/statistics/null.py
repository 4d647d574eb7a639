"""How often each method finds a hot spot where none is, and how often one that is planted.

`--only null [--districts 1000] [--planted 50] [--methods hotspots ...] [--jobs 2]`. Districts as
reference/ANALYSIS.md fixes them: 1,064 cells of unequal (lognormal) exposure, negative binomial
counts with k of infinity, 5 and 2, and 0.02 to 10 incidents a cell. Every method gets the same
ones, dear methods the first few of them; how many stands beside each share. A share of districts
with any false hot spot has its 95 % interval (Clopper and Pearson, 1934, Biometrika 26, 404-413)
and is called OVER when that lies above the nominal level. Planted is a risk of 3 or 5 times at a
cell, or of 3 times at 3 x 3 cells; for methods that look at time, in the last weeks only. Power is
the share of such districts in which a planted cell is called hot (Knox names no cell: in which it
calls the district). All of it takes about a quarter of an hour on a free core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from benchmarks.statistics.districts import PLANTS, District, Kind
from benchmarks.statistics.null_methods import ALPHA, METHODS

SIZES = (np.inf, 5.0, 2.0)
MEANS = (0.02, 0.1, 0.5, 2.0, 10.0)
SEED = 20240501
FEWEST = 10
PLANTED = tuple(PLANTS)[1:]


class Share(NamedTuple):
    """In how many of the districts something was found, and the processor's time for it."""

    found: int
    of: int
    seconds: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.found / self.of

    def interval(self) -> tuple[float, float]:
        """Return the exact 95 % interval."""
        found, missed = self.found, self.of - self.found
        low = betaincinv(found, missed + 1, 0.025) if found else 0.0
        high = betaincinv(found + 1, missed, 0.975) if missed else 1.0
        return float(low), float(high)


Task = tuple[Kind, str, int]


def shares(task: Task, methods: Sequence[str], seed: int = SEED) -> dict[str, Share]:
    """Draw districts and return in how many each method found something.

    Parameters
    ----------
    task : (Kind, str, int)
        The kind, what is planted (a key of `PLANTS`), and how many districts.
    methods : sequence of str
    seed : int

    Returns
    -------
    dict of str to Share
        By method: districts in which it called any cell hot, or, if one is planted, a planted one.

    Examples
    --------
    >>> shares((Kind(2.0, 10.0, cells=50), "cell x5", 2), ["binomial"])["binomial"].of
    2
    """
    kind, plant, districts = task
    limits = {
        name: min(districts, max(FEWEST, round(METHODS[name].share * districts)))
        for name in methods
    }
    found, seconds = dict.fromkeys(methods, 0), dict.fromkeys(methods, 0.0)
    # A number for the kind, so that kinds differ and the order of tasks does not matter.
    own = round(1_000_000 * (1 / kind.size + kind.mean)) % 2**31
    for number in range(max(limits.values())):
        district = District(kind, PLANTS[plant], (seed, own, tuple(PLANTS).index(plant), number))
        for name in (name for name in methods if number < limits[name]):
            start = time.process_time()
            hot = METHODS[name].call(district)
            found[name] += bool((hot if plant == "nothing" else hot[district.planted]).any())
            seconds[name] += time.process_time() - start
    return {name: Share(found[name], limits[name], seconds[name]) for name in methods}


def _tables(
    kinds: Sequence[Kind], methods: Sequence[str], results: dict[Task, dict[str, Share]]
) -> Iterator[str]:
    by_plant = {(task[0], task[1]): result for task, result in results.items()}
    for name in methods:
        yield f"-- {name}: {METHODS[name].told}"
        yield "    k   mean  any false  95 % interval    of       " + "  ".join(PLANTED) + "   of"
        nulls = []
        for kind in kinds:
            null, *power = (by_plant[kind, plant][name] for plant in PLANTS)
            nulls.append(null)
            yield (
                f"{kind.size:5g}  {kind.mean:5g}  {null.value:9.3f}  {_between(null)} {null.of:5}  "
                f"{_verdict(null):4} "
                + "  ".join(f"{p.value:{len(plant)}.2f}" for p, plant in zip(power, PLANTED,
                                                                            strict=True))
                + f"  {power[0].of:3}"
            )  # fmt: skip
        yield _summary(nulls)


def _between(share: Share) -> str:
    low, high = share.interval()
    return f"{low:.3f} to {high:.3f}"


def _verdict(share: Share) -> str:
    return "OVER" if share.interval()[0] > ALPHA else ""


def _summary(nulls: Sequence[Share]) -> str:
    worst = max(nulls, key=lambda share: share.value)
    over = sum(bool(_verdict(share)) for share in nulls)
    cost = 1000 * sum(share.seconds for share in nulls) / sum(share.of for share in nulls)
    told = f"over {ALPHA:g} in {over} of {len(nulls)} kinds; {cost:.1f} ms a district"
    return f"most {worst.value:.3f}, {told}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="null", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--districts", type=int, default=1000, help="without a hot spot, a kind")
    parser.add_argument("--planted", type=int, default=50, help="with one, a kind and plant")
    parser.add_argument("--sizes", nargs="+", type=float, default=list(SIZES), help="k")
    parser.add_argument("--means", nargs="+", type=float, default=list(MEANS))
    parser.add_argument("--cells", type=int, default=1064)
    parser.add_argument("--sigma", type=float, default=1.0, help="spread of the exposure")
    parser.add_argument("--unexposed", type=float, default=0.0, help="share of cells without it")
    parser.add_argument("--law", choices=("gamma", "lognormal"), default="gamma", help="of risks")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table per method."""
    options = _options(arguments)
    start = time.perf_counter()
    where = (options.cells, options.sigma, options.unexposed, options.law)
    kinds = [Kind(*which, *where) for which in product(options.sizes, options.means)]
    tasks = [
        (kind, plant, options.districts if plant == "nothing" else options.planted)
        for kind, plant in product(kinds, PLANTS)
    ]
    run = partial(shares, methods=options.methods, seed=options.seed)
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            results = dict(zip(tasks, pool.map(run, tasks), strict=True))
    else:
        results = {task: run(task) for task in tasks}
    for line in _tables(kinds, options.methods, results):
        print(line, flush=True)
    seconds = sum(share.seconds for result in results.values() for share in result.values())
    print(
        f"{time.perf_counter() - start:.0f} s, {options.jobs} at a time, of which the methods "
        f"took {seconds:.0f} s of processor time; seed {options.seed}"
    )
