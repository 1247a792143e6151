"""Redacted copies: drawn anew from pixels by a child process, proved clean, stored as evidence of their own."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.evaluation import Evidence, Link
from workbench.domain.evidence_use import evidence_label
from workbench.domain.shapes import Shape
from workbench.errors import WorkbenchError
from workbench.files import safe_name, told
from workbench.services.attaching import Attaching, Intake
from workbench.services.jobs import Progress
from workbench.services.page_binding import PagePicture, bind_pages
from workbench.services.pictures import Pictures
from workbench.services.redaction_proof import leftovers
from workbench.services.redraw import DPI, ProveJob, RedrawJob
from workbench.services.rendering import DRAWN, Drawn
from workbench.services.session import Session
from workbench.store.scratch import room

#: Pages of one redacted PDF; more is no voucher.
MOST_PAGES = 500
#: Bytes that the drawn pages may take.
_ROOM = 512 << 20
_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
_KEPT_LOSSLESS = frozenset({"image/png", "image/bmp", "image/gif"})


@dataclass(frozen=True, slots=True)
class Derived:
    """What a redaction brought into the vault: of which item, and how many places were blackened."""

    original: str
    intake: Intake
    hidden: int


class Redacting:
    """Makes redacted copies of the open evaluation's evidence; ``make`` may run in any thread."""

    def __init__(self, session: Session, attaching: Attaching, pictures: Pictures, font: Path) -> None:
        """``font`` is the file of the typeface that words on pictures are written in."""
        self._session = session
        self._attaching = attaching
        self._pictures = pictures
        self._font = font

    @staticmethod
    def possible(item: Evidence) -> bool:
        """Whether the item is of a kind that can be drawn anew."""
        return item.media_type in DRAWN

    def make(self, item: Evidence, shapes: Sequence[Shape], progress: Progress) -> Derived:
        """Draw the item with the shapes burnt in and store the copy. The original is only read.

        Raises :class:`WorkbenchError` when it can't be drawn, when anything of what is hidden is left in
        what was written (nothing is stored then), and whatever ``progress`` raises.
        """
        seen = [shape for shape in shapes if shape.visible]
        if not seen:
            raise WorkbenchError(
                "nothing-drawn", "还没有画任何遮盖或标注。", "请先在页面上画出要涂黑的地方。"
            )
        vault = self._attaching.vault
        with (
            told(Path(tempfile.gettempdir()), "生成遮盖件"),
            room(_ROOM, private=vault.key is not None) as folder,
            vault.plain(item.sha256) as source,
        ):
            written, media_type, secrets = self._write(item, _there(item, source), seen, folder, progress)
            self._prove(written, media_type, seen, secrets)
            title = safe_name(f"{item.title}（遮盖件）", "遮盖件")
            intake = self._attaching.take_in_named(written, title + _SUFFIXES[media_type], progress)
        if intake.refused:
            fault = intake.refused[0]
            raise WorkbenchError("not-stored", f"遮盖件未能存入：{fault.what}", fault.remedy)
        return Derived(item.id, intake, sum(shape.kind == "hide" for shape in seen))

    def _write(
        self, item: Evidence, source: Path, shapes: Sequence[Shape], folder: Path, progress: Progress
    ) -> tuple[Path, str, list[str]]:
        """Draw every page; returns the file, its kind, and the text that was under black boxes."""
        lossless = item.media_type in _KEPT_LOSSLESS
        pages: list[PagePicture] = []
        secrets: list[str] = []
        number = total = 1
        while number <= total:
            progress(number - 1, total, f"正在重画第 {number} 页")
            target = folder / f"{number}.{'png' if lossless else 'jpg'}"
            drawn = self._pictures.do(
                RedrawJob(
                    str(source),
                    item.media_type,
                    number,
                    [dataclasses.asdict(shape) for shape in shapes],
                    "PNG" if lossless else "JPEG",
                    str(self._font),
                    str(target),
                )
            )
            if not drawn.ok:
                raise WorkbenchError(
                    "not-redrawn",
                    f"{evidence_label(item)} 第 {number} 页不能重画：{drawn.reason}",
                    "原件没有改动。",
                )
            if drawn.pages > MOST_PAGES:
                raise WorkbenchError(
                    "too-many-pages",
                    f"{evidence_label(item)} 有 {drawn.pages} 页，超过 {MOST_PAGES} 页。",
                    "请先摘出需要外发的几页，存为单独的文件再遮盖。",
                )
            total = 1 if item.media_type == "image/gif" else drawn.pages
            secrets += drawn.hidden
            pages.append(PagePicture(target, drawn.width, drawn.height, _dpi(item, drawn)))
            number += 1
        progress(total, total, "正在检查遮盖件")
        if item.media_type != "application/pdf" and total == 1:
            return pages[0].path, "image/png" if lossless else "image/jpeg", secrets
        bound = folder / "pages.pdf"
        bind_pages(pages, bound)
        return bound, "application/pdf", secrets

    def _prove(self, path: Path, media_type: str, shapes: Sequence[Shape], secrets: list[str]) -> None:
        """Search the written file; anything left of what is hidden stops the whole."""
        faults = list(leftovers(path.read_bytes(), media_type, secrets))
        if not faults:
            looked = self._pictures.do(
                ProveJob(str(path), media_type, [dataclasses.asdict(shape) for shape in shapes])
            )
            faults = [] if looked.ok else [looked.reason.rstrip("。")]
        if faults:
            raise WorkbenchError(
                "not-clean",
                f"检查发现遮盖件不干净：{'；'.join(dict.fromkeys(faults))}。未存入。",
                "原件没有改动。请把此情况告诉软件维护人员。",
            )

    def settle(self, derived: Derived, *, withhold: bool, by: str = "") -> Evidence | None:
        """Number the copy, tie it to what the original proves, and say where it comes from; one step.

        With ``withhold`` the original is kept out of what is handed out. On the GUI thread. Nothing when
        the original is gone by now, or the very same copy is there already.
        """
        evaluation = self._session.evaluation
        original = evaluation.get(Evidence, derived.original)
        if original is None:
            return None
        what = "遮盖" if derived.hidden else "标注"
        item = self._attaching.numbered(derived.intake.arrivals[0], by)
        if item is None:
            return None
        item = dataclasses.replace(
            item,
            kind=original.kind,
            source=original.source,
            method=original.method,
            page=original.page,
            copy="电子件",
            obtained=original.obtained,
            taken=original.taken,
            by=by or original.by,
            derived_from=original.id,
            note=f"由{evidence_label(original)} {what}而成",
        )
        ties = [
            dataclasses.replace(link, id=self._session.new_id(), from_id=item.id)
            for link in evaluation.links(from_kind="evidence", from_id=original.id)
        ]
        entities: list[Evidence | Link] = [item, *ties]
        if withhold and not original.withheld:
            entities.append(dataclasses.replace(original, withheld=True))
        self._session.put_all(entities, label=f"{what} {evidence_label(original)}")
        return item


def _there(item: Evidence, source: Path | None) -> Path:
    if source is None:
        raise WorkbenchError(
            "evidence-missing",
            f"{evidence_label(item)} 的文件不在评价文件夹中。",
            "请从备份中找回，或重新存入同一文件。",
        )
    return source


def _dpi(item: Evidence, drawn: Drawn) -> float:
    """Dots per inch of a page as drawn; the frames of a scan are taken to fill A4 (11.69 inches)."""
    return DPI if item.media_type == "application/pdf" else max(drawn.width, drawn.height) / 11.69
