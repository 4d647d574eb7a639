"""Profiles: how known systems lay out their files, so that a source need not say it again.

A profile is a TOML file with what a source would otherwise say: kind, columns, values, constants,
missing, and where they are sure crs, encoding and the like. Packages that offer loaders may offer
profiles with them, in the folder that their attribute PROFILES names; a city may have its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from blockdata.errors import ConfigError
from blockdata.records.codes import Grade

__all__ = [
    "ChangeFlag",
    "Profile",
    "find_profile",
    "known_profiles",
    "read_profile",
    "with_profile",
]

LOADERS = "blockdata.loaders"
"""Entry-point group of loaders; the packages in it may offer profiles."""

_SUFFIX = ".toml"
_SETTINGS = ("kind", "key", "crs", "encoding", "delimiter", "sheet", "layer", "distinct")
"""What a source takes from its profile as a whole, unless it says something itself."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChangeFlag(_Section):
    """The column of a delta that says which rows remove."""

    column: str
    removes: tuple[str, ...] = ("D", "删除", "注销", "delete")


class Profile(_Section):
    """One layout.

    Parameters
    ----------
    zh, en : str
        What it is the layout of.
    about : str
        What to know before it is used.
    grade : "A", "B" or "C"
        Evidence for the column names; see `codes.EVIDENCE`.
    kind : str
        Record kind.
    columns : dict of source column to field name
        A column may be missing; of several for one field the first that is there counts. "" leaves
        a column out that no field takes by name.
    values, constants, missing, key, crs, encoding, delimiter, sheet, layer, distinct
        As of a source.
    change : ChangeFlag, optional
        Holds for sources whose mode is "delta".
    """

    zh: str
    en: str
    about: str = ""
    grade: Grade
    kind: str
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    missing: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    crs: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    layer: str | None = None
    distinct: bool = False
    change: ChangeFlag | None = None


def known_profiles() -> dict[str, Path]:
    """Return the files of the profiles that installed packages offer, by name.

    Returns
    -------
    dict of str to Path
        Sorted by name; of two packages' profiles with one name, that of the package first by
        name.

    Examples
    --------
    >>> "cjt214_component" in known_profiles()
    True
    """
    packages = {entry.module.split(".")[0] for entry in entry_points(group=LOADERS)}
    found: dict[str, Path] = {}
    for package in sorted(packages):
        folder = getattr(import_module(package), "PROFILES", None)
        for path in sorted(Path(folder).glob(f"*{_SUFFIX}")) if folder else ():
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find_profile(name: str, folder: Path = Path()) -> Profile:
    """Return a profile by name, or by the path of a city's own.

    Parameters
    ----------
    name : str
        One of `known_profiles`, or the path of a TOML file.
    folder : Path, optional
        The configuration's folder, from which a path is taken.

    Raises
    ------
    ConfigError
        If there is no such profile, or it holds what it must not.

    Examples
    --------
    >>> find_profile("gbt28181_camera").kind
    'camera'
    """
    if name.endswith(_SUFFIX):
        return read_profile(folder / name)
    known = known_profiles()
    if name not in known:
        raise ConfigError(
            f"no profile {name!r}",
            allowed=", ".join(known) or "none is installed",
            next_step=f"A profile of your own is named by its path and ends in {_SUFFIX}.",
        )
    return read_profile(known[name])


def read_profile(path: Path) -> Profile:
    """Read and check one profile.

    Raises
    ------
    ConfigError
        If the file is missing, is no TOML, or holds a key or a value that is not allowed.
    """
    where = f"profile {path.name}"
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError as error:
        raise ConfigError("no such file", where=where) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML in UTF-8 ({error})", where=where) from error
    except ValidationError as error:
        told = "; ".join(f"[{'.'.join(map(str, e['loc']))}] {e['msg']}" for e in error.errors())
        raise ConfigError(told, where=where) from error


def with_profile(raw: Mapping[str, Any], folder: Path = Path()) -> dict[str, Any]:
    """Return what a source says, with what its profile says below it.

    Parameters
    ----------
    raw : mapping
        A source as the configuration has it, with "profile".
    folder : Path, optional
        See `find_profile`.

    Returns
    -------
    dict
        Settings of the source stand above the profile's; values and constants field by field;
        texts that are missing are those of both. The profile's columns stand apart, under
        "profile_columns", for a file may lack them. Of a path its last part is kept.

    Raises
    ------
    ConfigError
        If there is no such profile, or it is of another kind than the source says.

    Examples
    --------
    >>> source = {"name": "parts", "profile": "cjt214_component", "constants": {"status": "完好"}}
    >>> merged = with_profile(source)
    >>> merged["kind"], merged["constants"]
    ('component', {'scheme': 'CJ/T 214-2007', 'status': '完好'})
    >>> merged["profile_columns"]["BGID"]
    'unit_grid_code'
    """
    name = str(raw["profile"])
    profile = find_profile(name, folder)
    said = {key: value for key, value in raw.items() if value is not None}
    if said.get("kind", profile.kind) != profile.kind:
        raise ConfigError(
            f"profile {name!r} is of kind {profile.kind!r}, the source of kind {said['kind']!r}",
            allowed="one kind",
        )
    merged = {key: getattr(profile, key) for key in _SETTINGS if getattr(profile, key)} | said
    merged["profile"] = Path(name).name
    merged["profile_columns"] = profile.columns
    merged["values"] = _joined(profile.values, said.get("values", {}))
    merged["constants"] = _constants(profile, said)
    merged["missing"] = tuple(dict.fromkeys((*profile.missing, *said.get("missing", ()))))
    if profile.change and said.get("mode") == "delta":
        merged.setdefault("change", profile.change)
    return merged


def _joined(
    below: Mapping[str, Mapping[str, str]], above: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    fields = dict.fromkeys((*below, *above))
    return {name: {**below.get(name, {}), **above.get(name, {})} for name in fields}


def _constants(profile: Profile, said: Mapping[str, Any]) -> dict[str, str]:
    """Return constants of both; a column that the source itself names stands above the profile."""
    named = set(said.get("columns", {}).values())
    of_profile = {name: text for name, text in profile.constants.items() if name not in named}
    return {**of_profile, **said.get("constants", {})}
