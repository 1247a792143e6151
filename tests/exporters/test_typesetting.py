from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exporters.paper import shipped_fonts
from workbench.exporters.document import Align, Text
from workbench.exporters.fonts import Role
from workbench.exporters.linebreak import NO_END, NO_START, clean
from workbench.exporters.lines import Line, Style
from workbench.exporters.typesetting import Typesetter

# As the printed report: 28 characters of 16 pt on 156 mm.
WIDTH = 442.2
BODY = Style(Role.BODY, 16, 29, Align.JUSTIFY, 2, WIDTH / 28 - 16)
FORBIDDEN_START = set("，。、；：！？）》」』】〉”’%‰…") | {"％", "〕", "］", ")", "]", ",", "."}
FORBIDDEN_END = set("（《「『【〈“‘〔［([")

_WORDS = st.text(
    alphabet="预算项目支出绩效评价管理办法决策过程产出效益资金到位率工单转办回复", min_size=1, max_size=7
)
_NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "约", "≥", "第"]),
    st.decimals(0, 99999, places=2).map(str),
    st.sampled_from(["%", " 万元", "万元", "个百分点", " 分", "年", "‰", ""]),
)
_CLOSING = st.text(alphabet="，。、；：！？）》」』】〉”’…", min_size=1, max_size=3)
_OPENING = st.text(alphabet="（《「『【〈“‘〔", min_size=1, max_size=2)
_LATIN = st.sampled_from(
    ["PDF", "12345", "budget performance", "A4", "index.jsp", "（b）", "——", "……", "7×24 小时"]
)
_RARE = st.sampled_from(["䶮", "㛃", "𬭎", "喆"])
_MANY_MARKS = re.compile(
    "([，。、；：！？）》」』】〉”’…（《「『【〈“‘〔]{5})[，。、；：！？）》」』】〉”’…（《「『【〈“‘〔]+"
)


def _joined(parts: list[str]) -> str:
    """Join the parts; more marks in a row than stand on any line could only be cut among themselves."""
    return _MANY_MARKS.sub(r"\1", "".join(parts))


LONG_TEXT = st.lists(
    st.one_of(_WORDS, _WORDS, _NUMBERS, _CLOSING, _OPENING, _LATIN, _RARE), max_size=120
).map(_joined)


@pytest.fixture
def setter() -> Typesetter:
    return Typesetter(shipped_fonts())


def lines(setter: Typesetter, text: str, style: Style = BODY, width: float = WIDTH) -> list[str]:
    return [line.text for line in setter.set((Text(text),), style, width)]


def ends(line: Line) -> float:
    return line.x + line.width


@settings(max_examples=300, deadline=None)
@given(LONG_TEXT, st.sampled_from([WIDTH, 300.0, 200.0]))
def test_no_line_begins_or_ends_with_a_forbidden_mark(text: str, width: float) -> None:
    made = lines(Typesetter(shipped_fonts()), text, width=width)
    assert not [line for line in made[1:] if line[0] in FORBIDDEN_START]
    assert not [line for line in made[:-1] if line[-1] in FORBIDDEN_END]
    assert FORBIDDEN_START <= NO_START
    assert FORBIDDEN_END <= NO_END


@settings(max_examples=150, deadline=None)
@given(LONG_TEXT)
def test_lines_hold_the_text_and_fill_the_width(text: str) -> None:
    made = Typesetter(shipped_fonts()).set((Text(text),), BODY, WIDTH)
    assert "".join(line.text for line in made).replace(" ", "") == clean(text).replace(" ", "")
    for line in made:
        assert ends(line) <= WIDTH + 0.1
        drawn = sum(
            part.face.widths[char] * line.size / 1000 + part.gap
            for part in line.glyphs
            for char in part.drawn
        )
        assert drawn >= line.width - BODY.size * 0.51, "the width told is the width drawn"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.floats(1, 300))
def test_anything_at_all_can_be_set_in_any_width(text: str, width: float) -> None:
    made = Typesetter(shipped_fonts()).set((Text(text),), Style(Role.SONG, 10.5, 15), width)
    kept = "".join(clean(text).split())
    assert "".join("".join(line.text for line in made).split()) == kept


def test_full_lines_stand_at_both_edges_and_the_last_one_runs_out(setter: Typesetter) -> None:
    made = setter.set((Text("预算绩效评价报告的正文应当两端对齐，首行缩进两个字符，" * 4),), BODY, WIDTH)
    assert made[0].x == pytest.approx(2 * WIDTH / 28)
    assert [round(ends(line), 2) for line in made[:-1]] == [WIDTH] * (len(made) - 1)
    assert ends(made[-1]) < WIDTH


def test_28_characters_stand_on_a_line(setter: Typesetter) -> None:
    assert [len(line) for line in lines(setter, "预" * 82)] == [26, 28, 28]


def test_numbers_stay_with_their_units(setter: Typesetter) -> None:
    for count in range(30):
        for line in lines(
            setter, "预" * count + "支出 71.60 万元，占 86.50%（财预〔2020〕10号）。" + "后" * 30
        ):
            assert not line.endswith(("71.60", "71.", "86.50", "〔2020〕"))


def test_dashes_and_ellipses_stay_whole(setter: Typesetter) -> None:
    for count in range(30):
        made = lines(setter, "预" * count + "管理——评价……继续" + "后" * 30)
        assert any("——" in line for line in made)
        assert any("……" in line for line in made)


def test_a_mark_is_squeezed_in_rather_than_a_hole_left(setter: Typesetter) -> None:
    made = setter.set((Text("，".join(["预算执"] * 6) + "，预算，" + "后" * 40),), BODY, WIDTH)
    assert made[0].text.endswith("，预算，"[:2]) or made[0].text.endswith("，")
    assert round(ends(made[0]), 1) == round(WIDTH, 1)


def test_neighbouring_marks_share_their_blank_halves(setter: Typesetter) -> None:
    assert setter.text_width("》（", Role.SONG, 10) == pytest.approx(15)
    assert setter.text_width("预算", Role.SONG, 10) == pytest.approx(20)


def test_figures_in_columns_take_the_same_width(setter: Typesetter) -> None:
    style = Style(Role.SONG, 10, 15, Align.RIGHT, tabular=True)
    widths = {
        round(setter.set((Text(text),), style, 100)[0].width, 3) for text in ("81.11", "88.88", "90.47")
    }
    assert max(widths) - min(widths) < 0.5
    assert len({round(setter.set((Text(text),), style, 100)[0].x, 0) for text in ("81.11", "90.47")}) == 1


def test_alignments(setter: Typesetter) -> None:
    (right,) = setter.set((Text("合计"),), Style(Role.SONG, 10, 15, Align.RIGHT), 100)
    (centre,) = setter.set((Text("合计"),), Style(Role.SONG, 10, 15, Align.CENTER), 100)
    assert (right.x, centre.x) == (80, 40)


def test_line_feeds_begin_new_lines_and_blank_ones_are_kept(setter: Typesetter) -> None:
    assert lines(setter, "一\n\n二\n", Style(Role.SONG, 10, 15)) == ["一", "", "二"]
    assert lines(setter, "") == []


def test_bold_words_take_another_face_or_a_thicker_pen(setter: Typesetter) -> None:
    (line,) = setter.set((Text("得分 "), Text("92.47", bold=True), Text(" 分")), BODY, WIDTH)
    assert [part.stroke for part in line.glyphs] == [False, True, False]
    style = Style(Role.SONG, 10, 15, bold_role=Role.HEADING)
    (line,) = setter.set((Text("合计", bold=True),), style, 100)
    assert line.glyphs[0].face.name == "NotoSansSC-Bold"


def test_titles_break_evenly(setter: Typesetter) -> None:
    style = Style(Role.TITLE, 22, 34, Align.CENTER)
    made = setter.balanced((Text("栖霞市民生服务中心政务服务热线绩效评价报告书"),), style, WIDTH)
    assert [len(line.text) for line in made] == [11, 11]
    assert made[0].x == pytest.approx((WIDTH - 242) / 2, abs=1)
    two = setter.balanced((Text("栖霞市民生服务中心政务服务热线\n绩效评价报告"),), style, 300)
    assert [len(line.text) for line in two] == [8, 7, 6]
    named = setter.balanced((Text("资金到位率（4）"),), Style(Role.SONG, 9, 13, Align.CENTER), 46)
    assert [line.text for line in named] == ["资金到位率", "（4）"]


def test_a_mark_hangs_out_of_a_column_of_one_character(setter: Typesetter) -> None:
    assert lines(setter, "产出，效益。", Style(Role.SONG, 10, 15), 11) == ["产", "出，", "效", "益。"]


def test_missing_characters_are_told_with_the_words_around_them(setter: Typesetter) -> None:
    (glyph,) = setter.missing_glyphs(["由王𬭎、李䶮填写", "满意😀吗", "再次😀"])
    assert (glyph.char, glyph.code, glyph.context) == ("😀", "U+1F600", "满意😀吗")
    assert setter.missing_glyphs(["控制\x07符\u200b\ufe0f号", "打钩✓☑✔"]) == []
    setter.set((Text("满意😀吗✔"),), BODY, WIDTH)
    assert list(setter.missing) == ["😀"]
    assert setter.substituted == {"✔": "✓"}


def test_lines_are_as_many_as_the_width_makes_them(setter: Typesetter) -> None:
    assert setter.line_count("预算执行率", Role.SONG, 10, 30) == 2
    assert setter.line_count("", Role.SONG, 10, 30) == 1
    assert setter.line_count("一\n二\n三", Role.SONG, 10, 300) == 3


def test_a_chinese_dash_is_drawn_as_one_level_stroke_and_still_reads_as_a_dash(setter: Typesetter) -> None:
    (line,) = setter.set((Text("事前——事后，1—9 月"),), BODY, WIDTH)
    assert line.text == "事前——事后，1—9 月"
    assert "".join(part.drawn for part in line.glyphs) == "事前──事后，1—9 月"
