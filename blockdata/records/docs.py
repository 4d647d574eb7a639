"""The record kinds as documentation, generated from their declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from blockdata.records.field import Field, Geometry, Held, Kind, Type

Lang = Literal["zh", "en"]

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title": ("记录类型", "Record kinds"),
        "field": ("字段", "Field"),
        "type": ("类型", "Type"),
        "unit": ("单位", "Unit"),
        "rule": ("规则", "Rule"),
        "zh": ("中文名", "Chinese label"),
        "en": ("英文名", "English label"),
        "held": ("存放", "Held in"),
        "sources": ("来源列名", "Source columns"),
        "about": ("说明", "About"),
        "prefix": ("编号前缀", "Id prefix"),
        "key": ("主键", "Key"),
        "natural_key": ("跨来源主键", "Key across sources"),
        "geometry": ("几何", "Geometry"),
        "private": ("整表仅在管理员加密文件中", "the whole table lies in the steward's file"),
        "refused": ("拒收的来源列", "Source columns that are refused"),
        "dropped": ("载入时舍去的来源列", "Source columns that are left out on loading"),
        "required": ("必填", "required"),
        "identifier": ("标识码规则", "identifier"),
        "pattern": ("格式", "form"),
        "none": ("无", "none"),
    }
)
_TYPES: Mapping[Type, tuple[str, str]] = MappingProxyType(
    {
        Type.TEXT: ("文本", "text"),
        Type.CODE: ("代码", "code"),
        Type.INT: ("整数", "whole number"),
        Type.FLOAT: ("数值", "number"),
        Type.BOOL: ("是否", "yes or no"),
        Type.DATE: ("日期", "date"),
        Type.TIME: ("时间", "time (UTC)"),
    }
)
_FILES: Mapping[Held, tuple[str, str]] = MappingProxyType(
    {
        Held.OPEN: ("公开文件", "open file"),
        Held.PEOPLE: ("管理员加密文件", "steward's file"),
        Held.PSEUDONYM: ("管理员加密文件（假名）", "steward's file, as a pseudonym"),
        Held.TEXT: ("分析员加密文件（已脱敏）", "analyst's file, masked"),
    }
)
_SHAPES: Mapping[Geometry, tuple[str, str]] = MappingProxyType(
    {
        Geometry.POINT: ("点", "point"),
        Geometry.LINE: ("线", "line"),
        Geometry.POLYGON: ("面", "polygon"),
        Geometry.ANY: ("点、线或面", "point, line or polygon"),
    }
)

_HEADINGS = ("field", "type", "unit", "rule", "zh", "en", "held", "sources", "about")


def label(kind_or_field: Kind | Field, lang: Lang) -> str:
    """Return the label of a kind or a field in a language.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> label(Catalogue().kind("camera"), "zh")
    '监控摄像头'
    """
    return kind_or_field.zh if lang == "zh" else kind_or_field.en


def markdown(kinds: Sequence[Kind], lang: Lang) -> str:
    """Return the documentation of record kinds as Markdown.

    Parameters
    ----------
    kinds : sequence of Kind
    lang : "zh" or "en"
        Language of headings, types and rules; a kind's and a field's own sentence is as declared.

    Returns
    -------
    str
        One section per kind, in the given order: what it is, one line per field, and which
        source columns are refused or left out, with the reasons.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> markdown([Catalogue().kind("street")], "en").splitlines()[2]
    '## Street (`street`)'
    """
    sections = ("\n".join(_section(kind, lang)) for kind in kinds)
    return "\n\n".join((f"# {_word('title', lang)}", *sections)) + "\n"


def _pick(texts: tuple[str, str], lang: Lang) -> str:
    return texts[0] if lang == "zh" else texts[1]


def _word(name: str, lang: Lang) -> str:
    return _pick(_WORDS[name], lang)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(c) for c in cells)} |"


def _section(kind: Kind, lang: Lang) -> Iterator[str]:
    yield f"## {label(kind, lang)} ({_code(kind.name)})"
    yield f"\n{kind.doc}\n"
    for name, value in _facts(kind, lang):
        yield f"- {name}: {value}"
    yield "\n" + _row([_word(h, lang) for h in _HEADINGS])
    yield _row(["---"] * len(_HEADINGS))
    for field in kind.fields:
        yield _row(_field_cells(field, private=kind.private, lang=lang))
    for word, columns in (("refused", kind.refused), ("dropped", kind.dropped)):
        if columns:
            yield f"\n**{_word(word, lang)}**\n"
            yield from _by_reason(columns)


def _facts(kind: Kind, lang: Lang) -> Iterator[tuple[str, str]]:
    yield _word("prefix", lang), _code(kind.prefix)
    yield _word("key", lang), ", ".join(_code(name) for name in kind.key)
    if kind.natural_key:
        yield _word("natural_key", lang), _code(kind.natural_key)
    shape = _SHAPES[kind.geometry] if kind.geometry else _WORDS["none"]
    yield _word("geometry", lang), _pick(shape, lang)
    if kind.private:
        yield _word("held", lang), _word("private", lang)


def _field_cells(field: Field, *, private: bool, lang: Lang) -> tuple[str, ...]:
    held = Held.PEOPLE if private and field.held is Held.OPEN else field.held
    return (
        _code(field.name),
        _pick(_TYPES[field.type], lang),
        field.unit or "",
        "; ".join(_rules(field, lang)),
        field.zh,
        field.en,
        _pick(_FILES[held], lang),
        ", ".join(field.source_names),
        field.doc,
    )


def _rules(field: Field, lang: Lang) -> Iterator[str]:
    if field.required:
        yield _word("required", lang)
    if field.ge is not None:
        yield f"≥ {field.ge:g}"
    if field.le is not None:
        yield f"≤ {field.le:g}"
    if field.codes:
        yield ", ".join(f"{_code(code)} {text}" for code, text in field.codes.items())
    if field.identifier:
        yield f"{_word('identifier', lang)} {_code(field.identifier)}"
    if field.pattern:
        yield f"{_word('pattern', lang)} {_code(field.pattern)}"


def _by_reason(columns: Mapping[str, str]) -> Iterator[str]:
    for reason in dict.fromkeys(columns.values()):
        names = (c for c, why in columns.items() if why == reason)
        yield f"- {reason}: {', '.join(names)}"
