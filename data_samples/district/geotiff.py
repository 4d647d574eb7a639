"""A plain GeoTIFF with the same bytes whatever library is installed."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

_SHORT, _LONG, _DOUBLE, _ASCII = 3, 4, 12, 2
_PACK = {_SHORT: "H", _LONG: "I", _DOUBLE: "d"}
_WGS84 = (
    *(1, 1, 0, 4),
    *(1024, 0, 1, 2),  # coordinates are geographic,
    *(1025, 0, 1, 1),  # a pixel is an area,
    *(2048, 0, 1, 4326),
    *(2054, 0, 1, 9102),  # in degrees
)


def geotiff(
    values: npt.NDArray[np.float64], west: float, north: float, step: float, nodata: float
) -> bytes:
    r"""Return a raster in degrees of WGS 84 as an uncompressed GeoTIFF of 32-bit floats.

    Parameters
    ----------
    values : ndarray of float, shape (rows, columns)
        North first.
    west, north, step : float
        Edges and width of a pixel in degrees.
    nodata : float

    Returns
    -------
    bytes

    Examples
    --------
    >>> geotiff(np.ones((2, 3)), 120.0, 36.0, 0.1, -99999.0)[:4]
    b'II*\x00'
    """
    rows, columns = values.shape
    pixels = values.astype("<f4").tobytes()
    tags: list[tuple[int, int, tuple[float, ...] | bytes]] = [
        (256, _LONG, (columns,)),
        (257, _LONG, (rows,)),
        (258, _SHORT, (32,)),
        (259, _SHORT, (1,)),  # not compressed
        (262, _SHORT, (1,)),
        (273, _LONG, (8,)),  # the pixels follow the header
        (277, _SHORT, (1,)),
        (278, _LONG, (rows,)),
        (279, _LONG, (len(pixels),)),
        (339, _SHORT, (3,)),  # floats
        (33550, _DOUBLE, (step, step, 0.0)),
        (33922, _DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0)),
        (34735, _SHORT, _WGS84),
        (42113, _ASCII, f"{nodata:g}".encode() + b"\0"),
    ]
    at = 8 + len(pixels)
    directory, beyond = b"", b""
    room = at + 2 + 12 * len(tags) + 4
    for tag, kind, held in tags:
        data = held if isinstance(held, bytes) else struct.pack(f"<{len(held)}{_PACK[kind]}", *held)
        directory += struct.pack("<HHI", tag, kind, len(held))
        if len(data) <= 4:
            directory += data.ljust(4, b"\0")
        else:
            directory += struct.pack("<I", room + len(beyond))
            beyond += data + b"\0" * (len(data) % 2)
    header = b"II*\0" + struct.pack("<I", at)
    return header + pixels + struct.pack("<H", len(tags)) + directory + b"\0" * 4 + beyond
