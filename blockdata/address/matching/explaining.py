"""Why a text got its answer: its elements beside those of addresses, and why candidates lost."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd

from blockdata.address.matching.agreeing import conflict, rank
from blockdata.address.matching.candidates import Reading, rows_under, text_readings
from blockdata.address.matching.codes import encode, hashes_of
from blockdata.address.matching.columns import MatchColumns
from blockdata.address.matching.fields import FIELDS, Ints
from blockdata.address.matching.library import Library
from blockdata.address.matching.normal import normalise_all
from blockdata.address.matching.passes import candidates, search
from blockdata.address.names import NameIndex

__all__ = ["Candidate", "ElementEvidence", "Explanation", "explanation"]

_MOST_SHOWN = 20
_UNNAMED = "…"


class ElementEvidence(NamedTuple):
    """One element on both sides: ``element``, ``in_text``, ``in_library`` and ``stands``.

    Examples
    --------
    >>> ElementEvidence("room", "501", "501", "=").stands
    '='
    """

    element: str
    in_text: str
    in_library: str
    stands: str


class Candidate(NamedTuple):
    """An address that was weighed: ``address_id``, its ``text`` and its ``outcome``.

    Examples
    --------
    >>> Candidate("a1", "延安三路105号", "road_no differs").outcome
    'road_no differs'
    """

    address_id: str
    text: str
    outcome: str


@dataclass(frozen=True)
class Explanation:
    """Why a text got its answer; readable as text, and in Jupyter as tables.

    Parameters
    ----------
    text : str or None
        As it was asked.
    read_as : str
        The normalised text, a misspelt name mended.
    answer : dict
        The row that `AddressIndex.match` gives.
    elements : tuple of ElementEvidence
        Elements that either side has; the library's are those of the answer, or else of the
        first candidate.
    candidates : tuple of Candidate
        Best first; at most 20.
    """

    text: str | None
    read_as: str
    answer: dict[str, object]
    elements: tuple[ElementEvidence, ...]
    candidates: tuple[Candidate, ...]

    def __repr__(self) -> str:
        """Return the explanation in lines."""
        lines = [f"{self.text!r} read as {self.read_as!r}", f"  {_summary(self.answer)}"]
        lines += [
            f"  {e.element:>10}: {e.in_text} | {e.in_library}  {e.stands}" for e in self.elements
        ]
        lines += [f"  {c.address_id}  {c.text}  {c.outcome}" for c in self.candidates]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the explanation as tables; every value is escaped."""
        head = f"<p><b>{escape(str(self.text))}</b> → {escape(self.read_as)}<br>"
        head += f"{escape(_summary(self.answer))}</p>"
        return (
            head
            + _table(ElementEvidence._fields, self.elements)
            + _table(Candidate._fields, self.candidates)
        )


def _summary(answer: dict[str, object]) -> str:
    if answer["match_method"] == "none":
        return f"no address: {answer['reason']}"
    said = (
        f"{answer['address_id']} by {answer['match_method']}, probability {answer['match_score']}"
    )
    return f"{said}, down to {answer['level']}"


def _table(names: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    cells = ("".join(f"<td>{escape(value)}</td>" for value in row) for row in rows)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def explanation(
    text: str | None,
    found: MatchColumns,
    library: Library,
    names: tuple[NameIndex, list[str]],
) -> Explanation:
    """Explain the answer of one text; see `AddressIndex.explain`."""
    answer = found.df().iloc[0]
    given = {str(name): None if pd.isna(value) else value for name, value in answer.items()}
    row = int(found.address[0]) if int(found.address[0]) < len(library.ids) else -1
    read_as = normalise_all([text])[0]
    if given["match_method"] == "fuzzy":
        read_as = _mended(read_as, row, library, names)
    readings = text_readings(read_as, library)
    weighed = _weighed(readings, library, row)
    shown = row if row >= 0 else (weighed[0][0] if weighed else -1)
    reading = _telling(readings, shown, library)
    outcomes = tuple(
        Candidate(library.ids[at], library.texts[at], outcome) for at, outcome in weighed
    )
    return Explanation(text, read_as, given, _elements(read_as, reading, shown, library), outcomes)


def _mended(read_as: str, row: int, library: Library, names: tuple[NameIndex, list[str]]) -> str:
    result = search(*encode([read_as]), library)
    tried = candidates([read_as], np.zeros(1, np.int64), result.chunks, names)
    found = search(*encode(tried.written), library).found[:, 0]
    hits = [w for w, at in zip(tried.written, found.tolist(), strict=True) if at == row]
    return hits[0] if hits else read_as


def _weighed(readings: list[Reading], library: Library, won: int) -> list[tuple[int, str]]:
    """Return the rows that were weighed, the answer first, and what became of each."""
    outcomes: dict[int, tuple[int, str]] = {}
    for reading in readings:
        for row in rows_under(reading, library):
            against = conflict(reading.fields, library.searched.fields[row], reading.unknown_road)
            agree = int(rank(reading.fields, library.searched.fields[row]))
            outcome = "agrees less" if against < 0 else f"{FIELDS[against]} differs"
            if row not in outcomes or (against < 0 and outcomes[row][0] < agree):
                outcomes[row] = (agree if against < 0 else -1_000, outcome)
    if won >= 0:
        outcomes[won] = (1_000_000, "matched")
    order = sorted(outcomes, key=lambda row: (-outcomes[row][0], row))[:_MOST_SHOWN]
    best = outcomes[order[0]][0] if order else 0
    tied = won < 0 and best > -1_000
    return [
        (row, "agrees as well as others" if tied and outcomes[row][0] == best else outcomes[row][1])
        for row in order
    ]


def _telling(readings: list[Reading], row: int, library: Library) -> Reading | None:
    """Return the reading that agrees most with a row."""
    if not readings or row < 0:
        return readings[0] if readings else None
    fields = library.searched.fields[row]
    return max(readings, key=lambda reading: int(rank(reading.fields, fields)))


def _elements(
    text: str, reading: Reading | None, row: int, library: Library
) -> tuple[ElementEvidence, ...]:
    """Set the elements of a text beside those of an address, by their values."""
    nothing = np.zeros(len(FIELDS), np.int64)
    wanted = reading.fields if reading is not None else nothing
    given = library.searched.fields[row] if row >= 0 else nothing
    own = library.texts[row] if row >= 0 else ""
    values = _values([text, own], library, np.concatenate([wanted, given]))
    rows = []
    for name, one, other in zip(FIELDS, wanted.tolist(), given.tolist(), strict=True):
        if one or other:
            stands = "=" if one == other else "differs" if one and other else ""
            stands = stands or ("not in library" if one else "not in text")
            rows.append(ElementEvidence(name, values.get(one, ""), values.get(other, ""), stands))
    return tuple(rows)


def _values(texts: list[str], library: Library, wanted: Ints) -> dict[int, str]:
    """Return what hashes stand for: a piece of either text, or a name."""
    pieces = [
        text[begin:end]
        for text in texts
        for begin in range(len(text))
        for end in range(begin + 1, min(len(text), begin + 20) + 1)
    ]
    found = dict(zip(hashes_of(*encode(pieces)).tolist(), pieces, strict=True)) if pieces else {}
    values = {value: _UNNAMED for value in wanted.tolist() if value}
    left = set(values)
    for name, said in library.names.items():
        for value in said.values():
            if value in left:
                values[value] = name
    return values | {value: found[value] for value in left if value in found}
