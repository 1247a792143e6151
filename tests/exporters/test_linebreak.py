from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.exporters.linebreak import NO_END, NO_START, clean, clusters, cut


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in clusters(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预算执行", ["预", "算", "执", "行"]),
        ("完成，并", ["完", "成，", "并"]),
        ("的《管理办法》（财预）。", ["的", "《管", "理", "办", "法》", "（财", "预）。"]),
        ("为71.6万元，", ["为", "71.6万元，"]),
        ("为 71.6 万元，其", ["为 ", "71.6 万元，", "其"]),
        ("约20份", ["约20份"]),
        ("2021年11月2日起", ["2021年", "11月", "2日", "起"]),
        ("率86.50%、", ["率", "86.50%、"]),
        ("低9.50个百分点。", ["低", "9.50个百分点。"]),
        ("≥96%的", ["≥96%", "的"]),
        ("7×24小时", ["7×24小时"]),
        ("1—9月", ["1—9月"]),
        ("财预〔2020〕10号文", ["财", "预", "〔2020〕10号", "文"]),
        ("是——管理……为", ["是", "——", "管", "理……", "为"]),
        ("见附件 2。", ["见", "附件 2。"]),
        ("热线12345服务", ["热", "线", "12345", "服", "务"]),
        ("用PDF与Word写", ["用", "PDF", "与", "Word", "写"]),
        ("在 budget performance 上", ["在 ", "budget ", "performance ", "上"]),
        ("①立项②采", ["①立", "项", "②采"]),
        ("“优”。", ["“优”。"]),
        ("（", ["（"]),
        ("，，头", ["，，", "头"]),
    ],
)
def test_where_a_line_may_end(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.text())
def test_pieces_hold_every_character_once(text: str) -> None:
    flat = clean(text).replace("\n", "")
    assert "".join(pieces(flat)) == flat


_MARKS = "".join(sorted((NO_START | NO_END) - {"/", "%", "％"}))


@given(st.text(alphabet="预算绩效项目支出管理评价" + _MARKS, max_size=60))
def test_no_piece_begins_or_ends_with_a_forbidden_mark(text: str) -> None:
    cut_up = pieces(text)
    assert not [piece for piece in cut_up[1:] if piece[0] in NO_START]
    assert not [piece for piece in cut_up[:-1] if piece[-1] in NO_END]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("预算\t执行", "预算 执行"),
        ("一\r\n二\r三\v四\u2028五", "一\n二\n三\n四\n五"),
        ("\x00预\x1f算\x7f", "预算"),
        ("\ufeff预\u200b算\u202e绩\u2069效\ufe0f", "预算绩效"),
        ("\ud800预\udfff", "\ufffd预\ufffd"),
        ("71\u00a0万", "71 万"),
        ("葛\U000e0100城", "葛城"),
        ("表情😀留", "表情😀留"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_printed(raw: str, said: str) -> None:
    assert clean(raw) == said


def test_a_word_wider_than_the_line_is_cut_after_a_slash() -> None:
    url = "http://www.ccgp-shandong.gov.cn/sdgp2017/site/index.jsp"
    assert url[: cut(url, 0, len(url), 40)].endswith("/")
    assert cut("9.0104", 0, 6, 3) == 3, "not after the point of a number by preference"
    assert cut("预算，", 0, 3, 2) == 1, "not before a mark"
