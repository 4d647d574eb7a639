"""What is true, written apart from the sources: only tests and benchmarks read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data_samples.district.library import Library
from data_samples.district.writing import Written


@dataclass
class TruthBook:
    """Collects truths while the deliveries are written.

    Parameters
    ----------
    library : Library
    sources : frozenset of str
        Names of the sources that are delivered; nothing is noted of others.
    written : list of DataFrame
        One frame per source: see TRUTH.md, `address_of_record`.
    wrong_rows : list of dict
        `source`, `file`, `key`, `reason`.
    """

    library: Library
    sources: frozenset[str]
    written: list[pd.DataFrame] = field(default_factory=list)
    wrong_rows: list[dict[str, str]] = field(default_factory=list)

    def addresses(self, source: str, keys: Sequence[str] | pd.Series, told: Written) -> None:  # type: ignore[type-arg]
        """Note which address each record of a source means.

        Parameters
        ----------
        source : str
        keys : sequence of str
            Of the records, as delivered.
        told : Written
        """
        table = self.library.table
        code, known = table["code"].to_numpy(), self._known()
        row = told.address
        nearest = np.where(row >= 0, known[row], -1)
        self.written.append(
            pd.DataFrame(
                {
                    "source": source,
                    "key": list(keys),
                    "address_code": np.where(row >= 0, code[row], ""),
                    "level": told.level,
                    "relation": told.relation,
                    "last_code": np.where(
                        told.last >= 0, code[np.minimum(told.last, len(code) - 1)], ""
                    ),
                    "other_street": told.other,
                    "library_code": np.where(nearest >= 0, code[nearest], ""),
                    "ways": told.ways,
                }
            )
        )

    def wrong(self, source: str, file: str, key: str, reason: str) -> None:
        """Note a row that is to be set aside."""
        if source in self.sources:
            self.wrong_rows.append({"source": source, "file": file, "key": key, "reason": reason})

    def _known(self) -> np.ndarray:  # type: ignore[type-arg]
        """Return for each row of the library the nearest row upwards that is delivered, or -1."""
        table = self.library.table
        parent, delivered = table["parent"].to_numpy(), table["delivered"].to_numpy()
        here = np.arange(len(table))
        for _ in range(4):
            lost = (here >= 0) & ~delivered[np.maximum(here, 0)]
            here = np.where(lost, parent[np.maximum(here, 0)], here)
        return here
