"""The monthly report as one self-contained page that prints, and as a workbook."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from blockdata.report.monthly.content import Monthly
from blockdata.report.monthly.tables import ABOVE, Table, kind_of
from blockdata.report.words import Words, whole
from blockdata.report.workbook import Sheet, workbook_bytes
from blockdata.store import files

__all__ = ["file_name", "monthly_page", "monthly_workbook", "write_monthly"]

_LISTED = 60
"""Lines of a table on the page; the workbook has all."""


def file_name(report: Monthly, suffix: str) -> str:
    """Return what the report's file is called: 月报-2026-10.html; a published one says so.

    Parameters
    ----------
    report : Monthly
    suffix : str
        "html" or "xlsx".
    """
    t = report.words.t
    public = t("-公开版", "-public") if report.publish else ""
    return f"{t('月报', 'monthly')}-{report.periods.name}{public}.{suffix}"


def write_monthly(report: Monthly, folder: Path) -> list[Path]:
    """Write the page and the workbook.

    Parameters
    ----------
    report : Monthly
    folder : Path
        Is made if it does not exist.

    Returns
    -------
    list of Path
        The same report gives the same bytes: there is no clock here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, book = (folder / file_name(report, suffix) for suffix in ("html", "xlsx"))
    files.write_durably(page, monthly_page(report))
    book.write_bytes(monthly_workbook(report))
    return [page, book]


def monthly_page(report: Monthly) -> str:
    """Return the page as text."""
    template = _environment().get_template("monthly.html")
    return template.render(
        report=report,
        t=report.words.t,
        whole=whole,
        listed=_LISTED,
        lines=_lines,
        headings=lambda table: table.headings(report.words),
        classes=_classes,
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("blockdata", "report/templates"),
        # Names come from files: everything is escaped, but for drawings, which escape their own.
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _classes(table: Table) -> list[str]:
    """Return the class of each column: numbers stand to the right."""
    return ["n" if kind_of(column) in ABOVE else "" for column in table.columns]


def _lines(table: Table) -> list[list[str]]:
    """Return the lines of a table on the page: the first ones, and the sums."""
    lines = table.lines()
    body = lines[: len(lines) - table.sums]
    return [*body[:_LISTED], *lines[len(lines) - table.sums :]]


def monthly_workbook(report: Monthly) -> bytes:
    """Return the workbook: a cover, one sheet per table, rules and definitions."""
    words = report.words
    sheets = [_cover(report)]
    sheets += [_sheet(table, words) for table in report.tables.values()]
    sheets.append(_sheet(report.definitions, words))
    return workbook_bytes(_named(sheets))


def _cover(report: Monthly) -> Sheet:
    t = report.words.t
    rows: list[list[object]] = [
        [t("城市", "City"), report.city],
        [t("月份", "Month"), report.periods.name],
        [t("数据截至（不含）", "As of (excluded)"), report.as_of.isoformat()],
        [t("快照号", "Snapshot"), report.number],
        [t("内容哈希", "Content hash"), report.content_hash],
        [t("版本", "Version"), _version(report)],
    ]
    rows += [[t("摘要", "Summary"), sentence] for sentence in report.summary]
    rows += [[t("规则", "Rule"), rule] for rule in report.rules]
    headings = [t("项目", "Item"), t("内容", "Content")]
    name = t("封面", "Cover")
    return Sheet(name, headings, rows, ["text", "int"], title=_title(report))


def _title(report: Monthly) -> str:
    month = report.periods.month
    return report.words.t(
        f"{report.city}考评数据分析报告（{month.year} 年 {month.month} 月）",
        f"{report.city}: monthly report, {report.periods.name}",
    )


def _version(report: Monthly) -> str:
    t = report.words.t
    return t("公开版", "for publication") if report.publish else t("内部版", "internal")


def _sheet(table: Table, words: Words) -> Sheet:
    return Sheet(
        table.title,
        table.headings(words),
        table.rows(),
        [kind_of(column) for column in table.columns],
        title=table.title,
        notes=table.notes,
    )


def _named(sheets: list[Sheet]) -> list[Sheet]:
    """Number the sheets, so that no two names are the same however they are shortened."""
    return [
        Sheet(f"{n:02d} {s.name}"[:31], s.headings, s.rows, s.formats, s.title, s.notes)
        for n, s in enumerate(sheets)
    ]
