"""Cameras: where they look, as an angle, a word or the eight directions of GB/T 28181."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.codes import AZIMUTH_DEG, DIRECTION
from blockdata.store.batch import Batch, LoadRequest
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["CameraLoader", "loader"]

_FORMS = ("{0}", "正{0}", "朝{0}", "向{0}", "{0}向")
_WORDS = {form.format(word): code for code, word in DIRECTION.items() for form in _FORMS}
_READ_AS = {
    "azimuth_deg": {word: f"{AZIMUTH_DEG[code]:g}" for word, code in _WORDS.items()},
    "direction_type": _WORDS,
}
"""What a word for a direction is read as, by field."""


class CameraLoader(StandardLoader):
    """Loads cameras; understands words for directions and makes an azimuth of them."""

    def load(self, request: LoadRequest) -> Batch:
        """Load one file; see `StandardLoader.load`."""
        return super().load(_with_words(request))

    def load_values(self, request: LoadRequest, rows: Sequence[Mapping[str, str]]) -> Batch:
        """Load rows given as texts; see `StandardLoader.load_values`."""
        return super().load_values(_with_words(request), rows)

    def after_conversion(self, columns: Columns) -> Columns:
        """Fill `azimuth_deg`, where there is no angle, from the direction."""
        place = pc.index_in(columns["direction_type"], pa.array(list(AZIMUTH_DEG)))
        angles = pa.array(list(AZIMUTH_DEG.values())).take(place)
        return columns | {"azimuth_deg": pc.coalesce(columns["azimuth_deg"], angles)}


def _with_words(request: LoadRequest) -> LoadRequest:
    """Return the request with directions among its values, below the source's own."""
    own = request.source.values
    values = {**own, **{name: words | own.get(name, {}) for name, words in _READ_AS.items()}}
    return replace(request, source=request.source.model_copy(update={"values": values}))


loader = CameraLoader()
