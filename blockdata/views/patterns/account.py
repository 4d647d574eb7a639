"""What became of all incidents in a count: nothing is lost without a word."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd

from blockdata.engines import cube_feeds
from blockdata.report.words import Words, whole
from blockdata.views.patterns.asked import Asked
from blockdata.views.patterns.ground import Ground

__all__ = ["account_of", "lines_of", "placed"]

_WHY = MappingProxyType(
    {
        "counted": ("已统计", "counted"),
        "before": ("在时段之前", "before the period"),
        "after": ("在时段之后", "after the period"),
        "default location": (
            "位于默认位置，不是真实地点",
            "at a default location, which is no place",
        ),
        "uncertain place": ("地点不够确定", "their place is not sure enough"),
        "no place": ("位置不够具体", "their place is not known closely enough"),
        "described": (
            "仅由文字描述定位（如路口），不归入任何单元",
            "located by a description only, as a crossing is, which lies between cells",
        ),
        "outside": ("不在任何统计单元内", "in none of the cells"),
        "too far": ("距离街巷过远", "too far from every street"),
        "unseen": ("作废或经决定不予统计", "void, or decided to be ignored"),
    }
)
_NO_EPISODE = ("未归入任何问题（{}）", "in no episode ({})")


def placed(events: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Say where each event is counted, and why it is not.

    Parameters
    ----------
    events : DataFrame
        As from `blockdata.engines.cube_feeds.events`.
    ground : Ground

    Returns
    -------
    DataFrame
        place (null where it is in no cell), lost (code of why, null where it has a place).
    """
    pointless = events["x"].isna().to_numpy()
    described = events["described"].to_numpy(dtype=bool)
    place, outside = events["place"].astype("str"), "outside"
    if ground.by_points:
        at = np.full(len(events), None, dtype=object)
        usable = ~pointless & ~described
        known = events[usable]
        at[usable] = ground.locate(known["x"], known["y"]).to_numpy(dtype=object)
        place = pd.Series(at, index=events.index, dtype="str")
        outside = "too far" if ground.along_streets else outside
    elif ground.cells is not None:
        place = place.where(place.isin(ground.cells["cell"]))
    else:
        pointless = described = np.zeros(len(events), dtype=bool)
        outside = "uncertain place"
    lost = np.select(
        [place.notna(), events["at_default"].to_numpy(dtype=bool), pointless, described],
        ["", "default location", "no place", "described"],
        outside,
    )
    why = pd.Series(lost, index=events.index, dtype="str")
    return pd.DataFrame({"place": place, "lost": why.mask(why == "")})


def account_of(asked: Asked, words: Words, lost: pd.Series[str]) -> pd.DataFrame:
    """Count what became of all events, and of the reports that are in no episode.

    Parameters
    ----------
    asked : Asked
    words : Words
    lost : Series of str
        Of each event in the period: code of why it is not counted, null where it is.

    Returns
    -------
    DataFrame
        unit ("episodes", "reports"), code, what (in words), number; those of the unit that is
        counted add up to all of them before as_of.
    """
    session, of, chosen, (since, end) = asked.session, asked.of, asked.chosen, asked.span
    until_end, known = (
        cube_feeds.count_before(session, moment, of, chosen) for moment in (end, asked.until)
    )
    before = cube_feeds.count_before(session, since, of, chosen)
    numbers = lost.fillna("counted").value_counts().to_dict()
    numbers |= {"before": before, "after": known - until_end}
    rows = [(of, code, words.t(*_WHY[code]), int(numbers.get(code, 0))) for code in _WHY]
    if of == "episodes":
        for code, number in cube_feeds.without_episode(session, asked.span, chosen).items():
            why = words.t(*_WHY.get(code, (code, code)))
            rows.append(("reports", code, words.t(*_NO_EPISODE).format(why), number))
    unseen = cube_feeds.count_unseen(session, asked.span, chosen)
    rows.append(("reports", "unseen", words.t(*_WHY["unseen"]), unseen))
    kept = [row for row in rows if row[3] or row[1] == "counted"]
    return pd.DataFrame(kept, columns=["unit", "code", "what", "number"])


def lines_of(account: pd.DataFrame, words: Words) -> list[str]:
    """Return an account as lines of text."""
    units = {"episodes": ("个问题", "episodes"), "reports": ("件上报", "reports")}
    return [
        f"{whole(number)} {words.t(*units[unit])}{words.t('：', ': ')}{what}"
        for unit, what, number in zip(
            account["unit"], account["what"], account["number"], strict=True
        )
    ]
