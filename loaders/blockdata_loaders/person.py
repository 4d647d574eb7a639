"""Persons: six facts under a pseudonym; the identity number is used here and nowhere kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.identifiers import is_identity_number
from blockdata.records.pseudonyms import normal_number
from blockdata_loaders.arrays import flags
from blockdata_loaders.checking import Problem
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["PersonLoader", "loader"]

_MALE, _FEMALE = "1", "2"
_FOREIGN = "foreign"


class PersonLoader(StandardLoader):
    """Loads persons; asks for a valid identity number and derives birth year and sex from it."""

    def own_problems(self, columns: Mapping[str, pa.Array]) -> Iterable[Problem]:
        """Return rows whose identity number breaks the rule of GB 11643; passports have none."""
        numbers = columns["pseudonym"]
        wrong = flags(numbers.is_valid()) & ~is_identity_number(normal_number(numbers))
        wrong &= ~flags(pc.equal(columns["residence"], _FOREIGN).fill_null(False))
        return [("pseudonym", "bad_identifier", wrong)]

    def after_conversion(self, columns: Columns) -> Columns:
        """Fill birth year and sex, where the source does not say them, from the number."""
        numbers = normal_number(columns["pseudonym"])
        is_valid = pa.array(is_identity_number(numbers))
        numbers = pc.if_else(is_valid, numbers, pa.scalar(None, pa.string()))
        year = pc.utf8_slice_codeunits(numbers, 6, 10).cast(pa.int64())
        # The 17th digit is odd for men and even for women.
        is_male = pc.is_in(pc.utf8_slice_codeunits(numbers, 16, 17), pa.array(list("13579")))
        sex = pc.if_else(pc.if_else(numbers.is_valid(), is_male, None), _MALE, _FEMALE)
        derived = {"birth_year": year, "sex": sex}
        return columns | {n: pc.coalesce(columns[n], values) for n, values in derived.items()}


loader = PersonLoader()
