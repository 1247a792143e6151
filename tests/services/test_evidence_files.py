"""Evidence files that are gone or changed are findings that name them."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import session
from workbench.domain.checks import Finding, Limits
from workbench.domain.evaluation import Evidence, Link
from workbench.services.checking import Checking
from workbench.services.evidence_files import EvidenceFiles
from workbench.services.jobs import silent
from workbench.store.evidence import Vault
from workbench.store.incoming import StoredFile


def stored(vault: Vault, number: int, content: bytes) -> Evidence:
    file = vault.add(content, f"{number}.txt", silent)
    assert isinstance(file, StoredFile)
    return Evidence(
        id=f"e{number}", number=number, title=f"凭证 {number}", sha256=file.sha256, size=file.size
    )


def about_files(checking: Checking) -> list[Finding]:
    return [finding for finding in checking.findings if finding.key.endswith(":file")]


def test_a_missing_or_changed_file_is_named_and_a_restored_one_is_not(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    items = [stored(vault, n, f"内容 {n}".encode()) for n in (1, 2, 3)]
    tie = Link(id="k", from_kind="evidence", from_id="e1", to_kind="indicator", to_id="A12")
    checking = Checking(
        session(*items, tie, Evidence(id="e4", title="只有名称")), Limits(), files=EvidenceFiles(vault)
    )
    assert about_files(checking) == []
    paths = {item.id: vault.path_of(item.sha256) for item in items}
    first, second, third = (path for path in paths.values() if path is not None)
    kept = first.read_bytes()
    first.unlink()
    second.write_bytes(b"x")
    checking.look_at_files()
    gone, changed = about_files(checking)
    assert (gone.code, gone.severity, gone.place.id, gone.message) == (
        "K04",
        "E",
        "e1",
        "佐证-001“凭证 1”的文件不在了。",
    )
    assert "有 1 处引用" in gone.detail
    assert changed.message == "佐证-002“凭证 2”的文件内容已改变。"
    first.write_bytes(kept)
    third.write_bytes("内容 9".encode())
    checking.look_at_files()
    assert [f.place.id for f in about_files(checking)] == ["e2"], "the same size is only seen by reading"
    contents = [item.sha256 for item in items]
    checking.files_were_read(contents, vault.verify(contents, silent))
    assert [f.place.id for f in about_files(checking)] == ["e2", "e3"]


def test_a_file_stored_after_the_last_look_is_there(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    opened = session(stored(vault, 1, b"a"))
    checking = Checking(opened, Limits(), files=EvidenceFiles(vault))
    assert about_files(checking) == []
    opened.put(stored(vault, 2, b"b"))
    assert about_files(checking) == []
