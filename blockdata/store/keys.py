"""Keys of the encrypted parts: made outside the base, read from files or the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from blockdata.config import Config
from blockdata.errors import ConfigError, KeyMissingError
from blockdata.store import files

ENVIRONMENT = {"people": "BLOCKDATA_PEOPLE_KEY", "text": "BLOCKDATA_TEXT_KEY"}
"""Variables that take precedence over the key files."""

_SHORTEST = 32


@dataclass(frozen=True, repr=False)
class KeyRing:
    """The keys at hand; a key that is None leaves its part closed."""

    people: str | None = None
    text: str | None = None

    def of(self, part: str) -> str | None:
        """Return the key of a part, "people" or "text"."""
        return self.people if part == "people" else self.text

    def require(self, part: str) -> str:
        """Return the key of a part.

        Raises
        ------
        KeyMissingError
            If it is not at hand.
        """
        key = self.of(part)
        if key is None:
            raise KeyMissingError(
                f"the {part} key is needed and not there",
                allowed=f"[keys] {part}_file in the configuration, or ${ENVIRONMENT[part]}",
                next_step="Make keys with 'blockdata keys FOLDER', outside the base.",
            )
        return key


def read_keys(people_file: Path | None = None, text_file: Path | None = None) -> KeyRing:
    """Return the keys from the environment, else from the files that exist.

    Raises
    ------
    ConfigError
        If a key is shorter than 32 characters.
    """
    return KeyRing(_read("people", people_file), _read("text", text_file))


def keys_of(config: Config) -> KeyRing:
    """Return the keys that a configuration names, or those in the environment.

    Raises
    ------
    KeyMissingError
        If a key file is named and not there: a run without it would leave its part out.
    """
    people, text = config.keys.people_file, config.keys.text_file
    ring = read_keys(
        config.folder / people if people else None, config.folder / text if text else None
    )
    for part, named in (("people", people), ("text", text)):
        if named and ring.of(part) is None:
            raise KeyMissingError(
                f"the {part} key file is named and not there; nothing was read",
                where=f"[keys] {part}_file",
                next_step="Make keys with 'blockdata keys FOLDER', outside the base.",
            )
    return ring


def _read(part: str, path: Path | None) -> str | None:
    key = os.environ.get(ENVIRONMENT[part])
    if not key and path is not None and path.exists():
        key = path.read_text(encoding="utf-8").strip()
    if not key:
        return None
    if len(key) < _SHORTEST:
        raise ConfigError(f"the {part} key is too short", allowed=f"{_SHORTEST} characters or more")
    return key


def make_keys(folder: Path) -> tuple[Path, Path]:
    """Write a new key for each encrypted part, readable by their owner only.

    Parameters
    ----------
    folder : Path
        A folder outside the base; a key that exists is left alone.

    Returns
    -------
    tuple of Path
        The steward's and the analyst's key file.
    """
    paths = (folder / "people.key", folder / "text.key")
    for path in paths:
        if not path.exists():
            files.write_new(path, secrets.token_urlsafe(48) + "\n")
    return paths


def pseudonym_secret(people_key: str) -> bytes:
    """Return the secret for pseudonyms that a new base derives from the steward's key."""
    return hmac.new(people_key.encode(), b"blockdata pseudonym 1", hashlib.sha256).digest()
