"""What a fit of the parser reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["FitReport"]


@dataclass(frozen=True)
class FitReport:
    """What a fit reached on addresses of the library that it had not seen.

    Parameters
    ----------
    elements : mapping of str to (int, int)
        For each element how many pieces were found rightly, and how many there were.
    precision, recall, f1 : float
        Of whole pieces: start, end and element must agree.
    held_out : int
        How many addresses of the library were kept out of the fit, each written by hand once.
    sentences : int
        How many sentences were learned from.
    seconds : float
        How long the fit took.
    """

    elements: Mapping[str, tuple[int, int]]
    precision: float
    recall: float
    f1: float
    held_out: int
    sentences: int
    seconds: float = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return a row for each element: how many pieces there were and the share found rightly."""
        rows = [(name, given, right / given) for name, (right, given) in self.elements.items()]
        return pd.DataFrame(rows, columns=["element", "pieces", "accuracy"])

    def __repr__(self) -> str:
        """Tell the figures in a few lines."""
        shares = [
            f"  {name:10} {right / given:7.2%} of {given:,}"
            for name, (right, given) in self.elements.items()
        ]
        head = (
            f"FitReport: F1 {self.f1:.4f} on {self.held_out:,} addresses kept out; "
            f"{self.sentences:,} sentences, {self.seconds:.0f} s"
        )
        return "\n".join([head, *shares])
