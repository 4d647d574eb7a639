"""Matching address texts with what a base knows: the one way for runs and for analysts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from blockdata.address import AddressIndex, normalise_address
from blockdata.engines import feeds
from blockdata.store.decisions import standing
from blockdata.store.session import Session

MATCHING_VERSION = 1
"""Raised whenever texts are matched otherwise than before, so that what is remembered goes."""


class Matcher:
    """Matches texts with the addresses of a base, its aliases and what people decided.

    Parameters
    ----------
    session : Session

    Attributes
    ----------
    state : str
        What the base's addresses, aliases and decisions were known by; see `library_state`.
    """

    def __init__(self, session: Session) -> None:
        self.state = feeds.library_state(session)
        self._session = session
        self._index: AddressIndex | None = None
        self._provisional = not feeds.has_address_library(session)
        self._hopeless: set[str] = set()

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Return text, address_id, match_method, match_score, level, evidence, as `texts` come.

        Without an address library the method "exact" reads "provisional": the address was made
        of this very text.
        """
        found = self._library().match(texts)
        found.insert(0, "text", list(texts))
        if self._provisional:
            exact = found["match_method"] == "exact"
            found["match_method"] = found["match_method"].mask(exact, feeds.PROVISIONAL)
        nothing = found["address_id"].isna() & found["text"].notna()
        self._hopeless.update(found.loc[nothing, "text"])
        return found

    def hopeful(self, texts: Iterable[str]) -> list[str]:
        """Return the texts of which this matcher has not said yet that no address matches."""
        return [text for text in texts if text not in self._hopeless]

    def _library(self) -> AddressIndex:
        """Return the index of the library; making it costs more than matching a night's texts."""
        if self._index is None:
            decided = standing(self._session, "address")
            self._index = AddressIndex.build(
                feeds.addresses_to_match(self._session),
                feeds.address_aliases(self._session),
                {normalise_address(text): address for text, address in decided.items()},
            )
        return self._index


def matcher_of(session: Session) -> Matcher:
    """Return the matcher of a session, made anew only when what it matches with has changed.

    Provisional addresses come and go with the texts, and their matcher with them.
    """
    kept = session.kept.get("matcher")
    if (
        isinstance(kept, Matcher)
        and kept.state == feeds.library_state(session)
        and feeds.has_address_library(session)
    ):
        return kept
    made = session.kept["matcher"] = Matcher(session)
    return made
