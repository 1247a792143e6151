"""The schema in steps, oldest first; a shipped step is never edited."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.store.database import APPLICATION_ID, Damaged, number

if TYPE_CHECKING:
    from sqlite_utils import Database

#: The number of steps of this program; kept in the file as ``user_version``.
NEWEST = 2

# One table per entity kind. Columns are text, those marked :int whole numbers.
_ENTITIES_1 = {
    "overview": (
        "project year mode evaluated_unit department commissioner agency lead project_start "
        "project_end actual_end tender_date contract_date base_date evaluation_start "
        "evaluation_end report_date fund_unit fund_source counting_stage background content "
        "organisation overall_target purpose scope basis principles process experience remarks"
    ),
    "member": "position:int name organisation speciality title duty",
    "target": "position:int level1 level2 name operator value unit actual indicator explanation",
    "fund_line": "position:int year item initial budget arrived due spent contract explanation",
    "entry": ("override override_reason basis basis_source collection_method no_evidence_reason done:int"),
    "input": "indicator key value source manual:int note",
    "mark": "indicator stage score reason by",
    "deduction": "position:int indicator points reason basis",
    "evidence": (
        "number:int title kind source method page copy obtained by note file_name sha256 size:int "
        "media_type taken"
    ),
    "link": "from_kind from_id to_kind to_id place note",
    "questionnaire": ("position:int title group issued:int returned:int valid:int held place introduction"),
    "question": "position:int questionnaire code text name role kind base:int stated_rate",
    "option": "position:int question label weight count:int share",
    "problem": "position:int category title description cause unit no_deduction_reason",
    "advice": "position:int title text addressee",
    "paragraph": "text",
    "waiver": "code reason by",
}

# The second step. A field that joins a kind of the first is ``later=True`` in its dataclass; absent,
# it has its default. tests/store/released/ holds what each released version wrote.
_ENTITIES_2: dict[str, str] = {
    "form_revision": "raw reason base",
    "document_request": (
        "position:int category name period proves status due received from_whom to_whom copy copies:int "
        "certified:int note"
    ),
    "interview": (
        "position:int title place held begins ends host recorder unit_persons team_persons topics "
        "confirmed_by confirmed_on note"
    ),
    "exchange": "position:int interview topic question answer answered_by indicator",
    "site_record": (
        "position:int title kind place started ended unit_persons team_persons seen faults opinion "
        "counted population:int visited:int sampling confirmed_by confirmed_on note"
    ),
    "fact": "position:int record name value booked unit observed note",
    "sampling": (
        "position:int title counted method rule population:int population_money drawn:int drawn_money note"
    ),
    "sampled_item": "position:int sampling name number money place result",
    "stated_rate": (
        "position:int name period numerator_name numerator denominator_name denominator rate source explanation"
    ),
    "opinion": (
        "position:int round party received text subject indicator problem adopted reply score_before "
        "score_after replied by"
    ),
    "review_note": "position:int level reviewer noted subject indicator text answer by closed:int",
    "sign_off": "level by signed remark content step:int",
    "sheet": (
        "position:int questionnaire number entry_pass:int typist answers first_answers state void_reason "
        "evidence evidence_page same_person_reason note"
    ),
    "sheet_batch": "position:int questionnaire source sha256 numbers answers texts voids",
    "answer_group": "position:int question label answers",
    "survey_result": "questionnaire frozen by note figures",
}
_COLUMNS_2: dict[str, str] = {
    "overview": "index_scheme unit_profile achievements outline",
    "evidence": "index derived_from withheld:int taken_place",
    "entry": "owner override_by",
    "paragraph": "mode",
    "target": "suggested suggestion_reason",
    "fund_line": "stated_rate",
    "questionnaire": (
        "way aggregation double_entry double_every:int double_share double_seed columns number_prefix "
        "printed_to:int"
    ),
    "question": "weight skip_if required:int",
    "option": "no_answer:int",
}


def _fields(described: str) -> dict[str, type]:
    """``"position:int name"`` as names with their types."""
    return {
        name: int if held == "int" else str
        for name, _, held in (column.partition(":") for column in described.split())
    }


def _create_entities(db: Database, entities: dict[str, str]) -> None:
    for kind, described in entities.items():
        # ``put_order`` keeps the order in which entities were put.
        db.create_table(
            kind,
            {"put_order": int, "id": str, **_fields(described), "row_hash": str},
            pk="put_order",
            not_null={"id", "row_hash"},
            strict=True,
        ).create_index(["id"], unique=True)


def _step_1(db: Database) -> None:
    _create_entities(db, _ENTITIES_1)
    db.create_table("meta", {"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)
    db.create_table("form", {"id": str, "raw": str}, pk="id", not_null={"raw"}, strict=True)
    db.create_table(
        "journal",
        {
            "seq": int,
            "step": int,
            "action": str,
            "target": int,
            "kind": str,
            "entity": str,
            "before": str,
            "after": str,
            "label": str,
            "at": str,
            "by": str,
            "state": str,
            "hash": str,
        },
        pk="seq",
        not_null={"step", "action", "kind", "entity", "label", "at", "by", "state", "hash"},
        strict=True,
    )  # without an index: each would be one more page to write with every edit, and reading is rare
    for event in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER journal_no_{event.lower()} BEFORE {event} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


def _step_2(db: Database) -> None:
    _create_entities(db, _ENTITIES_2)
    for kind, described in _COLUMNS_2.items():
        for name, held in _fields(described).items():
            db.table(kind).add_column(name, held)


_STEPS = (_step_1, _step_2)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply every pending step, each with its record in one transaction."""
    import sqlite_utils  # takes a while to load, and most openings have nothing to migrate

    steps = sqlite_utils.Migrations("evaluation")
    for step in _STEPS:
        steps(name=step.__name__.strip("_"))(step)
    database = sqlite_utils.Database(connection, recursive_triggers=False)
    steps.apply(database)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={NEWEST}")


def pending(connection: sqlite3.Connection, folder: Path) -> bool:
    """Whether the file has steps to go; refuses a file of a newer program, or one that isn't ours."""
    if number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise Damaged(f"“{folder.name}”中的 evaluation.db 不是评价工作台的数据文件，或已损坏。")
    version = number(connection, "PRAGMA user_version")
    if version > NEWEST:
        raise WorkbenchError(
            "newer-schema",
            f"评价“{folder.name}”由更新版本的工作台建立（数据格式 {version}，本程序支持到 {NEWEST}）。",
            "请先升级本机的工作台再打开；文件未作任何改动。",
        )
    return version < NEWEST
