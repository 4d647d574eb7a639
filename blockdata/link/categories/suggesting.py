"""Classes that a category may stand for, for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.categories.catalogue import CATALOGUE_COLUMNS, require
from blockdata.link.categories.synonyms import unified
from blockdata.records.code_tables.names import spellings

__all__ = ["suggest"]

Floats = npt.NDArray[np.float64]

_LEAST = 0.25
_PAIR_WEIGHT = 1.5
_RESULT = ["source", "category", "incidents", "rank", *CATALOGUE_COLUMNS, "score", "why"]


def suggest(categories: pd.DataFrame, catalogue: pd.DataFrame, limit: int = 3) -> pd.DataFrame:
    """Offer the classes whose names are most like each unmapped category.

    Names are compared with synonyms unified, by the characters and pairs of characters that they
    share, each weighing the more the fewer names have it (cosine of such vectors). A suggestion
    changes nothing; confirmed, it is a row of the table that `map_categories` takes.

    Parameters
    ----------
    categories : DataFrame
        source, category, incidents; with a column method, as from `map_categories`, only those
        without one are asked for.
    catalogue : DataFrame
        scheme, kind, code, name.
    limit : int
        Most suggestions for a category.

    Returns
    -------
    DataFrame
        source, category, incidents, rank (from 1), scheme, kind, code, name, score (0 to 1), why.
        Most incidents first, then by source, category, rank; of names alike the earlier of the
        catalogue. A category that is like nothing has one row with a null code.

    Raises
    ------
    AnalysisError
        If a column is missing.

    Examples
    --------
    >>> from blockdata.link.categories.catalogue import national_catalogue
    >>> asked = pd.DataFrame({"source": ["app"], "category": ["路面坑洼"], "incidents": [9]})
    >>> suggest(asked, national_catalogue(), limit=1)[["name", "why"]].values.tolist()
    [['道路破损', 'synonyms']]
    """
    require(categories, ("source", "category", "incidents"), "categories")
    require(catalogue, CATALOGUE_COLUMNS, "catalogue")
    open_ones = categories
    if "method" in categories:
        open_ones = categories[categories["method"].isna()]
    keys = ["incidents", "source", "category"]
    asked = open_ones[keys].sort_values(keys, ascending=[False, True, True])
    texts = asked["category"].astype(str).tolist()
    scores = _scores(texts, catalogue["name"].astype(str).tolist())
    best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    rows = []
    columns = [catalogue[name].tolist() for name in CATALOGUE_COLUMNS]
    for place, (count, source, category) in enumerate(asked.itertuples(index=False)):
        kept = [at for at in best[place].tolist() if scores[place, at] >= _LEAST]
        for rank, at in enumerate(kept, start=1):
            own = [column[at] for column in columns]
            why = _why(str(category), str(own[-1]))
            rows.append((source, category, count, rank, *own, round(scores[place, at], 4), why))
        if not kept:
            rows.append(
                (source, category, count, 1, None, None, None, None, 0.0, "nothing like it")
            )
    result = pd.DataFrame(rows, columns=_RESULT)
    texts_of = [n for n in _RESULT if n not in {"incidents", "rank", "score"}]
    return result.astype({**dict.fromkeys(texts_of, "str"), "score": "float64"})


def _scores(asked: Sequence[str], names: Sequence[str]) -> Floats:
    """Return how alike each category and each name are, by the best spelling of the name."""
    spelt = [(at, text) for at, name in enumerate(names) for text in spellings(name)]
    grams = [_grams(unified(text)) for _, text in spelt]
    own = [_grams(unified(text)) for text in asked]
    number = {gram: n for n, gram in enumerate(sorted({g for one in (*grams, *own) for g in one}))}
    theirs, ours = _vectors(grams, number), _vectors(own, number)
    rarity = np.log((1 + len(grams)) / (0.5 + (theirs > 0).sum(axis=0)))
    likeness = _normed(ours * rarity) @ _normed(theirs * rarity).T
    scores = np.zeros((len(asked), len(names)))
    owner = np.array([at for at, _ in spelt], dtype=np.int64)
    for column in range(len(spelt)):
        at = owner[column]
        scores[:, at] = np.maximum(scores[:, at], likeness[:, column])
    return scores


def _grams(text: str) -> dict[str, float]:
    """Return the characters of a text, and its pairs, with how much they count."""
    pairs = {text[n : n + 2]: _PAIR_WEIGHT for n in range(len(text) - 1)}
    return {**dict.fromkeys(text, 1.0), **pairs}


def _vectors(grams: Sequence[dict[str, float]], number: dict[str, int]) -> Floats:
    vectors = np.zeros((len(grams), len(number)))
    for row, own in enumerate(grams):
        vectors[row, [number[gram] for gram in own]] = list(own.values())
    return vectors


def _normed(vectors: Floats) -> Floats:
    length = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return vectors / np.where(length > 0, length, 1.0)


def _why(category: str, name: str) -> str:
    """Say what makes a category and a name alike."""
    one, other = unified(category), unified(name)
    if one == other or one in (unified(text) for text in spellings(name)):
        return "synonyms"
    if one in other or other in one:
        return "one is part of the other"
    return "shared characters"
