"""A parser that has learned a city: from its library to sentences, lexicons and a report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from blockdata.address.binding import with_short_names
from blockdata.address.fit_report import FitReport
from blockdata.address.normalise import is_missing_text
from blockdata.address.parsed import ELEMENTS, Parsed
from blockdata.address.parts import LEVELS
from blockdata.address.tagger import Tagger, score_spans
from blockdata.address.writing.sentences import Sentence, as_sentence, sentences
from blockdata.address.writing.train import GRAMMAR, lexicons
from blockdata.address.writing.variants import written_by_hand
from blockdata.errors import DeclarationError

if TYPE_CHECKING:
    from blockdata.address.parser import Parser

__all__ = ["fit_city"]

_INVENTED, _LEAST_INVENTED = 10_000, 6_000
_BY_HAND, _LEAST_BY_HAND, _WAYS = 12_000, 2_000, 6
_HELD_OUT, _LEAST_HELD_OUT, _MOST_HELD_OUT = 0.04, 50, 2_000
_MOST_OF_A_SMALL_LIBRARY = 0.2
_SURE, _OFTEN = 0.9, 5
_REGIONS = ("province", "city", "district")
_NAMED = (*_REGIONS, "town", "community", "road", "estate")
_READ = 22_000

Row: TypeAlias = dict[str, str]


def fit_city(
    library: pd.DataFrame, aliases: pd.DataFrame | None, seed: int, shipped: Parser
) -> tuple[Tagger, frozenset[str], FitReport]:
    """Learn from a library; return the tagger, the divisions it is bound to, and the report.

    Raises
    ------
    DeclarationError
        If the library has neither a column of texts nor one of `LEVELS`, or nothing to learn from.
    """
    began = time.perf_counter()
    random = Random(seed)
    frame = _with_text(library)
    order = random.sample(range(len(frame)), len(frame))
    read = _read(frame.iloc[order[:_READ]], shipped)
    if not read:
        raise DeclarationError(
            "no address of the library could be read",
            where="address library",
            allowed=f"a column text, or columns among {', '.join(LEVELS)}",
        )
    apart = _held_out(len(read))
    kept_out, learned = [one.row for one in read[:apart]], read[apart:] or read
    rows = [one.row for one in learned]
    # Names that stand only in addresses kept out stay unknown.
    names = _vocabulary(frame.iloc[order[read[apart - 1].at + 1 :]], rows)
    by_hand = min(_BY_HAND, max(_LEAST_BY_HAND, _WAYS * len(rows)))
    examples = [
        *sentences(seed, min(_INVENTED, max(_LEAST_INVENTED, by_hand))),
        *_by_hand(random, rows, by_hand),
        *[one.sentence for one in learned if one.sentence][: by_hand // 4],
        *_alias_sentences(aliases, shipped),
    ]
    tagger = Tagger.fit(
        examples, seed=seed, lexicons={**lexicons(), **names}, grammar=GRAMMAR, bulk=True
    )
    divisions = with_short_names(_divisions(frame, rows + kept_out))
    report = _report(tagger, Random(seed + 1), kept_out, len(examples), began)
    return tagger, divisions, report


def _held_out(rows: int) -> int:
    """Return how many addresses are kept out of the fit: more of a small library."""
    least = min(_LEAST_HELD_OUT, int(_MOST_OF_A_SMALL_LIBRARY * rows))
    return min(_MOST_HELD_OUT, max(1, least, int(_HELD_OUT * rows)))


def _with_text(library: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that matter, the text under its one name."""
    columns = {name: name for name in (*LEVELS, "text") if name in library}
    if "text" not in columns and "full_text" in library:
        columns["full_text"] = "text"
    return library[list(columns)].rename(columns=columns)


class _Read(NamedTuple):
    """An address of the library: its place, its elements, its text with spans if they agree."""

    at: int
    row: Row
    sentence: Sentence | None


def _read(frame: pd.DataFrame, shipped: Parser) -> list[_Read]:
    """Take the elements from the columns; where these say too little, from the text."""
    levels = [name for name in LEVELS if name in frame]
    texts = frame["text"].tolist() if "text" in frame else [None] * len(frame)
    rows = [
        {name: value for name, value in zip(levels, values, strict=True) if _is_given(value)}
        for values in frame[levels].itertuples(index=False, name=None)
    ] or [{} for _ in texts]
    plain = [at for at, row in enumerate(rows) if _is_plain(row) and _is_given(texts[at])]
    sure = zip(plain, _confident(shipped.parse([texts[at] for at in plain])), strict=True)
    for at, pairs in sure:
        rows[at] = dict(pairs or ())
    return [_Read(at, row, _aligned(texts[at], row)) for at, row in enumerate(rows) if row]


def _is_given(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not is_missing_text(value)


def _is_plain(row: Row) -> bool:
    """Tell whether the columns say nothing below the community."""
    return not set(row) - set(LEVELS[:5])


def _confident(parsed: Parsed) -> Iterator[list[tuple[str, str]] | None]:
    """Yield the elements of each text, if all of them are sure and none comes twice."""
    for address in parsed:
        pairs = [(span.element, span.value) for span in address.spans]
        sure = all(span.confidence >= _SURE for span in address.spans)
        single = len({element for element, _ in pairs}) == len(pairs)
        known = all(element in LEVELS for element, _ in pairs)
        yield pairs if pairs and sure and single and known else None


def _aligned(text: object, row: Row) -> Sentence | None:
    """Find the elements in the text as it was delivered; None if one is not there."""
    if not isinstance(text, str):
        return None
    spans, end = [], 0
    for element, value in row.items():
        start = text.find(value, end)
        if start < 0:
            return None
        end = start + len(value)
        spans.append((start, end, element))
    covered = sum(end - start for start, end, _ in spans)
    return (text, spans) if covered >= len(text) - 1 else None


def _by_hand(random: Random, rows: Sequence[Row], count: int) -> Iterator[Sentence]:
    for at in range(count):
        yield as_sentence(written_by_hand(random, rows[at % len(rows)]))


def _alias_sentences(aliases: pd.DataFrame | None, shipped: Parser) -> list[Sentence]:
    if aliases is None or "text" not in aliases:
        return []
    texts = [text for text in aliases["text"].head(_BY_HAND // 4).tolist() if _is_given(text)]
    read = zip(texts, _confident(shipped.parse(texts)), strict=True)
    found = [_aligned(text, dict(pairs)) for text, pairs in read if pairs]
    return [sentence for sentence in found if sentence]


def _vocabulary(frame: pd.DataFrame, rows: Sequence[Row]) -> dict[str, Iterable[str]]:
    """Return the city's names by level, as terms for the tagger."""
    terms: dict[str, Iterable[str]] = {}
    for name in _NAMED:
        found = {row[name] for row in rows if name in row}
        if name in frame:
            found |= {value for value in frame[name].dropna().unique() if _is_given(value)}
        terms[f"city_{name}"] = with_short_names(found) if name in _REGIONS else found
    return terms


def _divisions(frame: pd.DataFrame, rows: Sequence[Row]) -> set[str]:
    """Return the provinces, cities and districts of the library; those read only if frequent."""
    found: set[str] = set()
    for name in _REGIONS:
        if name in frame and frame[name].notna().any():
            found |= {value for value in frame[name].dropna().unique() if _is_given(value)}
        else:
            counts = Counter(row[name] for row in rows if name in row)
            found |= {value for value, count in counts.items() if count >= _OFTEN}
    return found


def _report(
    tagger: Tagger, random: Random, rows: Sequence[Row], learned: int, began: float
) -> FitReport:
    held_out = list(_by_hand(random, rows, len(rows)))
    found = tagger.tag([text for text, _ in held_out])
    score = score_spans(found, [spans for _, spans in held_out])
    counts = {name: np.zeros(2, dtype=int) for name in ELEMENTS}
    for ours, (_, theirs) in zip(found, held_out, strict=True):
        given = set(map(tuple, ours))
        for span in theirs:
            counts[span[2]] += (span in given, 1)
    elements = {name: (int(right), int(all_)) for name, (right, all_) in counts.items() if all_}
    return FitReport(
        elements,
        score.precision,
        score.recall,
        score.f1,
        len(held_out),
        learned,
        time.perf_counter() - began,
    )
