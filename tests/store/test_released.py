"""Evaluations that released versions wrote open in this one, with the same figures."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Deduction
from workbench.errors import WorkbenchError
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY
from workbench.store.sealed import Opener

#: The password of those whose name ends in ``locked``.
PHRASE = "一句记得住的话 2022"
RELEASED = sorted(Path(__file__).with_name("released").glob("*.zip"))


def opened(catalog: Catalog, folder: Path) -> Session:
    """An evaluation, with its password where it has one."""
    if catalog.is_locked(folder):
        with pytest.raises(WorkbenchError, match="设有密码"):
            catalog.open(folder)
        catalog.hold(folder, catalog.unlock(folder, Opener(PHRASE)))
    return catalog.open(folder)


@pytest.mark.parametrize("packed", RELEASED, ids=[path.stem for path in RELEASED])
def test_a_released_evaluation_opens_scores_and_is_edited(packed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "评价 一"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    catalog = Catalog(
        Path("forms"),
        tmp_path,
        compile_form=compile_form,
        clock=time.monotonic,
        now=local_now,
        keeping=BRIEFLY,
    )
    session = opened(catalog, folder)
    assert str(session.scores.total) == "92.47"
    session.put(Deduction(id="new", indicator="D11", reason="升级后所写"))
    session.close()
    again = opened(catalog, folder)
    assert again.evaluation.get(Deduction, "new") is not None
    again.undo()
    assert again.evaluation.get(Deduction, "new") is None
    again.close()
