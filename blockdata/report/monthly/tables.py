"""Tables of the monthly report as they are read: headings, formats, and how a value is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from blockdata.report.monthly.columns import COLUMNS, heading
from blockdata.report.words import Words, share, tenth, whole

__all__ = ["ABOVE", "Table", "kind_of", "written"]

ABOVE = frozenset({"int", "number", "share", "change"})
"""Kinds of columns that stand to the right."""


@dataclass(frozen=True)
class Table:
    """One table of the report.

    Parameters
    ----------
    name : str
        By which it is asked for.
    title : str
    frame : DataFrame
        Values: numbers, texts, and the marks of hidden counts.
    notes : tuple of str
        What stands below it.
    sums : int
        How many of its last rows are sums.
    in_book : bool
        Whether it stands in the workbook alone, being too long for a page.
    """

    name: str
    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = field(default=())
    sums: int = 0
    in_book: bool = False

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return [str(column) for column in self.frame.columns]

    def headings(self, words: Words) -> list[str]:
        """Return the headings."""
        return [heading(column, words) for column in self.columns]

    def rows(self) -> list[list[Any]]:
        """Return the values row by row, as Python has them; None where there is none."""
        columns = [[_plain(value) for value in self.frame[c].tolist()] for c in self.frame.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def lines(self) -> list[list[str]]:
        """Return the values row by row, as the page has them."""
        kinds = [kind_of(column) for column in self.columns]
        return [
            [written(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in self.rows()
        ]


def kind_of(column: str) -> str:
    """Return how a column's values are written; those of a category or indicator as numbers."""
    return COLUMNS[column].kind if column in COLUMNS else "int"


def written(value: object, kind: str) -> str:
    """Write a value of a table; texts, and marks of hidden counts, stay as they are.

    Examples
    --------
    >>> written(1234, "int"), written(0.126, "share"), written(-0.5, "change"), written("<5", "int")
    ('1,234', '12.6%', '-50.0%', '<5')
    """
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    number = float(str(value))
    if kind == "change":
        return f"{100 * number:+.1f}%" if number else "0.0%"
    if kind == "share":
        return share(number)
    return tenth(number) if kind == "number" else whole(number)


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and bool(pd.isna(value))):
        return None
    return value.item() if hasattr(value, "item") else value
