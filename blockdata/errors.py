"""Every error this toolkit raises, in one place, under one root.

An error names *where* it happened, what *came*, what was *allowed* and what to do *next*.
Texts never carry a cell's value from a source file, because it may be about a person.
"""

from __future__ import annotations


class BlockdataError(Exception):
    """Root of all errors of the toolkit.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    where : str, optional
        File, row, column, table or setting.
    allowed : str, optional
        What would have been accepted.
    next_step : str, optional
        What the reader can do now.

    Examples
    --------
    >>> from blockdata.errors import ConfigError
    >>> print(ConfigError("unknown key 'crss'", where="city.toml [city]", allowed="crs"))
    city.toml [city]: unknown key 'crss'; allowed: crs
    """

    def __init__(
        self, message: str, *, where: str = "", allowed: str = "", next_step: str = ""
    ) -> None:
        self.message = message
        self.where = where
        self.allowed = allowed
        self.next_step = next_step
        super().__init__(self._text())

    def _text(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.next_step:
            text += f". {self.next_step}"
        return text


class ConfigError(BlockdataError, ValueError):
    """The city's configuration file or a setting in it cannot be used."""


class DeclarationError(BlockdataError, ValueError):
    """A record kind or field is declared in a way that contradicts itself."""


class SourceError(BlockdataError, ValueError):
    """A delivery as a whole cannot be loaded; `reason` is its short code."""

    def __init__(self, message: str, *, reason: str, where: str = "", next_step: str = "") -> None:
        self.reason = reason
        super().__init__(message, where=where, next_step=next_step)


class CrsError(BlockdataError, ValueError):
    """A coordinate system is missing, unusable or in the wrong unit."""


class StoreError(BlockdataError, OSError):
    """The base on disk cannot be read or written."""


class SnapshotError(StoreError, LookupError):
    """No kept snapshot answers the request."""


class LockedError(StoreError):
    """Another run holds the base."""


class KeyMissingError(BlockdataError, PermissionError):
    """An encrypted part of the base is needed and its key is not there."""


class DecisionError(BlockdataError, ValueError):
    """A decision cannot be read or does not fit the base."""


class PrivacyError(BlockdataError, ValueError):
    """The request would take in, or give out, what the base promises not to hold."""


class AnalysisError(BlockdataError, ValueError):
    """An analysis cannot be done on this input."""


class GeometryNeededError(AnalysisError):
    """A statistic needs geometry and the base has none for these places."""
