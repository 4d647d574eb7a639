"""The address library as an index, and matching texts against it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from blockdata.address.matching.answers import Answers, new_answers
from blockdata.address.matching.codes import encode, hash_of, hashes_of
from blockdata.address.matching.columns import MatchColumns
from blockdata.address.matching.depending import anchors_of_rows, id_anchor, text_anchors
from blockdata.address.matching.fields import Bools, Floats, Ints
from blockdata.address.matching.library import Library, make_library
from blockdata.address.matching.normal import normalise_all
from blockdata.address.matching.passes import Found, mend, search, whole
from blockdata.address.matching.scoring import Calibration
from blockdata.address.names import NameIndex
from blockdata.address.normalise import MISSING_TEXTS, normalise_address
from blockdata.errors import DeclarationError

if TYPE_CHECKING:
    from blockdata.address.matching.explaining import Explanation
    from blockdata.address.parser import Parser

__all__ = ["AddressIndex"]

_BLOCK = 1 << 17


class AddressIndex:
    """The address library, ready to match texts against; made by `AddressIndex.build`.

    Examples
    --------
    >>> texts = ["延安三路105号", "延安三路105号3号楼"]
    >>> index = AddressIndex.build(pd.DataFrame({"id": ["a1", "a2"], "text": texts}))
    >>> index.match(["延安三路１０５号3幢501", "延安三路107号"])["address_id"].tolist()
    ['a2', nan]
    >>> index.match(["延安三路１０５号3幢501"])["evidence"].item()
    'road =; road_no =; building =; room not in library; bare numbers'
    """

    def __init__(
        self, library: Library, decisions: Mapping[str, str], calibration: Calibration
    ) -> None:
        self._library = library
        self._decisions = dict(decisions)
        self._row_of: dict[str, int] = {}
        for row, address_id in enumerate(library.ids):
            self._row_of.setdefault(address_id, row)
        self.calibration = calibration

    @classmethod
    def build(
        cls,
        library: pd.DataFrame,
        aliases: pd.DataFrame | None = None,
        decisions: Mapping[str, str] | None = None,
        *,
        parser: Parser | None = None,
        calibration: Calibration | None = None,
    ) -> AddressIndex:
        """Index a library.

        Parameters
        ----------
        library : DataFrame
            Columns ``id`` and ``text``, and any of ``province`` ... ``room`` and ``rest``. Where
            a row gives any element from ``road`` down in columns, those columns alone describe
            it from the road down; otherwise its text is read. Missing elements are null or 无.
            Rows without an id are left out.
        aliases : DataFrame, optional
            Columns ``address_id`` and ``text``: other names of whole addresses, former ones
            included. What they call a road or an estate is learned too, where it is clear.
            Rows that name an address outside the library are left out.
        decisions : mapping, optional
            A person's answers: text to address id. They win over everything and are returned
            as given, also when the library no longer has that address.
        parser : Parser, optional
            Tells the names in the texts of addresses that have no columns; else a grammar does.
        calibration : Calibration, optional
            Turns answers into probabilities; else the shipped one.

        Returns
        -------
        AddressIndex

        Raises
        ------
        DeclarationError
            If a required column is missing.
        """
        _require(library, ("id", "text"), "address library")
        if aliases is not None:
            _require(aliases, ("address_id", "text"), "address aliases")
        decided = {normalise_address(text): found for text, found in (decisions or {}).items()}
        known = library[library["id"].notna()]
        return cls(make_library(known, aliases, parser), decided, calibration or Calibration())

    def match(self, texts: Sequence[str | None]) -> pd.DataFrame:
        """Match texts.

        Parameters
        ----------
        texts : sequence of str or None
            Addresses as written.

        Returns
        -------
        DataFrame
            As long as `texts` and in its order: ``address_id`` (null without a match),
            ``match_method`` (decision, exact, alias, structured, fuzzy, none), ``match_score``
            (probability that the id is right; 1 for a decision and where texts are equal),
            ``level`` (the deepest level that agrees), ``evidence`` (how each element stands,
            without values), ``runner_up`` and ``runner_up_score`` (the next best id, if any) and
            ``reason`` (why there is none). A text whose room, unit or building the library
            lacks reaches the next wider one down to its door number or estate. Addresses that
            agree equally give no match, with the reason "ambiguous".
        """
        return self.match_columns(texts).df()

    def match_columns(self, texts: Sequence[str | None]) -> MatchColumns:
        """Match texts and give the answers as arrays, with what they depend on.

        Parameters
        ----------
        texts : sequence of str or None

        Returns
        -------
        MatchColumns
            A change of library rows can touch a text only if one of its `anchors` is among
            `anchors_of` those rows, or if it is `fuzzy`.
        """
        given = list(texts)
        answers = new_answers(len(given))
        for start in range(0, len(given), _BLOCK):
            part = slice(start, min(start + _BLOCK, len(given)))
            self._match_block(given[part], answers.part(part))
        return answers.columns(self._library.ids, self.calibration)

    def anchors_of(self, rows: pd.DataFrame, aliases: pd.DataFrame | None = None) -> Ints:
        """Return what texts depend on that a change of library rows can touch.

        Ask the index that was built with the change, for the rows as they were and as they are.

        Parameters
        ----------
        rows : DataFrame
            Rows of the library that came, went or changed: as before and as after the change,
            in the form that `build` takes.
        aliases : DataFrame, optional
            Likewise aliases that came, went or changed, and those of the rows.

        Returns
        -------
        ndarray of int64
            Sorted and distinct. A text's answer stands if none of its `anchors` is among them
            and it is not `fuzzy`.
        """
        return anchors_of_rows(self._library, rows, aliases)

    def calibration_signs(
        self, texts: Sequence[str | None], truth: Sequence[str]
    ) -> tuple[Floats, Bools]:
        """Return the signs of answers on structure, and whether each was right.

        Parameters
        ----------
        texts : sequence of str or None
        truth : sequence of str
            The id that each text means.

        Returns
        -------
        signs : ndarray of float64, shape (answers, len(SIGNS))
        right : ndarray of bool
        """
        answers = new_answers(len(texts))
        self._match_block(list(texts), answers)
        which = np.flatnonzero(answers.computed())
        ids = [self._library.ids[row] for row in answers.row[which].tolist()]
        meant = [truth[text] for text in which.tolist()]
        right = np.array([a == b for a, b in zip(ids, meant, strict=True)], np.bool_)
        return answers.signs[which], right

    def explain(self, text: str | None) -> Explanation:
        """Say of one text how each element stands on both sides, and why candidates lost.

        Parameters
        ----------
        text : str or None

        Returns
        -------
        Explanation
            Readable as text and, in Jupyter, as a table.
        """
        from blockdata.address.matching.explaining import explanation

        return explanation(text, self.match_columns([text]), self._library, self._names)

    @functools.cached_property
    def _names(self) -> tuple[NameIndex, list[str]]:
        written = sorted(self._library.names)
        return NameIndex.build(written), written

    def _match_block(self, texts: list[str | None], answers: Answers) -> None:
        normal = normalise_all(texts)
        codes, offsets = encode(normal)
        hashes = hashes_of(codes, offsets)
        found = search(codes, offsets, self._library)
        answers.take_structure(found, self._library)
        open_texts = answers.take_whole(
            whole(hashes, self._library.exact, self._library),
            whole(hashes, self._library.aliases, self._library),
            self._library,
        )
        missing = self._missing(normal, hashes)
        self._mend(normal, found, open_texts & ~missing, answers)
        answers.take_missing(missing)
        answers.anchors[:] = text_anchors(hashes, found)
        self._decide(normal, hashes, answers)

    def _mend(self, normal: list[str], found: Found, wanted: Bools, answers: Answers) -> None:
        which, again, similarity = mend(normal, found, wanted, self._names, self._library)
        if len(which):
            answers.take_mended(which, again, similarity, self._library)

    def _missing(self, normal: list[str], hashes: Ints) -> Bools:
        said = np.array([hash_of(text) for text in sorted(MISSING_TEXTS)], np.int64)
        return np.isin(hashes, said)

    def _decide(self, normal: list[str], hashes: Ints, answers: Answers) -> None:
        if not self._decisions:
            return
        known = np.array([hash_of(text) for text in self._decisions], np.int64)
        for text in np.flatnonzero(np.isin(hashes, known)).tolist():
            decided = self._decisions.get(normal[text])
            if decided is not None:
                answers.anchors[text] = 0
                answers.anchors[text, 0] = id_anchor(decided)
                answers.decide(text, decided, self._row_of.get(decided, -1), self._library)


def _require(frame: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DeclarationError(
            f"column {', '.join(absent)} is missing",
            where=where,
            allowed=f"a frame with {', '.join(columns)}",
            next_step="Rename the column or map it in the source's configuration.",
        )
