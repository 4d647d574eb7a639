"""Cameras: how they are put up, and where they look: an angle, a word, one of eight directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.codes import AZIMUTH_DEG, DIRECTION
from blockdata.store.batch import Batch, LoadRequest
from blockdata_loaders.standard import Columns, StandardLoader

__all__ = ["CameraLoader", "loader", "mount_of_type"]

_FORMS = ("{0}", "正{0}", "朝{0}", "向{0}", "{0}向")
_WORDS = {form.format(word): code for code, word in DIRECTION.items() for form in _FORMS}
_READ_AS = {
    "azimuth_deg": {word: f"{AZIMUTH_DEG[code]:g}" for word, code in _WORDS.items()},
    "direction_type": _WORDS,
}
"""What a word for a direction is read as, by field."""

_MOUNTS = (
    ("车载|车辆|移动监控|布控车", "vehicle"),
    ("遥控|云台|全景|鹰眼|环视|ptz", "dome"),
    ("半球|枪|固定|筒|卡口|电警", "fixed"),
    ("球|dome", "dome"),
)
"""Words of a camera's type and how such a camera is put up; the first that is there decides: a
半球 looks one way, a 遥控半球 turns."""

_PTZ_TYPES = {
    "1": "dome",
    "2": "fixed",
    "3": "fixed",
    "4": "dome",
    "5": "dome",
    "6": "dome",
    "7": "fixed",
}
"""PTZType of GB/T 28181: 1 球机, 2 半球, 3 固定枪机, 4 遥控枪机, 5 遥控半球, 6 the panorama of a
camera with several lenses, 7 one picture of it."""


def mount_of_type(types: pa.Array) -> pa.Array:
    """Tell how cameras are put up from what their type is said to be.

    Parameters
    ----------
    types : pa.Array of string
        PTZType of GB/T 28181, or words.

    Returns
    -------
    pa.Array of string
        Codes of `CAMERA_MOUNT`; null where the type says nothing.

    References
    ----------
    GB/T 28181-2022, PTZType in the catalogue's Info.

    Examples
    --------
    >>> types = pa.array(["1", "2", "固定枪机", "遥控半球", "车载球机", "其他", None])
    >>> mount_of_type(types).to_pylist()
    ['dome', 'fixed', 'fixed', 'dome', 'vehicle', None, None]
    """
    place = pc.index_in(types, pa.array(list(_PTZ_TYPES)))
    mount = pa.array(list(_PTZ_TYPES.values())).take(place)
    for words, code in _MOUNTS:
        said = pc.match_substring_regex(types, words, ignore_case=True)
        mount = pc.coalesce(mount, pc.if_else(said, code, pa.scalar(None, pa.string())))
    return mount


class CameraLoader(StandardLoader):
    """Loads cameras; understands words for directions and types."""

    def load(self, request: LoadRequest) -> Batch:
        """Load one file; see `StandardLoader.load`."""
        return super().load(_with_words(request))

    def load_values(self, request: LoadRequest, rows: Sequence[Mapping[str, str]]) -> Batch:
        """Load rows given as texts; see `StandardLoader.load_values`."""
        return super().load_values(_with_words(request), rows)

    def after_conversion(self, columns: Columns) -> Columns:
        """Fill `azimuth_deg`, where there is no angle, and `mount`, where it is not stated."""
        place = pc.index_in(columns["direction_type"], pa.array(list(AZIMUTH_DEG)))
        angles = pa.array(list(AZIMUTH_DEG.values())).take(place)
        return columns | {
            "azimuth_deg": pc.coalesce(columns["azimuth_deg"], angles),
            "mount": pc.coalesce(columns["mount"], mount_of_type(columns["camera_type"])),
        }


def _with_words(request: LoadRequest) -> LoadRequest:
    """Return the request with directions among its values, below the source's own."""
    own = request.source.values
    values = {**own, **{name: words | own.get(name, {}) for name, words in _READ_AS.items()}}
    return replace(request, source=request.source.model_copy(update={"values": values}))


loader = CameraLoader()
