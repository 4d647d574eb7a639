"""One page in one file that asks for nothing from anywhere, in the look of the report."""

from __future__ import annotations

import html
from functools import cache
from importlib import resources

from blockdata.report.words import Words

__all__ = ["one_page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def one_page(title: str, body: str, words: Words) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Is escaped.
    body : str
        HTML, its texts escaped.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> page = one_page("海宁路 <1>", "<p>x</p>", Words("zh", Catalogue()))
    >>> page.startswith("<!DOCTYPE html>"), "海宁路 &lt;1&gt;</title>" in page
    (True, True)
    """
    promise = words.t(
        "本页只说地方，不说人：没有姓名、电话、证件号；人口只有按楼栋组合取整的合计。",
        "This page is about places, not people: no names, phone or identity numbers; people appear "
        "only as rounded totals over groups of buildings.",
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{words.t("zh-CN", "en")}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_style()}\n</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<footer><div>{promise}</div></footer>\n</body>\n</html>\n"
    )


@cache
def _style() -> str:
    path = resources.files("blockdata") / "report" / "templates" / "report.css"
    return path.read_text(encoding="utf-8")
