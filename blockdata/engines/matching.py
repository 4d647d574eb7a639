"""Matching address texts with what a base knows: the one way for runs and for analysts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.address import AddressIndex, normalise_address
from blockdata.engines import feeds
from blockdata.store.decisions import standing
from blockdata.store.session import Session


class Matcher:
    """Matches texts with the addresses of a base, its aliases and what people decided.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        decided = standing(session, "address")
        self._provisional = not feeds.has_address_library(session)
        self._index = AddressIndex.build(
            feeds.addresses_to_match(session),
            feeds.address_aliases(session),
            {normalise_address(text): address for text, address in decided.items()},
        )

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Return text, address_id, match_method, match_score, level, evidence, as `texts` come.

        Without an address library the method "exact" reads "provisional": the address was made
        of this very text.
        """
        found = self._index.match(texts)
        found.insert(0, "text", list(texts))
        if self._provisional:
            exact = found["match_method"] == "exact"
            found["match_method"] = found["match_method"].mask(exact, feeds.PROVISIONAL)
        return found
