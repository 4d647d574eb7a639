"""`blockdata cases due`: cases that are overdue or soon will be."""

from __future__ import annotations

import blockdata as bd
from blockdata.cli import options, output


def due(base: options.BasePath, out: options.Out = None) -> None:
    """Tell the open cases that are overdue or soon due, and the unit that answers for each."""
    with bd.open(base) as opened:
        output.answer(opened.cases.due_soon(), out)
