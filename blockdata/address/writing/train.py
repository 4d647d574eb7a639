"""Build the model that ships: `python -m blockdata.address.writing.train [FILE]`.

The same package, seed and number of sentences give the same file. It takes about two minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from blockdata.address.parsed import ELEMENTS
from blockdata.address.parser import Parser
from blockdata.address.tagger import LabelGrammar, Tagger
from blockdata.address.writing.divisions import areas, short_name
from blockdata.address.writing.sentences import sentences

__all__ = ["GRAMMAR", "SENTENCES", "lexicons", "main"]

SENTENCES, SEED = 60_000, 1
#: A region comes once, and not after what lies inside a community: there it is part of a name.
GRAMMAR = LabelGrammar(
    follows=dict.fromkeys(ELEMENTS[ELEMENTS.index("community") : -1], ELEMENTS[3:]),
    once=ELEMENTS[:3],
)
_MODEL = Path(__file__).parents[1] / "models" / "parser.npz"


def lexicons() -> dict[str, Iterable[str]]:
    """Return the national list of divisions as terms for the tagger.

    Examples
    --------
    >>> "青岛市" in lexicons()["city"]
    True
    """
    provinces = {area.province for area in areas()}
    cities = {area.city for area in areas()}
    districts = {name for area in areas() for name in area.districts}
    return {
        "province": provinces | set(map(short_name, provinces)),
        "city": cities | set(map(short_name, cities)),
        "district": districts,
        "short_district": set(map(short_name, districts)) - districts,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Invent addresses, fit a tagger, write its file.

    Returns
    -------
    int
        0.
    """
    parser = argparse.ArgumentParser(prog="blockdata.address.writing.train", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=_MODEL)
    parser.add_argument("--sentences", type=int, default=SENTENCES)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    tagger = Tagger.fit(
        sentences(options.seed, options.sentences),
        seed=options.seed,
        lexicons=lexicons(),
        grammar=GRAMMAR,
        bulk=True,
    )
    Parser(tagger).save(options.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
