"""Masking of phone numbers, identity numbers and names in free text.

What is found is replaced by a fixed sign: 〔电话〕, 〔证件〕 or 〔姓名〕. In doubt the text is
masked, with one exception: codes of grids, components, cameras and organisations stay,
because the base ties records to places by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.identifiers import is_identity_number, is_uscc
from blockdata.records.texts import for_distinct, replaced_rows, where

__all__ = ["contains_personal", "mask_personal", "mask_personal_column", "mask_personal_texts"]

PHONE, IDENTITY, NAME = "〔电话〕", "〔证件〕", "〔姓名〕"

# Folding is one character to one character, so that places in a folded text are places in
# the text itself.
_DASHES = "‐‑‒–—―−﹣－─"
_SPACES = "\u00a0\u2002\u2003\u2009\u3000\t"
_DIGIT = "[0-9０-９]"
_FOLD = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SPACES, " ")
)
_NUMBER_CHARACTERS = (
    r"0-9A-Za-z+()\-\. ０-９Ａ-Ｚａ-ｚ＋（）．" + re.escape(_DASHES) + re.escape(_SPACES)
)
# A run of these may hold numbers; it starts with what a number can start with.
_CLUSTER = re.compile(rf"[0-9０-９+＋(（A-Za-zＡ-Ｚａ-ｚ][{_NUMBER_CHARACTERS}]{{6,}}")

_CODE_18 = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])")
_YEAR, _MONTH, _DAY = r"(?:18|19|20)[0-9]{2}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_GAP, _ONE = r"[ .\-]{0,3}", r"[ \-]?"
_MOBILE = "|".join(
    [
        rf"1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}",
        rf"1[3-9][0-9]{_GAP}[0-9]{{3}}{_GAP}[0-9]{{5}}",
        rf"1[3-9][0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}",
        rf"1[3-9][0-9]{{3}}{_GAP}[0-9]{{6}}",
        rf"1[3-9][0-9]{{4}}{_GAP}[0-9]{{5}}",
        r"1[ \-][3-9](?:[ \-][0-9]){9}",
        r"(?:1[3-9][0-9]{9}){2,4}",  # several, written without a gap
    ]
)
_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_NUMBERS = re.compile(
    # Two digits and a point before it: the decimals of a coordinate.
    r"(?<![0-9])(?<![0-9]{2}\.)(?:"
    rf"(?P<identity>[1-9][0-9]{{5}}{_ONE}{_YEAR}{_ONE}{_MONTH}{_ONE}{_DAY}{_ONE}[0-9]{{3}}[0-9Xx])"
    rf"|(?P<mobile>(?:\(?(?:\+|00)?{_ONE}86{_ONE}\)?{_GAP})?0?(?:{_MOBILE}))"
    rf"|(?P<landline>\(?{_AREA}\)?{_GAP}[0-9]{{3,4}}{_ONE}[0-9]{{4}}(?:-[0-9]{{1,5}}(?![0-9]))?)"
    rf"|(?P<identity_15>(?<![A-Za-z])[1-9][0-9]{{5}}[0-9]{{2}}{_MONTH}{_DAY}[0-9]{{3}}(?![A-Za-z]))"
    r"|(?P<short>[1-9][0-9]{6,12})"
    r")(?![0-9])"
)
_IDENTITY_BEFORE = re.compile(r"(?:身份|证件|证号|[Ii][Dd])[^0-9〕]{0,8}$")
_CODE_BEFORE = re.compile(r"(?:网格|部件|编码|代码|标识码|编号)[^0-9]{0,4}$")
_PHONE_BEFORE = re.compile(
    r"(?:电话|座机|手机|致电|来电|联系方式|[Tt][Ee][Ll])[号码是为:：\s.(（]{0,5}$"
)
# Street parts of division codes run from 001 to 599, so that 15 digits with more than that
# in places 7 to 9 are no grid code. They were issued to people born in 1960 and later.
_LAST_STREET = 599

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff]"
_DOT = "[·•‧・．]"
# After the first two a name nearly always follows; after the others often a verb does.
_SURE_LABELS = "姓名|联系人"
_OTHER_LABELS = "经营者|负责人|业主|户主|举报人|投诉人"
_LABELS = f"{_SURE_LABELS}|{_OTHER_LABELS}"
_NO_NAME = (
    f"{_LABELS}|不详|匿名|暂无|未知|未提供|未留|保密|没有|无|电话|手机|联系|身份|证件|地址|住址|"
    "性别|年龄"
)
# Words that follow a name in a report and so end it.
_AFTER_NAME = (
    f"{_LABELS}|电话|手机|联系|身份|证件|地址|住址|性别|年龄|反映|反应|投诉|举报|来电|致电|来访|"
    "表示|要求|希望|认为|咨询|求助|建议|称|说|的|在|于|与|和|对|把|被|将|已|因|向|去|住|等|及"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭肖萧田董袁潘蒋蔡余杜叶魏苏吕丁"
    "沈姚卢姜崔钟谭陆汪范廖贾韦傅邹孟熊秦邱江尹薛闫阎雷侯龙史陶黎贺顾毛郝龚邵钱覃武戴莫孔汤"
    "严牛葛邢殷岳齐庞樊兰申耿关焦俞左柳甘祝鲍阮尚舒纪梅童翟裴贝霍翁隋栾迟逄綦矫宿曲战"
    "高方程曾任夏石康常万段金白文洪温车连路安房时马向于解成包管应水"
)
_COMPOUND_SURNAMES = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|司徒|令狐|东方|夏侯"
# Common words that begin with a surname's character.
_NO_SURNAME = (
    "高空|高层|高峰|高温|高度|方面|方向|方便|程度|程序|曾经|曾多|曾向|任意|任何|石头|常年|常常|"
    "万一|段时|金额|金属|白天|白色|文明|洪水|温度|车辆|车位|车库|车主|车子|连续|连接|路面|路灯|"
    "路边|路过|路口|安装|安全|安排|房屋|房子|房间|房产|时常|时间|时候|马上|马路|马桶|向物|向社|"
    "向我|向有|于是|水管|水电|应当|应该|管道|管理|包括|解决|解释|成立|张贴|张挂|黄色|黄线|江边|"
    "毛坯|毛病|雷电|龙头|谢谢|许多|许可|范围|左右|左侧|左边|左转|关于|关闭|关门|孔洞|钱款|钱财|"
    "林地|林木|顾客|齐全|严重|严格|尚未|尚无|申请|申诉|焦急|陆续|余下|宿舍|柳树|胡乱|胡同|周边|"
    "周围|周末|何时|何处|何人|莫名|陈旧|陈述|牛奶|常在"
)
_DOTTED_NAME = f"{_HAN}{{1,7}}(?: ?{_DOT} ?{_HAN}{{1,7}})+"
_SPACED_NAME = f"{_HAN}(?: {_HAN}){{1,3}}(?!{_HAN})"
_PLAIN_NAME = (
    f"{_HAN} ?{_HAN}{_HAN}?(?!{_HAN})|"
    f"{_HAN} ?{_HAN}{{1,3}}?(?=(?:{_AFTER_NAME}))|{_HAN} ?{_HAN}{{1,3}}"
)
_NAME_TOLD = f"(?!{_NO_NAME})(?:{_DOTTED_NAME}|{_SPACED_NAME}|{_PLAIN_NAME})"
# Inside a sentence (业主张三反映) only a surname shows that a name follows.
_NAME_SAID = (
    f"(?!{_NO_NAME}|{_NO_SURNAME})(?:{_COMPOUND_SURNAMES}|[{_SURNAMES}])"
    f"(?: ?{_HAN}{{1,2}}(?!{_HAN})| ?{_HAN}{{1,2}}?(?=(?:{_AFTER_NAME}))| ?{_HAN}{{1,2}})"
)
_NAMES_TOLD = f"{_NAME_TOLD}(?:[、,，/]{_NAME_TOLD})*"
_BLANK, _COLON, _IS = r"\s*+", r"[:：=＝(（【\[\-－—]", "[为是叫]?+"
_NAMES = re.compile(
    f"(?:{_SURE_LABELS}){_BLANK}(?:{_COLON}{_BLANK})?+{_IS}(?P<sure>{_NAMES_TOLD})"
    f"|(?:{_OTHER_LABELS}){_BLANK}"
    f"(?:{_COLON}{_BLANK}(?P<told>{_NAMES_TOLD})|{_IS}(?P<said>{_NAME_SAID}))"
)
_LABEL = re.compile("[姓联经负业户举投](?:名|系人|营者|责人|主|报人|诉人)")
"""Every label and a few texts that are none: quick to search."""

# In RE2's syntax. A number that is masked has seven digits or more, and few signs between two.
_GAP_SIGN = f"[ .()+（）．＋\\-{_DASHES}{_SPACES}]"
_MAY_BE_PERSONAL = f"{_DIGIT}(?:{_GAP_SIGN}{{0,5}}{_DIGIT}){{6}}|{_LABELS}"
_NO_NUMBER = f"[^{_NUMBER_CHARACTERS}]"
_LONE_MOBILE = rf"(\A|{_NO_NUMBER})1[3-9][0-9]{{9}}({_NO_NUMBER}|\z)"
"""A mobile number written plainly between other characters: most that are ever masked."""


def _is_code(token: str) -> bool:
    """Whether 18 letters and digits are an organisation's code and no person's number."""
    upper = [token.upper()]
    return bool(is_uscc(upper)[0]) and not is_identity_number(upper)[0]


def _without_codes(folded: str) -> str:
    """Write as many letters over each social credit code."""
    return _CODE_18.sub(lambda m: "Z" * 18 if _is_code(m[0]) else m[0], folded)


def _sign(match: re.Match[str], before: str) -> str | None:
    """Choose the sign for a number, None where it stays; `before` is what precedes it."""
    kind = match.lastgroup
    if kind == "identity":
        return IDENTITY
    if kind == "identity_15":
        if _CODE_BEFORE.search(before):
            return None
        told = _IDENTITY_BEFORE.search(before) or int(match[0][6:9]) > _LAST_STREET
        return IDENTITY if told else None
    if kind == "short":
        return PHONE if _PHONE_BEFORE.search(before) else None
    return PHONE


def _pieces(cluster: re.Match[str]) -> Iterator[str]:
    text, offset = cluster[0], cluster.start()
    end = 0
    for match in _NUMBERS.finditer(_without_codes(text.translate(_FOLD))):
        start = offset + match.start()
        sign = _sign(match, cluster.string[max(0, start - 16) : start])
        if sign is not None:
            yield text[end : match.start()] + sign
            end = match.end()
    yield text[end:]


def _mask_cluster(cluster: re.Match[str]) -> str:
    return "".join(_pieces(cluster))


def _mask_name(match: re.Match[str]) -> str:
    group = match.lastgroup or 0
    return match[0][: match.start(group) - match.start()] + NAME


def _mask_names(text: str) -> str:
    label = _LABEL.search(text)
    if label is None:
        return text
    begin = label.start()
    return text[:begin] + _NAMES.sub(_mask_name, text[begin:])


def _mask_once(text: str) -> str:
    return _mask_names(_CLUSTER.sub(_mask_cluster, text))


def mask_personal(text: str) -> str:
    """Replace phone numbers, identity numbers and labelled names in a text.

    Found are mobile numbers (also with blanks, dashes, +86, full-width digits), landlines
    with an area code, other numbers of 7 to 13 digits after a word for telephone, identity
    numbers of 18 characters with a date in them, old ones of 15 digits, and names after
    姓名, 联系人, 经营者, 负责人, 业主, 户主, 举报人, 投诉人.

    Codes of grids and components (15 to 17 characters), cameras (20 digits) and
    organisations (18 characters) stay. Where 18 digits could be both an identity number and
    a social credit code, a right identity check digit decides for masking. 15 digits are an
    identity number after a word for it, or where their places 7 to 9 are above 599, which
    no street's code is; otherwise they stay, as a grid's code.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with 〔电话〕, 〔证件〕 and 〔姓名〕 in place of what was found. Masking it again
        changes nothing.

    Examples
    --------
    >>> mask_personal("联系人：王小明，电话138-0000-0000，网格370203001001001")
    '联系人：〔姓名〕，电话〔电话〕，网格370203001001001'
    """
    masked = _mask_once(text)
    while masked != text:
        # What was next to a masked number may now stand free and be a number of its own.
        text, masked = masked, _mask_once(masked)
    return masked


def contains_personal(text: str) -> bool:
    """Whether `mask_personal` would change the text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True where a phone number, an identity number or a labelled name was found.

    Examples
    --------
    >>> contains_personal("电话 0532-81234567"), contains_personal("路灯不亮3天")
    (True, False)
    """
    return _mask_once(text) != text


def mask_personal_texts(values: Iterable[str | None]) -> list[str | None]:
    """Mask many texts; equal texts are masked once.

    Parameters
    ----------
    values : iterable of str or None
        Texts; None is a missing value.

    Returns
    -------
    list of str or None
        In the same order, None where the value was None.

    Examples
    --------
    >>> mask_personal_texts(["13800000000", None])
    ['〔电话〕', None]
    """
    masked: dict[str | None, str | None] = {None: None}
    result: list[str | None] = []
    for value in values:
        if value not in masked:
            masked[value] = mask_personal(str(value))
        result.append(masked[value])
    return result


def mask_personal_column(values: pa.Array) -> pa.Array:
    """Mask a column of texts.

    Parameters
    ----------
    values : pa.Array
        Texts; a missing one stays missing.

    Returns
    -------
    pa.Array
        What `mask_personal` makes of each; `values` itself where nothing was found.

    Examples
    --------
    >>> mask_personal_column(pa.array(["电话13800000000", "路灯不亮", None])).to_pylist()
    ['电话〔电话〕', '路灯不亮', None]
    """
    return for_distinct(values, _masked)


def _masked(values: pa.Array) -> pa.Array:
    rows = where(pc.match_substring_regex(values, _MAY_BE_PERSONAL))
    came = values.take(pa.array(rows))
    # A plain number is masked the same whatever else is, so these need no second look.
    masked = pc.replace_substring_regex(came, _LONE_MOBILE, rf"\1{PHONE}\2")
    left = where(pc.match_substring_regex(masked, _MAY_BE_PERSONAL))
    texts = mask_personal_texts(masked.take(pa.array(left)).to_pylist())
    masked = replaced_rows(masked, left, pa.array(texts, pa.string()))
    return values if masked.equals(came) else replaced_rows(values, rows, masked)
