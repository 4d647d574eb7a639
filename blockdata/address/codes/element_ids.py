"""Element ids of SZDB/Z 281: an address code and who or what is there.

Only the structure is told. The part that names a person or a company is never returned, kept,
decoded or put into an error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.address.codes.column import Values, as_texts
from blockdata.address.codes.standard import SZDB_281
from blockdata.records.identifiers import (
    is_identity_number,
    is_organisation_code,
    is_uscc,
)

__all__ = ["HOLDERS", "read_element_ids"]

HOLDERS = ("person", "legal_entity", "internal")
"""Who the second part of an element id names: an identity number, a unified social credit code,
or places 9 to 17 of one and a number of the holder's own."""

_ORGANISATION_WIDTH = 9


def read_element_ids(values: Values) -> pd.DataFrame:
    """Tell what element ids are made of, and never whose they are.

    Parameters
    ----------
    values : column of texts, shape (n,)
        An address code of 25 characters, then an identity number, a unified social credit code,
        or an organisation code and an internal number.

    Returns
    -------
    DataFrame
        One row per value, in its order: ``address_code`` (canonical; missing where the first 25
        characters are no address code) and ``holder`` (categorical of `HOLDERS`; missing where
        the rest is none of these). What is right as an identity number counts as one.

    References
    ----------
    SZDB/Z 281-2017; GB 11643-1999, GB 32100-2015 and GB 11714-1997 for the check characters.

    Examples
    --------
    >>> code = "4403040010010100001000001"
    >>> read_element_ids([code + "91110000802100433B", code, None])["holder"].tolist()
    ['legal_entity', nan, nan]
    """
    texts = as_texts(values).cast(pa.string())
    width = SZDB_281.width
    address = SZDB_281.canonical(pc.utf8_slice_codeunits(texts, 0, width))
    rest = pc.utf8_slice_codeunits(texts, width)
    organisation = pc.utf8_slice_codeunits(rest, 0, _ORGANISATION_WIDTH)
    longer = np.asarray(pc.utf8_length(rest).fill_null(0)) > _ORGANISATION_WIDTH
    rules = [
        is_identity_number(rest),
        is_uscc(rest),
        is_organisation_code(organisation) & longer,
    ]
    holder = np.select(rules, list(range(len(HOLDERS))), -1)
    holders = pd.Categorical.from_codes(holder, pd.Index(HOLDERS))
    frame = pd.DataFrame({"address_code": address, "holder": holders})
    return frame.set_index(values.index) if isinstance(values, pd.Series) else frame
