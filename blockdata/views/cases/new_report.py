"""A report that is not in the base yet, as it is compared with those that are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from blockdata.batch.prints import print_key
from blockdata.batch.reports import radius_of_points_m, with_known_places
from blockdata.config import Config
from blockdata.engines import case_lookups, duplicate_feeds, lookups
from blockdata.errors import AnalysisError
from blockdata.link.duplicates import place_keys, text_fingerprints
from blockdata.records.convert import convert_column
from blockdata.records.masking import mask_personal
from blockdata.records.pseudonyms import normal_phone, pseudonyms
from blockdata.store.session import Session

__all__ = ["FIELDS", "NEW", "NewReports"]

FIELDS = (
    *("reported_at", "source", "category", "main_category", "address_text", "x", "y"),
    *("component_code", "caller", "content"),
)
"""What may be told of a new report."""


NEW = "new"
"""Id of a report that is not in the base."""
_OWN = "source"
_POINTS = ("x", "y")

Report = dict[str, Any]


class NewReports:
    """Reads new reports as the nightly run reads those that are delivered.

    Parameters
    ----------
    session : Session
    config : Config
    match : callable
        Matches address texts, as `Base.match`.
    """

    def __init__(
        self,
        session: Session,
        config: Config,
        match: Callable[[Sequence[str | None]], pd.DataFrame],
    ) -> None:
        self._session = session
        self._time_zone = config.city.time_zone
        self._match = match
        self._main = pd.Series(dtype="str")

    def learn(self, reports: pd.DataFrame) -> None:
        """Take from the reports of the base which main category each category has."""
        told = reports.dropna(subset=["category", "main_category"])
        self._main = told.groupby("category")["main_category"].min()

    def read(self, report: Mapping[str, object]) -> Report:
        """Return what a report says, typed.

        Raises
        ------
        AnalysisError
            If it has no readable time, or a field that reports do not have.
        """
        unknown = sorted(set(report) - set(FIELDS))
        if unknown:
            raise AnalysisError(
                f"reports have no field {unknown[0]!r}",
                where="repeats_of",
                allowed=", ".join(FIELDS),
            )
        said = {name: self._typed(name, report.get(name)) for name in FIELDS}
        if said["reported_at"] is None:
            raise AnalysisError(
                "a report needs the time at which it was made",
                where="repeats_of",
                allowed="reported_at, as 2026-11-01 08:30 on the city's clocks",
            )
        return said | {"id": NEW}

    def placed(self, said: Report) -> pd.DataFrame:
        """Return a report, as it was read, as `reports_to_compare` returns those of the base."""
        told = said | self._where(said) | self._what(said)
        row = pd.DataFrame({name: [value] for name, value in told.items()})
        is_named = told["address_id"] in self._named.index
        named = self._named.loc[[told["address_id"]] if is_named else []].reset_index(drop=True)
        has_site = bool(named["site_id"].notna().any())
        row = with_known_places(row, named, [] if has_site else self._roads)
        return row.assign(radius_m=radius_of_points_m(row))

    def _typed(self, name: str, value: object) -> object:
        """Return a value as its field has it; what cannot be read is told, never shown."""
        if value is None or value != value:  # NaN and NaT are not themselves.
            return None
        if name in _POINTS:
            try:
                return float(str(value))
            except ValueError as error:
                raise AnalysisError("not a number", where=f"repeats_of, {name}") from error
        if name == _OWN:
            return str(value)
        field = self._session.catalogue.kind("incident").field(name)
        typed, bad = convert_column(field, pa.array([str(value)]), time_zone=self._time_zone)
        if bad[0]:
            raise AnalysisError(
                "the value cannot be read", where=f"repeats_of, {name}", allowed=str(field.type)
            )
        read = typed[0].as_py()
        if name in {"address_text", "content"} and read is not None:
            return mask_personal(read)
        return pd.Timestamp(read) if name == "reported_at" else read

    def _where(self, said: Report) -> Report:
        """Return the address, its community, and its point where none was measured."""
        found = self._match([_text(said["address_text"])]).iloc[0]
        address = _text(found["address_id"])
        point = self._points.loc[address] if address in self._points.index else None
        measured = all(said[name] is not None for name in _POINTS)
        at: Mapping[Any, Any] = said if measured or point is None else point.to_dict()
        return {
            **{name: float(np.nan if at[name] is None else at[name]) for name in _POINTS},
            "address_id": address,
            "match_level": found["level"],
            "made": "coordinates" if measured else "address",
            "error_m": np.nan,
            "cell": None if point is None else _text(point["cell"]),
        }

    def _what(self, said: Report) -> Report:
        """Return what it is about, and of who called and of what was said what is compared."""
        category = self._label(said["source"], said["category"])
        content, place = _text(said["content"]), _text(said["address_text"])
        return {
            "category": category,
            "main_category": said["main_category"] or self._main.get(category),
            "component_id": self._component(said["component_code"]),
            "caller": self._pseudonym(said["caller"]),
            "fingerprint": self._print(content, place),
        }

    def _print(self, content: str | None, place: str | None) -> bytes | None:
        """Return the fingerprint of a text, None where the steward's part is closed."""
        return text_fingerprints([content], self._key, [place])[0] if self._key else None

    def _label(self, source: object, category: object) -> str | None:
        """Return what a category counts as: by its source's table, else by any source's."""
        if not isinstance(category, str):
            return None
        own = self._labels[self._labels["category"] == category]
        of_source = own[own["source"] == source]
        known = of_source if len(of_source) else own
        return category if known.empty else str(known["label"].iloc[0])

    def _component(self, code: object) -> str | None:
        if not isinstance(code, str):
            return None
        rows = lookups.rows_with(self._session, "component", "code", [code])
        return None if rows.empty else str(rows["id"].iloc[0])

    def _pseudonym(self, number: object) -> str | None:
        """Return a caller's pseudonym, None where the steward's part is closed."""
        if not isinstance(number, str) or self._secret is None:
            return None
        keyed = pseudonyms(normal_phone(pa.array([number])), self._secret)
        found: str | None = keyed[0].as_py()
        return found

    @cached_property
    def _secret(self) -> bytes | None:
        if "people" not in self._session.parts:
            return None
        secret = self._session.meta("pseudonym_secret", "people")
        return None if secret is None else bytes.fromhex(secret)

    @cached_property
    def _key(self) -> bytes | None:
        return print_key(self._session)

    @cached_property
    def _named(self) -> pd.DataFrame:
        return place_keys(self._elements).set_index("id", drop=False)

    @cached_property
    def _roads(self) -> list[str]:
        return sorted(self._elements["road"].dropna().unique())

    @cached_property
    def _elements(self) -> pd.DataFrame:
        return duplicate_feeds.address_elements(self._session)

    @cached_property
    def _labels(self) -> pd.DataFrame:
        return case_lookups.case_rows(self._session, "category")

    @cached_property
    def _points(self) -> pd.DataFrame:
        return case_lookups.address_points(self._session).set_index("id")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
