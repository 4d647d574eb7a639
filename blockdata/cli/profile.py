"""`blockdata profile`: what lies in each cell."""

from __future__ import annotations

import blockdata as bd
from blockdata.cli import options, output


def profile(
    base: options.BasePath,
    grid: options.Grid = "unit",
    out: options.Out = None,
) -> None:
    """Tell what lies in each cell: people as rounded sums of atoms, buildings, incidents, ..."""
    with bd.open(base) as opened:
        output.show(opened.profile(grid), out)
