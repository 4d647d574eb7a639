"""The parser: texts to the elements of their addresses, by a tagger and what a city allows."""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.binding import bind_regions, doubtful_regions
from blockdata.address.fit_report import FitReport
from blockdata.address.model_file import write_model_file
from blockdata.address.normalise import is_missing_text
from blockdata.address.parsed import ELEMENTS, REASONS, Parsed
from blockdata.address.tagger import Tagger
from blockdata.errors import StoreError

__all__ = ["FitReport", "Parser", "parse"]

_SHIPPED = Path(__file__).parent / "models" / "parser.npz"
_LONGEST = 1000
_SHORT = 6
# A region that is not there does more harm than one that is not named.
_SURE_REGION = 0.8
_MISSING, _EMPTY, _TOO_LONG, _NOT_CHINESE, _NOTHING = range(1, len(REASONS))


class Parser:
    """Names the elements of addresses. Get one by `shipped`, `fit` or `load`.

    Examples
    --------
    >>> Parser.shipped().parse(["延安三路105号3号楼2单元501"])[0].get("road")
    '延安三路'
    """

    def __init__(self, tagger: Tagger, divisions: frozenset[str] | None = None) -> None:
        self._tagger = tagger
        self._divisions = divisions
        self._least = {name: _SURE_REGION for name in ELEMENTS[:3] if name in tagger.labels}
        self._elements = np.array([ELEMENTS.index(name) for name in tagger.labels], np.int32)

    @classmethod
    def shipped(cls) -> Parser:
        """Return the parser that comes with the package, read once.

        It has learned from invented addresses only and knows no city but by the national list of
        divisions.
        """
        return _shipped()

    @classmethod
    def fit(
        cls, library: pd.DataFrame, *, aliases: pd.DataFrame | None = None, seed: int = 0
    ) -> tuple[Parser, FitReport]:
        """Learn a city from its library of addresses.

        Addresses of the library are written the way people write them, and learned together with
        invented ones. The parser is bound to the city: it names no province, city or district
        that neither the library nor the rest of the text supports.

        Parameters
        ----------
        library : DataFrame
            Column ``text`` (or ``full_text``), any of the columns `LEVELS`, or both; null where
            an element is not known. Rows that say nothing below the community in columns are read
            by the shipped parser, and used where it is sure.
        aliases : DataFrame, optional
            Column ``text``: other names of whole addresses.
        seed : int, default 0
            The same library with the same seed gives the same parser.

        Returns
        -------
        (Parser, FitReport)
            The report tells what the parser reaches on addresses that were kept out of the fit.

        Raises
        ------
        DeclarationError
            If there is nothing to learn from.
        """
        # Inventing addresses is for those who fit.
        from blockdata.address.fitting import fit_city

        tagger, divisions, report = fit_city(library, aliases, seed, cls.shipped())
        return cls(tagger, divisions), report

    @classmethod
    def load(cls, path: str | Path) -> Parser:
        """Read a parser from a file that `save` wrote.

        Raises
        ------
        StoreError
            If the file is missing, no parser, or of another version.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                packed, binding = file["tagger"].tobytes(), file["binding"].tobytes()
            divisions = json.loads(binding)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise StoreError(
                "the file is missing or no parser",
                where=str(path),
                next_step="Fit the parser again and save it.",
            ) from error
        with tempfile.TemporaryDirectory() as folder:
            inner = Path(folder) / "tagger.npz"
            inner.write_bytes(packed)
            tagger = Tagger.load(inner)
        return cls(tagger, None if divisions is None else frozenset(divisions))

    def save(self, path: str | Path) -> None:
        """Write the parser with its binding to one file; the same parser gives the same bytes.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        content = BytesIO()
        arrays = {name: np.frombuffer(part, np.uint8) for name, part in self._packed.items()}
        np.savez(content, allow_pickle=False, **arrays)
        write_model_file(path, content.getvalue(), "the parser")

    @functools.cached_property
    def version(self) -> str:
        """A short hash of everything that decides how this parser reads a text."""
        return hashlib.sha256(b"".join(self._packed.values())).hexdigest()[:12]

    @property
    def divisions(self) -> frozenset[str] | None:
        """The provinces, cities and districts it is bound to; None for one that is not bound."""
        return self._divisions

    @functools.cached_property
    def _packed(self) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tagger.npz"
            self._tagger.save(path)
            tagger = path.read_bytes()
        divisions = None if self._divisions is None else sorted(self._divisions)
        return {"tagger": tagger, "binding": json.dumps(divisions, ensure_ascii=False).encode()}

    def parse(self, texts: Iterable[Any], *, threads: int | None = None) -> Parsed:
        """Find the elements of every text.

        A text's answer depends on that text alone.

        Parameters
        ----------
        texts : iterable of str
            Anything may come: what is no string, says that there is nothing, has more than 1,000
            characters or no Chinese one gives no pieces, and the reason.
        threads : int, optional
            How many to use, by default one for each processor. The answer does not depend on it.

        Returns
        -------
        Parsed

        Examples
        --------
        >>> parsed = Parser.shipped().parse(["延安三路105号", None, "hello"])
        >>> parsed.reasons.tolist()
        [0, 1, 4]
        """
        given = [text if isinstance(text, str) else None for text in texts]
        columns = self._tagger.tag_columns(given, least_confidence=self._least, threads=threads)
        element = self._elements[columns.label]
        spans = (columns.start, columns.end, element)
        if self._divisions is None:
            kept = ~doubtful_regions(given, columns.text, spans, columns.confidence)
            start = columns.start
        else:
            kept, start = bind_regions(given, columns.text, spans, self._divisions)
        reasons = _reasons(given, np.bincount(columns.text[kept], minlength=len(given)) > 0)
        kept &= reasons[columns.text] == 0
        return Parsed(
            given,
            columns.text[kept],
            start[kept],
            columns.end[kept],
            element[kept],
            columns.confidence[kept],
            reasons,
        )


def parse(texts: Iterable[Any]) -> Parsed:
    """Find the elements of every text with the parser that comes with the package.

    Parameters
    ----------
    texts : iterable of str
        As for `Parser.parse`.

    Returns
    -------
    Parsed

    Examples
    --------
    >>> parse(["延安三路105号"])[0].get("road_no")
    '105号'
    """
    return Parser.shipped().parse(texts)


@functools.cache
def _shipped() -> Parser:
    return Parser.load(_SHIPPED)


def _reasons(texts: Sequence[str | None], found: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Say for each text why it has no pieces; only those without any and short ones are read."""
    lengths = np.fromiter((len(text) if text else 0 for text in texts), np.int64, len(texts))
    reasons = np.zeros(len(texts), np.uint8)
    for at in np.flatnonzero(~found | (lengths <= _SHORT)).tolist():
        reasons[at] = _reason(texts[at], found=bool(found[at]))
    return reasons


def _reason(text: str | None, *, found: bool) -> int:
    if text is None:
        return _MISSING
    if len(text) > _LONGEST:
        return _TOO_LONG
    if is_missing_text(text):
        return _MISSING if any(map(str.isalnum, text)) else _EMPTY
    if found:
        return 0
    return _NOTHING if any("㐀" <= character <= "鿿" for character in text) else _NOT_CHINESE
