"""What comes from others and goes to them: each carried out on a disk that fails, in a process that dies."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.endurance.operations import (
    NAME,
    Operation,
    Run,
    expect_after,
    expect_whole_file,
    go_on,
    opened,
    parts_of,
    prepare_sample,
    trying,
    visible,
)
from tests.fuzzing import seeds
from workbench.domain.bureau import Binding
from workbench.domain.compiler import compile_form
from workbench.domain.entities_survey import SheetBatch
from workbench.domain.evaluation import Evidence, Question, Questionnaire
from workbench.errors import WorkbenchError
from workbench.installs import CURRENT, FOLDER, VERSIONS, Install, newer_program
from workbench.services.archiving import Archiving
from workbench.services.jobs import silent
from workbench.services.survey_files import SurveyFiles
from workbench.services.updating import Updating
from workbench.store.evidence import Vault

_PHRASE = "一句记得住的话 2022"


def _nothing(_: str) -> None: ...


def _quiet() -> None: ...


def _calmly(place: Path) -> Run:
    return Run(place, 0, _nothing, _quiet, _quiet)


# sealed archives


def _seal(run: Run) -> None:
    parts = run.parts()
    session = parts.catalog.open(run.folder)
    run.begin()

    def write() -> None:
        path = run.out / "归档.wbx"
        parts.archiving.job(session, path, kinds=["score-sheet"], password=_PHRASE).run()

    if trying(run, write):
        run.say("sealed")
    go_on(run, session)


def _look_seal(place: Path, said: list[str], seed: int) -> None:
    archiving = parts_of(place).archiving
    for path in visible(place / "交付"):
        assert archiving.verify(path, Archiving.opener(_PHRASE)) == [], f"{path.name} shows and is not whole"
    for path in (place / "交付").iterdir():
        assert not path.is_dir(), "an archive that is to be sealed lies in clear where it goes to"
    if "sealed" in said:
        assert visible(place / "交付")
    _look_on(place, said, seed)


def _prepare_unseal(place: Path) -> None:
    prepare_sample(place)
    _seal(_calmly(place))


def _unseal(run: Run) -> None:
    parts = run.parts()
    run.begin()
    opener = Archiving.opener(_PHRASE)
    path = run.out / "归档.wbx"
    if trying(run, lambda: parts.archiving.reopen(path, run.place / "取回" / NAME, opener)):
        run.say("reopened")
    run.calm()
    go_on(run, parts.catalog.open(run.folder))


def _look_unseal(place: Path, said: list[str], seed: int) -> None:
    assert [path.name for path in visible(place / "交付")] == ["归档.wbx"]
    back = place / "取回" / NAME
    assert back.is_dir() or "reopened" not in said
    if back.is_dir():
        session = opened(back.parent)
        held = [item.sha256 for item in session.evaluation.listed(Evidence)]
        assert Vault(back / "evidence").verify(held, silent) == []
        session.close()
    _look_on(place, said, seed)


def _look_on(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    expect_after(session, said, seed)
    session.close()


# answers, an indicator system


def _prepare_survey(place: Path) -> None:
    prepare_sample(place)
    rows = "".join(
        f"{n},2022/11/14,{'男' if n % 2 else '女'},{('非常满意', '不满意')[n % 2]}\n" for n in range(450)
    )
    (place / "问卷.csv").write_text(f"序号,提交时间,1、性别,2、满意度\n{rows}", "utf-8")


def _survey(run: Run) -> None:
    parts = run.parts()
    session = parts.catalog.open(run.folder)
    files = SurveyFiles(session, parts.survey_memory)
    table = files.read(run.place / "问卷.csv")
    preview = files.preview_draft(table, files.draft(table))
    run.begin()
    if trying(run, lambda: files.apply(preview, unclear=True)):
        run.say("imported")
    go_on(run, session)


def _look_survey(place: Path, said: list[str], seed: int) -> None:
    session = opened(place)
    found = session.evaluation
    asked = [one for one in found.listed(Questionnaire) if one.title == "问卷"]
    ids = {one.id for one in asked}
    questions = [one for one in found.listed(Question) if one.questionnaire in ids]
    numbers = [
        number
        for one in found.listed(SheetBatch)
        if one.questionnaire in ids
        for number in one.numbers.split("\n")
    ]
    whole = (1, 2, 450)
    assert (len(asked), len(questions), len(numbers)) in {whole, (0, 0, 0)}, "half of the answers are there"
    assert asked or "imported" not in said, "answers that were called imported are lost"
    memory = parts_of(place).survey_memory
    if memory.exists():
        json.loads(memory.read_text("utf-8"))
    expect_after(session, said, seed)
    session.close()


def _prepare_form(place: Path) -> None:
    prepare_sample(place)
    (place / "指标表.xlsx").write_bytes(seeds.workbook({"指标": seeds.INDICATORS}))


def _form(run: Run) -> None:
    parts = run.parts()
    run.begin()
    if trying(run, lambda: parts.authoring.take_over(run.place / "指标表.xlsx", form_id="own")):
        run.say("taken")
    if trying(run, lambda: parts.authoring.export("national-annex2", run.out / "模板.xlsx")):
        run.say("written")
    run.calm()
    go_on(run, run.parts().catalog.open(run.folder))


def _look_form(place: Path, said: list[str], seed: int) -> None:
    parts = parts_of(place)
    listed = {one.id: one for one in parts.catalog.list_forms() if one.own}
    assert all(one.form is not None for one in listed.values()), "half an indicator system is listed"
    if "taken" in said:
        assert len(parts.catalog.form("own").leaves) == 2
    for path in visible(place / "交付"):
        expect_whole_file(path)
    assert visible(place / "交付") or "written" not in said
    _look_on(place, said, seed)


# the bureau's workbook


def _prepare_bureau(place: Path) -> None:
    prepare_sample(place)
    (place / "空白表.xlsx").write_bytes(seeds.workbook({"表": seeds.SCORES}))
    (place / "空白表 2.xlsx").write_bytes(seeds.workbook({"表": (*seeds.SCORES, ("附注",))}))
    parts_of(place).bureau.save("评分表", place / "空白表.xlsx", [Binding("表", 4, 6, "total")])


def _bureau(run: Run) -> None:
    parts = run.parts()
    session = parts.catalog.open(run.folder)
    run.begin()
    bindings = [Binding("表", 4, 6, "total"), Binding("表", 4, 7, "grade")]
    if trying(run, lambda: parts.bureau.save("评分表", run.place / "空白表 2.xlsx", bindings)):
        run.say("kept")

    def fill() -> None:
        form = parts.bureau.form("评分表")
        parts.exporting.bureau_job(session, form, run.out / "评分表.xlsx").run()

    if trying(run, fill):
        run.say("filled")
    go_on(run, session)


def _look_bureau(place: Path, said: list[str], seed: int) -> None:
    bureau = parts_of(place).bureau
    (listing,) = bureau.listed()
    assert listing.form is not None, listing.fault
    assert hashlib.sha256(listing.form.blank.read_bytes()).hexdigest() == listing.form.sha256
    assert len(listing.form.bindings) == 2 or "kept" not in said, "a form that was called kept is lost"
    for path in visible(place / "交付"):
        expect_whole_file(path)
        try:
            assert bureau.compare(listing.form, path) == []
        except WorkbenchError as error:
            raise AssertionError(f"{path.name} does not fit: {error}") from error
    assert visible(place / "交付") or "filled" not in said
    _look_on(place, said, seed)


# a firm's own things


def _prepare_firm(place: Path) -> None:
    _prepare_bureau(place)
    parts = parts_of(place)
    own = compile_form(seeds.small_raw())
    parts.authoring.save(own, form_id="own")
    parts.firm.export(place / "本单位.wbd", "某所")
    parts.authoring.save(replace(own, title="改过的"), form_id="own", replacing=True)
    parts.bureau.save("评分表", place / "空白表 2.xlsx", [Binding("表", 4, 6, "total")])


def _firm(run: Run) -> None:
    parts = run.parts()
    run.begin()
    if trying(run, lambda: parts.firm.export(run.out / "本单位.wbd", "某所")):
        run.say("written")
    if trying(run, lambda: parts.firm.take_in(run.place / "本单位.wbd")):
        run.say("taken")
    run.calm()
    go_on(run, run.parts().catalog.open(run.folder))


def _look_firm(place: Path, said: list[str], seed: int) -> None:
    parts = parts_of(place)
    for path in visible(place / "交付"):
        parts.firm.preview(path)
    assert visible(place / "交付") or "written" not in said
    (bureau,) = parts.bureau.listed()
    assert bureau.form is not None, bureau.fault
    early = (parts.catalog.form("own").title != "改过的", len(_rows(bureau.form.blank)) == len(seeds.SCORES))
    assert early in {(True, True), (False, False)}, "half of a firm's things was taken in"
    assert early[0] or "taken" not in said
    _look_on(place, said, seed)


def _rows(blank: Path) -> list[object]:
    from workbench.importers.workbooks import read_workbook

    return list(read_workbook(blank).rows("表"))


# a newer version


def _prepare_update(place: Path) -> None:
    from tests.services.test_updating import Machine

    prepare_sample(place)
    machine = Machine(place)
    program = place / "程序-1.2.0"
    (program / "_internal").mkdir(parents=True)
    (program / "workbench").write_text("#!/bin/sh\necho 1.2.0\n", "utf-8")
    (program / "_internal" / "lib.so").write_bytes(bytes(100_000))
    with tarfile.open(place / "程序.tar", "w") as archive:
        archive.add(program, program.name)
    machine.package(payload=place / "程序.tar")
    shutil.rmtree(program)


def _updating(place: Path) -> Updating:
    install = Install(FOLDER, place / "现场 评价工作台", "1.1.0", "linux", "x86_64")
    return Updating(install, place / "resources", place / "cache", run=lambda *_: 0, start=lambda *_: 0)


def _update(run: Run) -> None:
    run.begin()
    if trying(run, lambda: _updating(run.place).update(run.place / "1.2.0.update")):
        run.say("updated")
    run.calm()
    go_on(run, run.parts().catalog.open(run.folder))


def _look_update(place: Path, said: list[str], seed: int) -> None:
    top = place / "现场 评价工作台"
    newer = newer_program(top / "workbench", "1.1.0")
    assert newer is not None or "updated" not in said, "an update that was called done is none"
    if newer is not None:
        assert newer.read_text("utf-8") == "#!/bin/sh\necho 1.2.0\n", "a half program counts"
        assert (newer.parent / "_internal" / "lib.so").read_bytes() == bytes(100_000), "half a library"
    current = top / VERSIONS / CURRENT
    assert not current.exists() or current.read_text("ascii") == "1.2.0\n"
    assert _updating(place).update(place / "1.2.0.update").close, "it can't be done again"
    _look_on(place, said, seed)


OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        Operation("seal", prepare_sample, _seal, _look_seal),
        Operation("unseal", _prepare_unseal, _unseal, _look_unseal),
        Operation("survey-import", _prepare_survey, _survey, _look_survey),
        Operation("form-import", _prepare_form, _form, _look_form),
        Operation("bureau", _prepare_bureau, _bureau, _look_bureau),
        Operation("firm", _prepare_firm, _firm, _look_firm),
        Operation("update", _prepare_update, _update, _look_update),
    )
}
