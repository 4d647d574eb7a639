"""A city's own coordinate systems: parameters that lead to a known one, and are never told.

The parameters of a local system may be state secrets. No text, representation or dump of the
classes here holds them, with one exception on request: `as_toml`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyproj
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_serializer

from blockdata.crs.names import known_crs

__all__ = ["Affine", "Helmert", "LocalSystem", "Similarity"]

Coordinates = npt.NDArray[np.float64]

_ROUNDS = 100_000
_ARCSEC = np.pi / 648_000


class _System(BaseModel):
    """What all local systems have: the known system that they lead to, and silence."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )
    told: ClassVar[tuple[str, ...]] = ("kind", "target")

    target: str = Field(description="Known coordinate system that the parameters lead to.")

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, getattr(self, name)) for name in self.told]

    @model_serializer
    def _without_parameters(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.told} | {"digest": self.digest}

    @property
    def digest(self) -> str:
        """What tells whether parameters changed; slow on purpose, so that guessing is dear."""
        return _slow_digest(self.as_toml())

    def as_toml(self) -> str:
        """Return the system as the lines of a configuration: the parameters, in full.

        Examples
        --------
        >>> shift = Similarity(target="EPSG:4549", east_m=500.5, north_m=-20, positive="clockwise")
        >>> print(shift.as_toml())
        kind = "similarity"
        target = "EPSG:4549"
        east_m = 500.5
        north_m = -20.0
        rotation_arcsec = 0.0
        positive = "clockwise"
        scale = 1.0
        """
        names = [*self.told, *(n for n in type(self).model_fields if n not in self.told)]
        return "\n".join(f"{name} = {_toml(getattr(self, name))}" for name in names)


@functools.lru_cache(maxsize=8)
def _slow_digest(text: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"blockdata.crs.local", _ROUNDS).hex()


def _toml(value: str | float | tuple[float, ...]) -> str:
    # A string, a finite number and a list of them look the same in JSON.
    return json.dumps(value, ensure_ascii=False)


class Similarity(_System):
    """Four parameters of the plane: two shifts, a turn about the origin, and a scale.

    With r the rotation seen anticlockwise, E and N easting and northing of the local system:
    east = east_m + scale (cos r E - sin r N) and north = north_m + scale (sin r E + cos r N).

    Parameters
    ----------
    target : str
        Known projected coordinate system in metres, as "EPSG:4549".
    east_m, north_m : float
        Coordinates of the local origin in the target.
    rotation_arcsec : float, default 0
    positive : {"clockwise", "anticlockwise"}
        How a positive rotation turns, seen on a map with north up. Formulae of surveyors whose X
        points north turn clockwise, those of mathematics anticlockwise.
    scale : float, default 1

    Examples
    --------
    >>> quarter = Similarity(target="EPSG:4549", east_m=500_000, north_m=3_990_000,
    ...                      rotation_arcsec=324_000, positive="clockwise")
    >>> quarter.placed(np.array([[0.0, 10.0]])).round(6).tolist()
    [[500010.0, 3990000.0]]
    >>> quarter
    Similarity(kind='similarity', target='EPSG:4549')
    """

    kind: Literal["similarity"] = "similarity"
    east_m: float
    north_m: float
    rotation_arcsec: float = 0.0
    positive: Literal["clockwise", "anticlockwise"]
    scale: float = Field(default=1.0, ge=0.9, le=1.1)

    def placed(self, coordinates: Coordinates) -> Coordinates:
        """Bring coordinates of shape (n, 2), easting first, into the target."""
        turn = self.rotation_arcsec * _ARCSEC * (-1 if self.positive == "clockwise" else 1)
        cos, sin = self.scale * np.cos(turn), self.scale * np.sin(turn)
        return _plane(coordinates, (cos, -sin, self.east_m, sin, cos, self.north_m))


class Affine(_System):
    """Six parameters of the plane.

    Parameters
    ----------
    target : str
        Known projected coordinate system in metres, as "EPSG:4549".
    matrix : tuple of six floats
        a, b, c, d, e, f with east = a E + b N + c and north = d E + e N + f, where E and N are
        easting and northing of the local system.

    Examples
    --------
    >>> shift = Affine(target="EPSG:4549", matrix=(1, 0, 500_000, 0, 1, 3_990_000))
    >>> shift.placed(np.array([[10.0, 20.0]])).tolist()
    [[500010.0, 3990020.0]]
    """

    kind: Literal["affine"] = "affine"
    matrix: tuple[float, float, float, float, float, float]

    @field_validator("matrix")
    @classmethod
    def _turns_back(cls, matrix: tuple[float, ...]) -> tuple[float, ...]:
        a, b, _, d, e, _ = matrix
        if abs(a * e - b * d) < 1e-6:
            raise ValueError("the six parameters put everything on one line")
        return matrix

    def placed(self, coordinates: Coordinates) -> Coordinates:
        """Bring coordinates of shape (n, 2), easting first, into the target."""
        return _plane(coordinates, self.matrix)


def _plane(coordinates: Coordinates, matrix: tuple[float, ...]) -> Coordinates:
    a, b, c, d, e, f = matrix
    east, north = coordinates.T
    return np.column_stack([a * east + b * north + c, d * east + e * north + f])


class Helmert(_System):
    """Seven parameters between two datums (Bursa-Wolf, with the rotations taken as small).

    Heights are taken as 0 on both ellipsoids, which costs millimetres in the plane.

    Parameters
    ----------
    source : str
        Coordinate system of the deliveries on the old datum, projected or in degrees: with the
        parameters, Beijing 1954 (as "EPSG:2436") and Xian 1980 (as "EPSG:2384") can be used.
    target : str
        Known coordinate system on the new datum, as "EPSG:4490".
    convention : {"position_vector", "coordinate_frame"}
        How the signs of the rotations are meant (EPSG methods 9606 and 9607).
    dx_m, dy_m, dz_m : float
    rx_arcsec, ry_arcsec, rz_arcsec : float, default 0
    scale_ppm : float, default 0

    Examples
    --------
    >>> invented = Helmert(source="EPSG:4214", target="EPSG:4490", convention="position_vector",
    ...                    dx_m=10, dy_m=-120, dz_m=-40)
    >>> invented.placed(np.array([[120.38, 36.07]])).round(4).tolist()
    [[120.3806, 36.0703]]
    """

    told: ClassVar[tuple[str, ...]] = ("kind", "source", "target", "convention")

    kind: Literal["helmert"] = "helmert"
    source: str
    convention: Literal["position_vector", "coordinate_frame"]
    dx_m: float
    dy_m: float
    dz_m: float
    rx_arcsec: float = 0.0
    ry_arcsec: float = 0.0
    rz_arcsec: float = 0.0
    scale_ppm: float = 0.0

    def placed(self, coordinates: Coordinates) -> Coordinates:
        """Bring coordinates of shape (n, 2), easting or longitude first, into the target."""
        for step in _transformers(self):
            coordinates = np.column_stack(step.transform(*coordinates.T))
        return coordinates


@functools.lru_cache(maxsize=8)
def _transformers(system: Helmert) -> tuple[pyproj.Transformer, ...]:
    old, new = known_crs(system.source), known_crs(system.target)
    before = () if old.is_geographic else (_within(old, old.geodetic_crs),)
    after = () if new.is_geographic else (_within(new.geodetic_crs, new),)
    return (*before, _between_datums(system, old, new), *after)


def _between_datums(system: Helmert, old: pyproj.CRS, new: pyproj.CRS) -> pyproj.Transformer:
    shifts = f"+x={system.dx_m} +y={system.dy_m} +z={system.dz_m} +s={system.scale_ppm}"
    turns = f"+rx={system.rx_arcsec} +ry={system.ry_arcsec} +rz={system.rz_arcsec}"
    steps = (
        "unitconvert +xy_in=deg +xy_out=rad",
        f"cart {_ellipsoid(old)}",
        f"helmert +convention={system.convention} {shifts} {turns}",
        f"cart +inv {_ellipsoid(new)}",
        "unitconvert +xy_in=rad +xy_out=deg",
    )
    pipeline = "+proj=pipeline " + " ".join(f"+step +proj={step}" for step in steps)
    return pyproj.Transformer.from_pipeline(pipeline)


def _within(source: pyproj.CRS | None, target: pyproj.CRS | None) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


def _ellipsoid(crs: pyproj.CRS) -> str:
    shape = crs.ellipsoid
    if shape is None:
        raise pyproj.exceptions.CRSError("a coordinate system without an ellipsoid")
    return f"+a={shape.semi_major_metre} +rf={shape.inverse_flattening}"


LocalSystem = Annotated[Similarity | Affine | Helmert, Field(discriminator="kind")]
"""A local system of any kind, for annotations; `kind` tells which."""
