"""One reader for every file format: all columns as text, each row with its number."""

from blockdata_loaders.reader.open import read_file
from blockdata_loaders.reader.raw import BadRow, RawTable

__all__ = ["BadRow", "RawTable", "read_file"]
