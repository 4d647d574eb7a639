"""Matching address texts with what a base knows: the one way for runs and for analysts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.matching import AddressIndex, MatchColumns
from blockdata.address.tree import former_addresses
from blockdata.engines import feeds, parsers
from blockdata.store.decisions import standing
from blockdata.store.session import Session

if TYPE_CHECKING:
    from blockdata.address.matching.explaining import Explanation

MATCHING_VERSION = 2
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
        self._provisional = not feeds.has_address_library(session)

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Match texts; see `AddressIndex.match`, and for its columns `Base.match`.

        Without an address library the method "exact" reads "provisional": the address was made
        of this very text.
        """
        return self.frame(texts, self.columns(texts))

    def columns(self, texts: Sequence[str | None]) -> MatchColumns:
        """Match texts and give the answers as arrays, with what they depend on."""
        return self._index.match_columns(texts)

    def frame(self, texts: Sequence[str | None], columns: MatchColumns) -> pd.DataFrame:
        """Return answers as `match` does."""
        found = columns.df()
        found.insert(0, "text", list(texts))
        if self._provisional:
            exact = found["match_method"] == "exact"
            found["match_method"] = found["match_method"].mask(exact, feeds.PROVISIONAL)
        return found

    def explain(self, text: str | None) -> Explanation:
        """Say of one text how each element stands, and why candidates lost."""
        return self._index.explain(text)

    def touched_by(self, rows: pd.DataFrame, aliases: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Return what depends on changed rows; see `AddressIndex.anchors_of`."""
        return self._index.anchors_of(rows, aliases)

    @cached_property
    def _index(self) -> AddressIndex:
        """The index of the library; making it costs more than matching a night's texts."""
        library = feeds.addresses_to_match(self._session)
        # Addresses in columns need no parser, and reading its model takes a while.
        plain = library[list(feeds.LOCAL_ELEMENTS)].isna().all(axis=1).any()
        return AddressIndex.build(
            library,
            all_aliases(self._session, library),
            standing(self._session, "address"),
            parser=parsers.parser_of(self._session) if plain else None,
        )


def all_aliases(session: Session, library: pd.DataFrame) -> pd.DataFrame:
    """Return address_id, text: other names of addresses, and those that their elements once had.

    What was renamed keeps its former name, unless that is somebody else's now.
    """
    aliases = feeds.address_aliases(session)
    changes = feeds.name_changes(session)
    if changes.empty:
        return aliases
    former = former_addresses(library, changes)
    return pd.concat([aliases, former[["address_id", "text"]]]).drop_duplicates()


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
