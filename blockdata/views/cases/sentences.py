"""What is known of one case, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.config import Config
from blockdata.report.words import metres, share, whole
from blockdata.views.cases.words import CaseWords

__all__ = ["sections_of"]

Frames = Mapping[str, pd.DataFrame]
_MISSING = "—"


def sections_of(
    frames: Frames, words: CaseWords, config: Config, order: Sequence[str]
) -> dict[str, list[str]]:
    """Tell a case in words.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        The tables of a `CaseExplanation` by name.
    words : CaseWords
    config : Config
    order : sequence of str
        Kinds of target that can be a place, the most specific first.

    Returns
    -------
    dict of str to list of str
        Sentences by title, in order.
    """
    teller = _Teller(words, config, tuple(order))
    t = words.t
    told = {
        t("案件", "Case"): teller.record(frames),
        t("类别", "Category"): teller.category(frames["category"]),
        t("关联对象", "What it is about"): teller.links(frames["links"]),
        t("矛盾", "Contradictions"): teller.contradictions(frames["contradictions"]),
        t("计入地点", "Where it counts"): teller.place(frames["place"], frames["links"]),
        t("重复上报", "Other reports of it"): teller.duplicates(frames["duplicates"]),
        t("所属问题", "Episode"): teller.episode(frames["episode"]),
        t("串并", "Chains"): teller.chains(frames["chains"], frames["chain_links"]),
        t("办理过程", "Course"): teller.course(frames["steps"], frames["course"]),
        t("时限", "Time limit"): teller.limit(frames["limit"]),
        t("责任单位", "Who answers"): teller.units(frames["units"]),
    }
    return {title: list(lines) for title, lines in told.items()}


@dataclass(frozen=True)
class _Teller:
    words: CaseWords
    config: Config
    order: tuple[str, ...]

    def record(self, frames: Frames) -> Iterator[str]:
        w, row = self.words, frames["record"].iloc[0]
        yield w.t(
            f"{row['case_no']}（{row['id']}），来源 {row['source']}",
            f"{row['case_no']} ({row['id']}) of {row['source']}",
        )
        yield w.t(
            f"上报 {self._at(row['reported_at'])}，结案 {self._at(row['closed_at'])}",
            f"reported {self._at(row['reported_at'])}, closed {self._at(row['closed_at'])}",
        )
        yield w.t(
            f"地址：{_text(row['address_text'])}",
            f"address as written: {_text(row['address_text'])}",
        )
        if frames["place"].empty:
            yield w.t(
                "不参与分析：作废、决定忽略，或上报晚于截止日",
                "left out of the analysis: void, to be ignored, or reported after its end",
            )

    def category(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            if pd.isna(row["code"]):
                yield w.t(
                    f"{row['category']}：未对应到代码（cases.suggestions 给出候选）",
                    f"{row['category']}: mapped to no class (cases.suggestions has candidates)",
                )
                continue
            named = f"{_text(row['name'])} {row['code']} ({row['scheme']})"
            yield w.t(
                f"{row['category']} → {named}，{w.mapped_by(row['method'])}",
                f"{row['category']} → {named}, {w.mapped_by(row['method'])}",
            )
        if rows.empty:
            yield w.t("没有类别", "it has no category")

    def links(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            line = f"{w.thing(row['target_kind'])} {_named(row['target'], row['name'])}"
            line += w.t("：", ": ") + f"{share(row['probability'])}, {w.method(row['method'])}"
            if not pd.isna(row["distance_m"]):
                line += f", {row['distance_m']:.0f} m"
            line += w.t("；", "; ") + w.phrase(row["evidence"])
            if isinstance(row["runner_up"], str):
                second = _named(row["runner_up"], row["runner_up_name"])
                chance = share(row["runner_up_probability"])
                line += w.t(f"；次选 {second} {chance}", f"; runner-up {second} {chance}")
            yield line
        if rows.empty:
            yield w.t("没有足以认定的对象", "nothing is certain enough")

    def contradictions(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            first, second = (self._side(row, side) for side in ("first", "second"))
            apart, allowed = _metres(row["distance_m"]), _metres(row["allowed_m"])
            stands = w.target(str(row["stands"]))
            yield w.t(
                f"{first}与{second}相距 {apart}（来源误差允许 {allowed}），"
                f"矛盾的把握 {share(row['probability'])}；取信{stands}",
                f"{first} and {second} are {apart} apart ({allowed} by the source's errors), "
                f"{share(row['probability'])} certain; believed: {stands}",
            )
        if rows.empty:
            yield w.t("没有", "none")

    def place(self, place: pd.DataFrame, links: pd.DataFrame) -> Iterator[str]:
        w, least = self.words, self.config.linking.place_probability
        if place.empty or not isinstance(place["place"].iloc[0], str):
            yield w.t(
                f"不计入任何地点：没有把握达到 {least:.0%} 的对象",
                f"counts at no place: nothing is at least {least:.0%} certain",
            )
            return
        row = place.iloc[0]
        kind = str(row["place_kind"])
        named = _named(row["place"], row["name"])
        yield w.t(
            f"{w.thing(kind)} {named}：把握不低于 {least:.0%} 的对象中最具体的一个",
            f"{w.thing(kind)} {named}: the most specific of what is at least {least:.0%} certain",
        )
        yield from self._passed_over(kind, links, least)
        if not pd.isna(row["x"]):
            error = _metres(row["error_m"])
            yield w.t(
                f"点位取自{w.made(row['made'])}，误差约 {error}",
                f"its point is made of {w.made(row['made'])}, to about {error}",
            )

    def _passed_over(self, kind: str, links: pd.DataFrame, least: float) -> Iterator[str]:
        """Tell what would be more specific and is not certain enough."""
        finer = self.order[: self.order.index(kind)] if kind in self.order else ()
        for row in links[links["target_kind"].isin(finer)].to_dict("records"):
            if row["probability"] < least:
                what = f"{self.words.thing(row['target_kind'])} "
                what += _named(row["target"], row["name"])
                chance = share(row["probability"])
                yield self.words.t(
                    f"更具体的{what}只有 {chance}，不计",
                    f"{what} is more specific and only {chance} certain: not counted",
                )

    def duplicates(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            same = w.t("同一事件", "the same occurrence")
            maybe = w.t("可能同一事件，未合并", "perhaps the same, not joined")
            parts = [f"{row['case_no']} ({row['incident']})", same if row["same"] else maybe]
            if _is_text(row["reason"]):
                parts += [f"{share(row['probability'])}{w.t('：', ': ')}{row['reason']}"]
            yield w.t("，", ", ").join(parts)
        if rows.empty:
            yield w.t("没有", "none")

    def episode(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        if rows.empty or not isinstance(rows["episode"].iloc[0], str):
            reason = w.excluded(rows["excluded_reason"].iloc[0]) if len(rows) else _MISSING
            yield w.t(f"不属于任何问题：{reason}", f"in no episode: {reason}")
            return
        row = rows.iloc[0]
        yield w.t(
            f"{row['episode']}：{row['category']}，{_named(row['place'], row['place_name'])}",
            f"{row['episode']}: {row['category']} at {_named(row['place'], row['place_name'])}",
        )
        first, last = self._at(row["first_reported"]), self._at(row["last_reported"])
        closed, status = self._at(row["closed_at"]), w.state(row["status"])
        yield w.t(
            f"{whole(row['reports'])} 件上报，首报 {first}，末报 {last}；{status}，结案 {closed}",
            f"{whole(row['reports'])} reports, the first {first}, the last {last}; {status}, "
            f"closed {closed}",
        )
        yield from self._remarks(row)

    def _remarks(self, row: pd.Series) -> Iterator[str]:
        told = {
            "reopenings": ("次重新打开", "times reopened"),
            "ignored_closings": ("次结案早于上报，不计", "closings before the report: ignored"),
            "administrative_closings": ("次行政性结案", "administrative closings"),
            "late_reports": ("件迟到的上报", "reports came late"),
        }
        for name, (zh, en) in told.items():
            if not pd.isna(row[name]) and row[name] > 0:
                yield f"{whole(row[name])} {self.words.t(zh, en)}"

    def chains(self, chains: pd.DataFrame, links: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in chains.to_dict("records"):
            usual = "" if pd.isna(row["usual_cases"]) else f"{row['usual_cases']:.1f}"
            yield w.t(
                f"{row['chain']}：{row['cases']} 件，历时 {row['span_days']:.0f} 天"
                + (f"（平时约 {usual} 件）" if usual else ""),
                f"{row['chain']}: {row['cases']} cases within {row['span_days']:.0f} days"
                + (f" (usually about {usual})" if usual else ""),
            )
            own = links[links["chain"] == row["chain"]]
            for link in own.to_dict("records"):
                yield w.t(f"与 {link['incident']}：", f"with {link['incident']}: ") + link["reason"]
        if chains.empty:
            yield str(chains.attrs.get("summary", w.t("不在任何串并链中", "in no chain")))

    def course(self, steps: pd.DataFrame, course: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in steps.to_dict("records"):
            unit = f" {row['department_name']}" if _is_text(row["department_name"]) else ""
            yield f"{self._at(row['step_at'])} {w.step(row['step'])}{unit}"
        for row in course.to_dict("records"):
            if not pd.isna(row["disorder"]):
                yield w.t("次序有误：", "out of order: ") + w.disorder(row["disorder"])
            if row["is_suspended"]:
                yield w.t("挂账中", "is suspended")
        if steps.empty:
            yield w.t("没有环节数据（incident_step）", "no steps are known (kind incident_step)")

    def limit(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            if pd.isna(row["limit"]):
                yield w.basis(row["limit_basis"])
                continue
            due = self._at(row["due_at"])
            limit = w.limit(row["limit"], str(row["limit_unit"]))
            yield w.t(f"{limit}，{due} 到期", f"{limit}, due {due}")
            yield w.t("依据：", "because: ") + w.basis(row["limit_basis"])
            used = _MISSING if pd.isna(row["used_share"]) else f"{row['used_share']:.0%}"
            yield w.t(f"已用 {used}，", f"{used} used, ") + w.light(row["light"])
            if not pd.isna(row["hours_left"]):
                hours = f"{abs(row['hours_left']):,.1f}"
                if row["hours_left"] < 0:
                    yield w.t(f"已超期 {hours} 工时", f"overdue by {hours} of its hours")
                else:
                    yield w.t(f"剩余 {hours} 工时", f"{hours} of its hours left")
        if rows.empty:
            days = self.config.responsibility.listed_days
            closed_long = w.t(
                f"未计算：只计在办的和最近 {days} 天内结案的案件",
                f"not told: only of open cases and those closed within {days} days",
            )
            yield str(rows.attrs.get("summary", closed_long))

    def units(self, rows: pd.DataFrame) -> Iterator[str]:
        w = self.words
        for row in rows.to_dict("records"):
            line = f"{row['rank']}. {_named(row['department'], row['department_name'])}"
            line += w.t("：", ": ") + row["why"]
            if row["disputed"]:
                border = "" if pd.isna(row["border_m"]) else f" ({row['border_m']:.0f} m)"
                line += w.t(f"；有争议{border}", f"; in dispute{border}")
            yield line
        if rows.empty:
            yield str(rows.attrs.get("summary", _MISSING))

    def _side(self, row: Mapping[Any, Any], side: str) -> str:
        kind = self.words.target(str(row[f"{side}_kind"]))
        if not _is_text(row[side]):
            return kind
        return f"{kind} {_named(row[side], row[f'{side}_name'])}"

    def _at(self, value: object) -> str:
        return self.words.moment(value, self.config.city.time_zone)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _text(value: object) -> str:
    return str(value) if _is_text(value) else _MISSING


def _named(identifier: object, name: object) -> str:
    return f"{name} ({identifier})" if _is_text(name) else _text(identifier)


def _metres(value: float) -> str:
    return _MISSING if pd.isna(value) else f"{metres(value)} m"
