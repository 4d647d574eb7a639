"""What the hotline, the app and the city management centre deliver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from data_samples.district.cases import APP, FAULTS, HOTLINE, PATROL
from data_samples.district.deliveries import FIRST, Delivery, days_of, points
from data_samples.district.identifiers import phones
from data_samples.district.matters import DEPARTMENTS, MATTERS, SCHEME, Matter
from data_samples.district.sizes import DELIVERED
from data_samples.district.tellings import contents
from data_samples.district.truth import TruthBook
from data_samples.district.world import World
from data_samples.district.writing import Written

_STEPS = (("受理", 0.0), ("派遣", 0.05), ("处置", 0.8), ("核查", 0.95), ("结案", 1.0))
"""Steps of a case and the share of its time that has passed by then."""

_STEP_DAYS = 153
_SATISFIED = np.array(["满意", "基本满意", "不满意", ""], dtype=object)
_DEMAND = np.array(["投诉", "投诉", "求助", "投诉", "建议"], dtype=object)
_PLACE_TOLD = 0.8
"""Above this chance a text says where it is, in the words of the address field."""

_LONG_AGO = dt.date(1990, 1, 1)
_NUL = np.datetime64("NaT")


def case_deliveries(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the incidents of all sources, their steps, and the rules they are handled by.

    Parameters
    ----------
    world : World
    book : TruthBook

    Yields
    ------
    Delivery
    """
    told = _texts(world, book)
    cases = world.cases.assign(text=told, filed=_filed(world))
    yield from _rules(world)
    yield from _hotline(world, cases[cases["source"] == HOTLINE])
    yield from _app(world, cases[cases["source"] == APP])
    yield from _patrol(world, book, cases[cases["source"] == PATROL])


def _texts(world: World, book: TruthBook) -> np.ndarray:  # type: ignore[type-arg]
    """Write where callers say that it is; patrols measure instead."""
    cases = world.cases
    texts = np.full(len(cases), "", dtype=object)
    called = (cases["source"] != PATROL).to_numpy() & ~cases["is_default"].to_numpy()
    names = np.array(["incident_hotline", "incident_app", "incident_patrol"], dtype=object)
    for plain in (False, True):
        rows = np.flatnonzero(called & (cases["plain"].to_numpy() == plain))
        part = world.streams.of(f"case texts {plain}")
        told = world.writer.write(cases["address"].to_numpy()[rows], part, register=plain)
        texts[rows] = told.text
        source = names[cases["source"].to_numpy()[rows]]
        book.addresses(source, cases["case_no"].to_numpy()[rows], told)  # type: ignore[arg-type]
    rows = np.flatnonzero(cases["is_default"].to_numpy())
    texts[rows] = world.library.table["full_text"].to_numpy()[world.default_address]
    nothing = Written(
        [""] * len(rows), np.full(len(rows), -1), ["none"] * len(rows), ["default"] * len(rows),
        [""] * len(rows), np.full(len(rows), -1), [""] * len(rows),
    )  # fmt: skip
    source = names[cases["source"].to_numpy()[rows]]
    book.addresses(source, cases["case_no"].to_numpy()[rows], nothing)  # type: ignore[arg-type]
    return texts


def _filed(world: World) -> np.ndarray:  # type: ignore[type-arg]
    """Return the matter under which each case is filed; a few are filed wrongly."""
    rng = world.streams.of("filing")
    cases = world.cases
    true = cases["matter"].to_numpy()
    wrong = rng.random(len(cases)) < FAULTS[world.hardness].misfiled
    wrong &= (cases["planted"] == "").to_numpy() & (cases["component"] < 0).to_numpy()
    called = np.flatnonzero([m.called > 0 for m in MATTERS])
    return np.where(wrong, called[rng.integers(0, len(called), len(cases))], true)


def _end(day: dt.date) -> np.datetime64:
    """Return the moment at which a delivery is drawn: the end of its day."""
    return np.datetime64(day + dt.timedelta(days=1), "s")


def _begin_of_month(day: dt.date, months_back: int) -> np.datetime64:
    month = day.year * 12 + day.month - 1 - months_back
    return np.datetime64(dt.date(month // 12, month % 12 + 1, 1), "s")


def _closed(cases: pd.DataFrame, end: np.datetime64) -> np.ndarray:  # type: ignore[type-arg]
    """Return when each case was closed as known at a moment: NaT while it was open, or again."""
    first, again, last = (
        cases[c].to_numpy() for c in ("first_closed_at", "reopened_at", "closed_at")
    )
    known = np.where(last < end, last, _NUL)
    return np.where((first < end) & ~(again < end), first, known).astype("datetime64[s]")


def _moments(values: object, form: str = "%Y-%m-%d %H:%M:%S") -> np.ndarray:  # type: ignore[type-arg]
    """Return moments as text, empty where there is none."""
    texts = pd.Series(values).dt.strftime(form)
    return texts.astype(object).where(texts.notna(), "").to_numpy(dtype=object)


def _of_matter(world: World, numbers: pd.Series, what: str) -> np.ndarray:  # type: ignore[type-arg]
    values = np.array([getattr(m, what) for m in MATTERS], dtype=object)
    return values[numbers.to_numpy()]


def _departments(world: World) -> dict[str, str]:
    names = {"city": world.names.city.removesuffix("市"), "district": world.places.district}
    return {code: name.format(**names) for code, name in DEPARTMENTS.items()}


def _hotline(world: World, cases: pd.DataFrame) -> Iterator[Delivery]:
    """Yield the history first, then each month together with the month before, as it stands."""
    said = _said(world, cases, "said")
    for before, day in days_of("incident_hotline", world.size):
        end = _end(day)
        told = (cases["entered_at"] < end).to_numpy()
        if before:
            told = told & (cases["reported_at"] >= _begin_of_month(day, 1)).to_numpy()
        yield Delivery("incident_hotline", day, _hotline_table(world, cases[told], end, said[told]))


def _hotline_table(
    world: World, cases: pd.DataFrame, end: np.datetime64, said: pd.DataFrame
) -> pd.DataFrame:
    closed = _closed(cases, end)
    is_closed = ~np.isnat(closed)
    departments = _departments(world)
    block = world.library.table["block"].to_numpy()[cases["address"].to_numpy()]
    community = world.places.communities.iloc[world.places.blocks["community"].to_numpy()[block]]
    town = world.places.towns["name"].to_numpy()[community["town"]]
    serial = cases.index.to_numpy()
    satisfied = np.where(is_closed & ~cases["is_administrative"], _SATISFIED[serial % 4], "")
    return pd.DataFrame(
        {
            "工单编号": cases["case_no"].to_numpy(),
            "受理时间": _moments(cases["reported_at"], "%Y/%m/%d %H:%M:%S"),
            "办结时间": _moments(closed, "%Y/%m/%d %H:%M:%S"),
            "案件状态": np.where(is_closed, "已结案", "在办"),
            "大类名称": _of_matter(world, cases["filed"], "main"),
            "诉求分类": _of_matter(world, cases["filed"], "name"),
            "诉求性质": _DEMAND[serial % 5],
            "上报渠道": np.where(serial % 4, "电话", "微信"),
            "事发地址": cases["text"].to_numpy(),
            "所在社区": np.where(cases["is_default"], "", community["name"].to_numpy()),
            "所在街道": np.where(cases["is_default"], "", town),
            "承办单位": [departments[d] for d in _of_matter(world, cases["filed"], "department")],
            "满意度": satisfied,
            "来电人": said["name"].to_numpy(),
            "联系电话": said["phone"].to_numpy(),
            "诉求内容": said["content"].to_numpy(),
        }
    )


def _said(world: World, cases: pd.DataFrame, part: str) -> pd.DataFrame:
    """Return who called, from which number, and what was said, sometimes with what to mask."""
    rng = world.streams.of(part)
    names = world.names.people(len(cases), rng)
    numbers = phones("13900", cases["caller"].to_numpy())
    identity = world.persons["number"].to_numpy()[rng.integers(0, len(world.persons), len(cases))]
    chance = rng.random(len(cases))
    where = np.where(chance > _PLACE_TOLD, cases["text"].to_numpy(), "").tolist()
    told = contents(cases, where, world.hardness, world.streams.of(f"{part}: words"))
    content = [
        text + _left_out(*row)
        for text, *row in zip(told, names, numbers, identity, chance.tolist(), strict=True)
    ]
    return pd.DataFrame({"name": names, "phone": numbers, "content": content})


def _left_out(name: str, phone: str, identity: str, chance: float) -> str:
    """Return what a text should not hold, and has to be masked."""
    if chance < 0.06:
        return f"姓名：{name}，联系电话{phone}。"
    if chance < 0.1:
        return f"请回复{phone}，联系人：{name}。"
    return f"身份证号{identity}。" if chance < 0.11 else ""


def _news(cases: pd.DataFrame, before: dt.date | None, day: dt.date) -> np.ndarray:  # type: ignore[type-arg]
    """Return which cases a delta holds: new ones, and those that were closed or reopened since."""
    end = _end(day)
    begin = _end(before or _LONG_AGO)
    entered = cases["entered_at"].to_numpy()
    news = (entered >= begin) & (entered < end)
    for name in ("first_closed_at", "reopened_at", "closed_at"):
        at = cases[name].to_numpy()
        news |= (at >= begin) & (at < end) & (entered < end)
    return np.asarray(news)


def _app(world: World, cases: pd.DataFrame) -> Iterator[Delivery]:
    """Yield the app's cases: coordinates of the phone, or of the office where there were none."""
    said = _said(world, cases, "said in the app")
    office = world.library.table[["x", "y"]].iloc[world.default_address]
    default = cases["is_default"].to_numpy()
    x = cases["x"].where(~default, office["x"])
    y = cases["y"].where(~default, office["y"])
    for before, day in days_of("incident_app", world.size):
        rows = np.flatnonzero(_news(cases, before, day))
        own = cases.iloc[rows]
        closed = _closed(own, _end(day))
        table = pd.DataFrame(
            {
                "案件编号": own["case_no"].to_numpy(),
                "创建时间": _moments(own["reported_at"], "%Y-%m-%d %H:%M"),
                "完成时间": _moments(closed),
                "案件状态": np.where(np.isnat(closed), "在办", "已结案"),
                "问题类型": _of_matter(world, own["filed"], "app_name"),
                "上报渠道": "随手拍",
                "位置": own["text"].to_numpy(),
                "举报人电话": said["phone"].to_numpy()[rows],
                "问题描述": said["content"].to_numpy()[rows],
            }
        )
        yield Delivery("incident_app", day, table, at=points(x.iloc[rows], y.iloc[rows]))


def _patrol(world: World, book: TruthBook, cases: pd.DataFrame) -> Iterator[Delivery]:
    days = days_of("incident_patrol", world.size)
    for before, day in days:
        own = cases[_news(cases, before, day)]
        table = _patrol_table(world, own, _end(day))
        at = points(own["x"], own["y"])
        if day == days[-1][1]:
            key = f"XC2026{world.places.district_code}9999"
            bad = table.iloc[[-1]].assign(任务号=key, 上报时间="2026-13-45 10:00:00")
            table, at = pd.concat([table, bad], ignore_index=True), np.concatenate([at, at[-1:]])
            book.wrong("incident_patrol", f"{day:%Y%m%d}", key, "unreadable")
        yield Delivery("incident_patrol", day, table, at=at)
        yield _steps(world, cases, before, day)


def _patrol_table(world: World, cases: pd.DataFrame, end: np.datetime64) -> pd.DataFrame:
    closed = _closed(cases, end)
    departments = _departments(world)
    component = cases["component"].to_numpy()
    codes = np.append(world.components["code"].to_numpy(dtype=object), "")
    community = world.places.grids["community"].to_numpy()[cases["unit"]].astype(int)
    return pd.DataFrame(
        {
            "任务号": cases["case_no"].to_numpy(),
            "上报时间": _moments(cases["reported_at"]),
            "结案时间": _moments(closed),
            "案件状态": np.where(np.isnat(closed), "在办", "已结案"),
            "分类体系": SCHEME.format(district=world.places.district),
            "大类名称": _of_matter(world, cases["filed"], "main"),
            "小类名称": _of_matter(world, cases["filed"], "name"),
            "问题来源": "巡查上报",
            "所在社区": world.places.communities["name"].to_numpy()[community],
            "单元网格标识码": world.places.grids["code"].to_numpy()[cases["unit"]],
            "部件编码": codes[component],
            "责任单位": [departments[d] for d in _of_matter(world, cases["filed"], "department")],
        }
    )


def _steps(world: World, cases: pd.DataFrame, before: dt.date | None, day: dt.date) -> Delivery:
    """Return the steps of recent cases that were taken since the delivery before."""
    end = _end(day)
    begin = _end(before or _LONG_AGO)
    recent = cases[cases["reported_at"] >= _end(DELIVERED[-1]) - np.timedelta64(_STEP_DAYS, "D")]
    parts = []
    first, again = recent["first_closed_at"].to_numpy(), recent["reopened_at"].to_numpy()
    start, last = recent["reported_at"].to_numpy(), recent["closed_at"].to_numpy()
    took = np.maximum(np.where(np.isnat(first), last, first) - start, np.timedelta64(0, "s"))
    for name, share in _STEPS:
        at = (
            start + (took / np.timedelta64(1, "s") * share).astype("timedelta64[s]")
            if share
            else start
        )
        parts.append(_step_rows(world, recent, name, at))
    parts.append(_step_rows(world, recent, "回退", again))
    parts.append(_step_rows(world, recent, "结案", np.where(np.isnat(again), _NUL, last)))
    steps = pd.concat(parts, ignore_index=True)
    now = steps[(steps["at"] >= begin) & (steps["at"] < end)]
    now = now.sort_values(["at", "案件编号"], kind="stable")
    now = now.assign(办理时间=_moments(now["at"])).drop(columns="at")
    return Delivery("incident_step", day, now.drop_duplicates())


def _step_rows(world: World, cases: pd.DataFrame, name: str, at: np.ndarray) -> pd.DataFrame:  # type: ignore[type-arg]
    departments = _departments(world)
    formal = cases["is_administrative"].to_numpy() & (name == "结案")
    frame = pd.DataFrame(
        {
            "案件编号": cases["case_no"].to_numpy(),
            "环节名称": name,
            "at": np.asarray(at).astype("datetime64[s]"),
            "办理单位": [departments[d] for d in _of_matter(world, cases["filed"], "department")],
            "办理结果": np.where(formal, "行政办结", ""),
        }
    )
    return frame[frame["at"].notna()]


def _rules(world: World) -> Iterator[Delivery]:
    """Yield departments, the catalogue of matters, who answers for what, and what was done."""
    departments = _departments(world)
    offices = world.library.table.iloc[world.library.buildings["address"].iloc[: len(departments)]]
    table = pd.DataFrame(
        {
            "部门编码": list(departments),
            "部门名称": list(departments.values()),
            "联系电话": "13600000000",
            "办公地址": offices["full_text"].to_numpy(),
        }
    )
    yield Delivery("department", FIRST, table, at=points(offices["x"], offices["y"]))
    scheme = SCHEME.format(district=world.places.district)
    yield Delivery("matter", FIRST, pd.DataFrame([_matter_row(m, scheme) for m in MATTERS]))
    grids = world.places.grids
    own = grids["code"][grids["layer"] == "responsibility"].tolist()
    duties = pd.DataFrame(
        [
            {"责任网格代码": g, "事项代码": m.code, "编码方案": scheme, "部门编码": m.department}
            for g in own
            for m in MATTERS
        ]
    )
    yield Delivery("responsibility", FIRST, duties.assign(生效日期="2025-01-01"))
    yield _interventions(world)


def _matter_row(m: Matter, scheme: str) -> dict[str, object]:
    return {
        "编码方案": scheme,
        "事项类型": "部件" if m.main == "市政设施" else "事项",
        "事项代码": m.code,
        "事项名称": m.name,
        "大类名称": m.main,
        "立案条件序号": "1",
        "立案条件": f"发现{m.name}问题",
        "处置时限": m.hours,
        "时限单位": "工作时",
        "责任部门编码": m.department,
        "生效日期": "2025-01-01",
    }


def _interventions(world: World) -> Delivery:
    """Return what was done: at every place that is resolved, and in an ended hot spot."""
    truth, table = world.truth, world.library.table
    rows, shapes = [], []
    done = truth.places[(truth.places["state"] == "resolved") & (truth.places["kind"] == "address")]
    for place in done.itertuples():
        rows.append(("噪声整治", MATTERS[place.matter].name, "2026-03-20", "2026-04-10"))
        own = table.iloc[place.row]
        shapes.append(shapely.Point(own["x"], own["y"]))
    for spot in truth.hot_spots[truth.hot_spots["kind"] == "ended"].itertuples():
        rows.append(("片区集中整治", MATTERS[spot.matter].name, "2026-07-25", "2026-08-05"))
        shapes.append(world.places.grids["geometry"].iloc[spot.unit])
    if not rows:
        rows.append(("路口疏导点", "占道经营", "2026-06-15", ""))
        met = world.crossings.iloc[0]
        shapes.append(shapely.Point(met["x"], met["y"]))
    frame = pd.DataFrame(rows, columns=["措施名称", "案件类别", "开始日期", "结束日期"])
    frame.insert(
        0, "措施编号", [f"{world.places.district_code}M{n + 1:03}" for n in range(len(rows))]
    )
    frame["实施单位"] = _departments(world)["D01"]
    return Delivery("intervention", FIRST, frame, shapes=np.array(shapes, dtype=object))
