"""Relative descriptions: read them, and bring them to the ground with an uncertainty."""

from blockdata.address.relative.description import RELATIONS, Description
from blockdata.address.relative.placing import (
    DescribedPlace,
    place_description,
    place_descriptions,
)
from blockdata.address.relative.precision import Precision
from blockdata.address.relative.reading import anchor_texts, describe, describe_all
from blockdata.address.relative.streets import StreetIndex

__all__ = [
    "RELATIONS",
    "DescribedPlace",
    "Description",
    "Precision",
    "StreetIndex",
    "anchor_texts",
    "describe",
    "describe_all",
    "place_description",
    "place_descriptions",
]
