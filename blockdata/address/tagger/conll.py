"""Read labelled text from CoNLL files: a token and its BIO or BIES tag on each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from blockdata.address.tagger.spans import Sentence, Span
from blockdata.errors import SourceError

__all__ = ["read_conll"]

_BEGINS, _CONTINUES, _OUTSIDE = "BS", "IEM", "O"
_ENCODING = "utf-8-sig"


def read_conll(path: str | Path) -> list[Sentence]:
    r"""Read sentences with labelled spans from a CoNLL file.

    Each line holds a token of one or more characters and, last, its tag: ``O``, or one of
    ``B- I- M- E- S-`` and a label. An empty line ends a sentence. Tokens stand side by side
    without a space in the text, as Chinese is written. A tag that continues a label which did
    not begin is read as a beginning, as the CoNLL scorer does.

    Parameters
    ----------
    path : str or Path
        A UTF-8 file.

    Returns
    -------
    list of (str, list of Span)
        Text and its spans in order, offsets in characters.

    Raises
    ------
    SourceError
        If the file is no UTF-8 text or a line has no tag in one of these schemes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "invented.conll")
    ...     _ = path.write_text("某 B-road\n路 E-road\n12 B-number\n号 I-number\n", "utf-8")
    ...     read_conll(path)
    [('某路12号', [Span(start=0, end=2, label='road'), Span(start=2, end=5, label='number')])]
    """
    path = Path(path)
    try:
        lines = path.read_text(_ENCODING).split("\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            "the file is no UTF-8 text", reason="encoding", where=str(path)
        ) from error
    return [_sentence(rows, path) for rows in _blocks(lines)]


def _blocks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    """Yield the numbered lines of each sentence."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _sentence(rows: Iterable[tuple[int, str]], path: Path) -> Sentence:
    text, spans, open_label = "", list[Span](), ""
    for number, line in rows:
        token, prefix, label = _token(line, f"{path} line {number}")
        start, text = len(text), text + token
        if prefix in _CONTINUES and label == open_label:
            spans[-1] = Span(spans[-1].start, len(text), label)
        elif prefix != _OUTSIDE:
            spans.append(Span(start, len(text), label))
        open_label = "" if prefix in "OSE" else label
    return text, spans


def _token(line: str, where: str) -> tuple[str, str, str]:
    """Split a line into token, scheme letter and label."""
    columns = line.split()
    tag = columns[-1]
    prefix, dash, label = tag.partition("-")
    known = tag == _OUTSIDE or (dash and label and prefix in set(_BEGINS + _CONTINUES))
    if len(columns) < 2 or not known:
        raise SourceError("the line is no token with a BIO or BIES tag", reason="tag", where=where)
    return columns[0], prefix, label
