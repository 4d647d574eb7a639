"""The fitted model as plain arrays, and the file it is kept in."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from blockdata.address.model_file import write_model_file
from blockdata.address.tagger.context import ATTRIBUTES
from blockdata.address.tagger.decoding import PackedWeights
from blockdata.address.tagger.grammar import LabelGrammar
from blockdata.address.tagger.hashing import build_slots
from blockdata.address.tagger.lattice import Order
from blockdata.address.tagger.lexicon import Lexicon
from blockdata.address.tagger.packing import packed_weights
from blockdata.address.tagger.segments import SEGMENT_ATTRIBUTES
from blockdata.address.tagger.symbols import new_alphabet
from blockdata.address.tagger.templates import template_table
from blockdata.address.tagger.workspace import Reading
from blockdata.errors import StoreError

__all__ = ["FORMAT", "Model", "load_model", "save_model"]

FORMAT = 1
_ARRAYS = ("keywords", "entry_keys", "entry_counts", "feature_keys", "rows", "transitions")


@dataclass(frozen=True)
class Model:
    """Everything that a fit found, as it is saved.

    `header` holds what is no array: format, labels, templates, scale, margin, grammar.
    """

    header: dict[str, Any]
    keywords: npt.NDArray[np.uint16]
    entry_keys: npt.NDArray[np.uint64]
    entry_counts: npt.NDArray[np.int32]
    feature_keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int8]
    transitions: npt.NDArray[np.float32]

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels in the order of their numbers."""
        return tuple(self.header["labels"])

    def reading(self) -> Reading:
        """Return how the model sees a text."""
        lexicon = Lexicon(build_slots(self.entry_keys), self.entry_counts, len(self.labels))
        return Reading(
            new_alphabet(self.header["digit_runs"]),
            self.keywords,
            lexicon,
            template_table(self.header["token_templates"], ATTRIBUTES),
            template_table(self.header["segment_templates"], SEGMENT_ATTRIBUTES),
        )

    def weights(self) -> PackedWeights:
        """Return the weights as the decoder wants them."""
        return packed_weights(
            self.feature_keys,
            self.rows,
            self.header["scale"],
            self.transitions,
            margin=self.header["margin"],
            least=self.header["least_confidence"],
            order=self._order(),
        )

    def _order(self) -> Order:
        if self.header["grammar"] is None:
            return Order(np.ones((0, 0), np.bool_), np.zeros(0, np.bool_))
        return Order(*LabelGrammar(**self.header["grammar"]).tables(self.labels))


def save_model(model: Model, path: str | Path) -> None:
    """Write a model as one ``.npz`` file; the same model gives the same bytes.

    The file appears complete or not at all.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    header = json.dumps(model.header, ensure_ascii=False, sort_keys=True).encode()
    arrays = {name: getattr(model, name) for name in _ARRAYS}
    content = BytesIO()
    np.savez_compressed(content, header=np.frombuffer(header, np.uint8), **arrays)
    write_model_file(path, content.getvalue(), "the model")


def load_model(path: str | Path) -> Model:
    """Read a model that `save_model` wrote.

    Raises
    ------
    StoreError
        If the file is missing, no model, or of another version of the format.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(file["header"].tobytes())
            arrays = {name: file[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StoreError(
            "the file is missing or no model of the tagger",
            where=str(path),
            next_step="Fit the tagger again and save it.",
        ) from error
    if header.get("format") != FORMAT:
        raise StoreError(
            f"the model has format {header.get('format')}",
            where=str(path),
            allowed=str(FORMAT),
            next_step="Fit the tagger again with this version.",
        )
    return Model(header, **arrays)
