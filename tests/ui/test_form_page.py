"""指标体系 in the window: edited by keyboard, tried, weighed, applied, taken back; templates in and out."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.exporters.sample import qixia
from tests.helpers import ROOT, session
from tests.importers.tables import HEADER, ROWS, book
from tests.ui.helpers import QuietAlerts, commit, services_on, window_on
from workbench.domain.changes import Change
from workbench.domain.compiler import compile_form
from workbench.domain.entities_form import IN_FORCE, FormRevision
from workbench.domain.evaluation import Entry, Input
from workbench.domain.form_edits import put_points
from workbench.domain.form_outline import points_of
from workbench.domain.form_raw import form_to_raw
from workbench.services.authoring import Authoring
from workbench.services.catalog import Catalog
from workbench.services.editing import Address
from workbench.services.parts import local_now
from workbench.services.session import Session
from workbench.ui.checks_page import ChecksPage
from workbench.ui.form_page import EFFECT, INDICATOR, TEMPLATE, FormPage
from workbench.ui.main_window import MainWindow
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.widgets import Notice

ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def opened() -> Session:
    evaluation = qixia()
    return session(
        *(entity for table in evaluation.tables.values() for entity in table.values()), form=evaluation.form
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms", tmp_path / "数据", compile_form=compile_form, clock=lambda: 0.0, now=local_now
    )


@pytest.fixture
def window(qtbot: QtBot, opened: Session, catalog: Catalog) -> MainWindow:
    services = dataclasses.replace(services_on(opened), authoring=Authoring(catalog, ROOT / "resources"))
    return window_on(qtbot, opened, services=services)


@pytest.fixture
def page(window: MainWindow) -> FormPage:
    assert window.workplace is not None
    window.workplace.show_page("form")
    found = window.workplace.page("form")
    assert isinstance(found, FormPage)
    return found


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    qtbot.keyClick(focused(), key, held)


def test_an_indicator_is_added_named_and_weighted_by_keyboard(qtbot: QtBot, page: FormPage) -> None:
    page.tree.go_to("D11")
    qtbot.waitUntil(lambda: focused() is page.tree)
    press(qtbot, Qt.Key.Key_Insert)
    fresh = page.tree.current
    assert fresh not in {"D11", ""}
    assert focused() is page.indicator.editors["name"].input
    commit(focused(), "网络舆情回应率")
    press(qtbot, Qt.Key.Key_Return)
    assert focused() is page.tree
    qtbot.keyClick(page.tree, "5")
    assert focused() is page.indicator.editors["points"].input
    press(qtbot, Qt.Key.Key_Return)
    outline = page.editing.outline
    assert outline.line(fresh).name == "网络舆情回应率"
    assert outline.children("D1") == ["D11", fresh, "D12"]
    assert outline.line("D1").gap == -5
    assert "1 处待改" in page.tabs.button(EFFECT).text()

    page.tree.go_to("D1")
    assert "多出 5" in page.indicator.sums.text()
    page.indicator.by_share.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert [points_of(page.editing.outline.row(i)) for i in ("D11", fresh, "D12")] == [8, 4, 8]
    assert page.tabs.button(EFFECT).text() == EFFECT
    assert page.sum.text() == "合计 100 / 100"


def test_rows_are_moved_renamed_removed_and_taken_back_by_keyboard(
    qtbot: QtBot, window: MainWindow, page: FormPage
) -> None:
    page.tree.go_to("D12")
    press(qtbot, Qt.Key.Key_Up, ALT)
    assert page.editing.outline.children("D1") == ["D12", "D11"]
    assert page.tree.current == "D12"
    press(qtbot, Qt.Key.Key_Left, ALT)
    assert page.editing.outline.parent("D12") == "D"
    press(qtbot, Qt.Key.Key_Right, ALT)
    assert page.editing.outline.parent("D12") == "D1"
    press(qtbot, Qt.Key.Key_F2)
    commit(focused(), "认可率")
    press(qtbot, Qt.Key.Key_Return)
    assert page.editing.outline.line("D12").name == "认可率"
    press(qtbot, Qt.Key.Key_Delete)
    assert "D12" not in page.editing.outline
    assert page.tree.current, "another row is current"
    assert window.workplace is not None
    window.workplace.undo()
    assert page.editing.outline.line("D12").name == "认可率"
    for _ in range(4):
        window.workplace.undo()
    assert page.editing.draft is None
    assert page.state.text() == "现行指标体系，没有改动"
    page.tree.go_to("D11")
    page.ask("add_below")
    assert "只有 3 级" in page.hint.text()


def test_the_rule_is_changed_by_form_and_tried_with_trial_numbers(qtbot: QtBot, page: FormPage) -> None:
    page.tree.go_to("D11")
    panel = page.indicator
    assert "公众知晓率 ÷ 96%" in panel.sentence.text()
    assert "得 9.01 / 10 分" in panel.trial.result.text()
    rate = panel.trial.editors["rate"].input
    rate.setFocus()
    qtbot.keyClicks(rate, "48%")
    panel.trial.editors["rate"].flush()
    assert "得 5.00 / 10 分" in panel.trial.result.text()
    target = panel.rule.editors["D11", "target", -1, ""]
    target.input.setFocus()
    target.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(target.input, "80%")
    target.flush()
    assert "÷ 80%" in panel.sentence.text()
    assert "得 6.00 / 10 分" in panel.trial.result.text()
    target.input.selectAll()  # type: ignore[attr-defined]
    commit(target.input, "很多")
    target.flush()
    assert "÷ 80%" in panel.sentence.text() or "不能" in panel.faults.text()

    panel.rule.kind.setCurrentIndex(panel.rule.kind.findData("bands"))
    panel.rule.kind.activated.emit(panel.rule.kind.currentIndex())
    assert panel.sentence.text().startswith("还不能执行")
    assert "各档" in panel.faults.text()
    assert panel.trial.isHidden()
    panel.rule._add_entry(next(p for p in _params("bands") if p.name == "band"))
    for part, text in (("limit", "40%"), ("points", "100%")):
        editor = panel.rule.editors["D11", "band", 0, part]
        editor.input.setText(text)  # type: ignore[attr-defined]
        editor.flush()
    assert panel.sentence.text().startswith("分档计分")
    assert "得 10.00 / 10 分" in panel.trial.result.text()


def _params(kind: str) -> tuple[object, ...]:
    from workbench.domain.rules.base import rule_types
    from workbench.domain.rules.params import params_of

    return params_of(rule_types()[kind])


def test_what_few_standards_state_waits_behind_a_link(qtbot: QtBot, page: FormPage) -> None:
    page.tree.go_to("D11")
    form = page.indicator.rule
    unit = form.editors["D11", "numerator_unit", -1, ""]
    stated = form.editors["D11", "rate_source", -1, ""]
    qtbot.waitUntil(lambda: stated.isVisibleTo(page))
    assert not unit.isVisibleTo(page)
    form._toggle_more()
    assert unit.isVisibleTo(page)
    page.tree.go_to("B11")
    named = form.editors["B11", "numerator", -1, ""]
    qtbot.waitUntil(lambda: named.isVisibleTo(page))


def test_decimals_of_one_score_are_set_and_refused_in_words(page: FormPage) -> None:
    page.tree.go_to("D11")
    digits = page.indicator.editors["digits"]
    assert digits.isVisibleTo(page)
    digits.input.setText("9")  # type: ignore[attr-defined]
    digits.flush()
    assert "0 至 6" in digits.fault
    digits.input.setText("1")  # type: ignore[attr-defined]
    digits.flush()
    assert page.editing.outline.row("D11")["digits"] == 1
    form, _ = page.editing.compiled()
    assert form is not None
    assert form["D11"].digits == 1


def test_points_of_the_standard_follow_on_request(page: FormPage) -> None:
    page.tree.go_to("D11")
    points = page.indicator.editors["points"]
    points.input.setText("8")  # type: ignore[attr-defined]
    points.flush()
    assert "超过分值 8 分" in page.indicator.faults.text()
    assert not page.indicator.fit.isHidden()
    page.indicator.fit.click()
    assert page.indicator.faults.isHidden()
    assert page.indicator.fit.isHidden()


def test_nothing_is_applied_before_its_effect_was_seen_and_agreed_to(
    window: MainWindow, page: FormPage, opened: Session
) -> None:
    before, total = opened.evaluation, opened.scores.total
    page.tree.go_to("D12")
    page.ask("remove")
    page.tree.go_to("D1")
    page.indicator.by_share.click()
    page.show_part(EFFECT)
    effect = page.effect
    assert not effect.apply_button.isEnabled()
    assert not effect.agreed.isHidden()
    effect.agreed.setChecked(True)
    effect.apply_button.click()
    assert "请写明修改理由" in effect.reason.fault
    assert opened.evaluation.form is before.form
    commit(effect.reason.input, "委托方要求并入知晓率")
    effect.reason.flush()
    assert effect.apply_button.isEnabled(), "writing the reason does not ask to agree again"
    assert window.workplace is not None
    scoring = window.workplace.page("scoring")
    effect.apply_button.click()
    assert "已应用" in effect.said.text()
    assert opened.evaluation.form.get("D12") is None
    assert opened.evaluation.get(Entry, "D12") is None
    revision = opened.evaluation.get(FormRevision, IN_FORCE)
    assert revision is not None
    assert revision.reason == "委托方要求并入知晓率"
    assert page.editing.draft is None
    assert window.workplace.page("form") is page
    assert "删去" in " ".join(str(one) for one in page.editing.against_original())

    window.workplace.undo()
    assert window.workplace.page("form") is page
    assert page.tree.current, "the page that is seen follows"
    assert "D11" in page.editing.outline
    assert page.editing.draft is not None
    window.workplace.redo()
    assert opened.evaluation.form.get("D12") is None

    window.workplace.navigate(Address("indicator", "D11"))
    fresh = window.workplace.page("scoring")
    assert fresh is not scoring, "pages that show indicators are built anew"
    assert isinstance(fresh, ScoringPage)
    assert fresh.current == "D11"
    window.workplace.undo()
    assert opened.evaluation.form == before.form
    assert opened.evaluation.get(Entry, "D12") == before.get(Entry, "D12")
    assert opened.scores.total == total
    assert window.workplace.page("scoring") is not fresh
    window.workplace.show_page("form")
    again = window.workplace.page("form")
    assert isinstance(again, FormPage)
    assert again.editing.draft is not None, "the draft is there again"


def test_going_through_kinds_of_rules_loses_nothing(page: FormPage) -> None:
    page.tree.go_to("D11")
    before = page.editing.outline.row("D11")["rule"]
    for kind in ("judgement", "points", "bands", "steps", "formula", "ratio"):
        page.indicator.rule._choose(kind)
    assert page.editing.outline.row("D11")["rule"] == before
    assert page.editing.draft is None


def test_a_removed_indicator_can_be_kept_after_all(page: FormPage) -> None:
    page.tree.go_to("D12")
    page.ask("remove")
    page.show_part(EFFECT)
    told = [notice.words.text() for notice in page.effect.findChildren(Notice)]
    assert any("将失去位置：效益 › 社会效益 › 公众认可率" in words for words in told), (
        "also while it is out of sum"
    )
    page.tree.go_to("D1")
    page.indicator.by_share.click()
    page.show_part(EFFECT)
    page.effect._restore("D12")
    assert "D12" in page.editing.outline
    assert page.editing.outline.line("D1").gap == -10
    page.effect._discard()
    assert page.editing.draft is None
    assert "可用 Ctrl Z 恢复" in page.effect.said.text()


def test_the_draft_is_kept_while_other_pages_are_seen(window: MainWindow, page: FormPage) -> None:
    page.tree.go_to("D11")
    name = page.indicator.editors["name"]
    name.input.setFocus()
    commit(name.input, "甲")
    assert name.pending
    assert window.workplace is not None
    window.workplace.show_page("overview")
    window.workplace.show_page("form")
    assert "甲" in page.editing.outline.line("D11").name


def test_the_form_goes_out_as_a_template_and_comes_back_as_a_draft(
    qtbot: QtBot, window: MainWindow, page: FormPage, catalog: Catalog, tmp_path: Path
) -> None:
    page.show_part(TEMPLATE)
    template = page.template
    assert template is not None
    levels = template.editors["levels"]
    levels.input.setText("2")  # type: ignore[attr-defined]
    levels.flush()
    assert "用到第 3 级" in levels.fault
    levels.revert_unsaved()
    template.title.setText("本公司热线体系")
    template.save()
    assert "已保存" in template.kept.text()
    assert any(one.own and one.title == "本公司热线体系" for one in catalog.list_forms())

    alerts = window.alerts
    assert isinstance(alerts, QuietAlerts)
    alerts.target = tmp_path / "导出 模板.xlsx"
    template.export()
    qtbot.waitUntil(lambda: "已导出" in template.told.text(), timeout=20_000)
    template.read(alerts.target)
    qtbot.waitUntil(lambda: template.reading is not None, timeout=20_000)
    template.take_as_draft()
    assert page.editing.draft is None, "the same form is no draft"

    template.read(book(tmp_path / "某局.xlsx", [["某市热线绩效评价指标体系"], HEADER, *ROWS]))
    qtbot.waitUntil(lambda: template.reading is not None, timeout=20_000)
    template.take_as_own()
    assert "已存为本单位模板" in template.told.text()
    template.read(book(tmp_path / "坏.xlsx", [HEADER, *ROWS, ["合计", "", "", 90]]))
    qtbot.waitUntil(lambda: "正在读取" not in template.told.text(), timeout=20_000)
    assert template.reading is None
    assert template.told.text()


def test_the_page_is_reached_by_its_kind_and_shows_a_field(window: MainWindow, page: FormPage) -> None:
    assert window.workplace is not None
    window.workplace.show_page("overview")
    window.workplace.navigate(Address("form_revision", "B12", "points"))
    assert window.workplace.current == "form"
    assert page.tree.current == "B12"
    assert page.stack.currentWidget() is page.parts[INDICATOR]
    assert focused() is page.indicator.editors["points"].input
    assert "最多得 4 分，达不到分值 6 分" in page.indicator.faults.text()
    assert page.editing.outline.line("B12").points == Decimal(6)


def notices(page: FormPage) -> str:
    return "\n".join(one.words.text() for one in page.effect.findChildren(Notice))


def test_findings_that_applying_would_raise_are_told_before(page: FormPage, opened: Session) -> None:
    found = set(page.effect._context.services.checking.findings)  # type: ignore[union-attr]
    raw = put_points(put_points(form_to_raw(opened.evaluation.form), "A11", Decimal(3)), "A12", Decimal(5))
    page.editing.put(raw, "改分值")
    page.show_part(EFFECT)
    told = notices(page)
    assert "应用后核验会多出" in told
    assert "最高可得 4 分，本指标分值 3 分" in told
    assert set(page.effect._context.services.checking.findings) == found, "nothing is changed yet"  # type: ignore[union-attr]


def test_a_finding_about_the_form_leads_to_the_form(window: MainWindow, page: FormPage) -> None:
    assert window.workplace is not None
    window.workplace.show_page("checks")
    checks = window.workplace.page("checks")
    assert isinstance(checks, ChecksPage)
    card = next(one for one in checks.cards if one.finding.code == "K07")
    checks._go(card.finding)
    assert (window.workplace.current, page.tree.current) == ("form", card.finding.place.id)
    assert card.finding.key == f"K07:indicator:{card.finding.indicator}", "earlier waivers are kept by it"


def test_the_effect_names_no_grade_before_everything_is_scored(page: FormPage, opened: Session) -> None:
    assert "（优）" in page.editing.effect().total_text()
    gone = [one for one in opened.evaluation.table(Input).values() if one.indicator == "A11"]
    opened.change([Change(one, None) for one in gone])
    page.editing.put(put_points(form_to_raw(opened.evaluation.form), "A11", Decimal(3)), "改分值")
    page.editing.put(put_points(page.editing.raw, "A12", Decimal(5)), "改分值")
    text = page.editing.effect().total_text()
    assert text.startswith("未评完，已评得 ")
    assert "优" not in text


def test_grades_and_rounding_are_changed_in_the_draft(page: FormPage, opened: Session, qtbot: QtBot) -> None:
    page.show_part(TEMPLATE)
    assert page.template is not None
    card = page.template.grades
    lower = card.editors[0, "lower"]
    lower.input.setFocus()
    lower.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(lower.input, "95")
    page.flush()
    assert page.editing.compiled()[0].bands[0].lower == Decimal(95)  # type: ignore[union-attr]
    assert [told.text() for told in card._ranges][:2] == ["95 至 100 分（含）", "80 至 95 分"]
    lower.input.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(lower.input, "75")
    page.flush()
    assert "大于“良”的 80" in lower.fault
    page.editing.discard()
    card.add.click()
    assert focused() is card.editors[0, "name"].input
    assert card.editors[0, "name"].text() == "新等级"
    card._remove(4)
    assert "不能删去" in card.told.text()
    card._remove(0)
    assert [card.editors[n, "name"].text() for n in range(4)] == ["优", "良", "中", "差"]
    card.at.input.setCurrentIndex(1)  # type: ignore[attr-defined]
    assert page.editing.effect().form.rounding.at == "total"
