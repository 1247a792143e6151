"""A workbook as its parts: read whole, written again with the same parts in the same order."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.package_xml import feed, guarded_parser, plain_tag

WORKBOOK = "xl/workbook.xml"
_CALC = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*>")
#: Elements of a workbook that stand before ``calcPr`` (ECMA-376 18.2.27), the last first.
_BEFORE_CALC = ("definedNames", "externalReferences", "functionGroups", "sheets")


class Package:
    """A workbook's parts by name, in their order, and which part each sheet is."""

    def __init__(self, path: Path) -> None:
        """Reads everything; the file was looked over by the guarded reader before."""
        try:
            with zipfile.ZipFile(path) as archive:
                self.entries = archive.infolist()
                self.parts = {entry.filename: archive.read(entry) for entry in self.entries}
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise WorkbenchError(
                "bad-blank", f"表样“{path.name}”不是完整的 .xlsx 工作簿。", "请重新取得空白表。"
            ) from error
        self.sheets = self._sheets()

    def _sheets(self) -> dict[str, str]:
        targets: dict[str, str] = {}
        found: dict[str, str] = {}

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if plain_tag(tag) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = (
                    target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
                )

        def sheet(tag: str, attributes: dict[str, str]) -> None:
            if plain_tag(tag) == "sheet":
                id_ = next((value for key, value in attributes.items() if plain_tag(key) == "id"), "")
                if targets.get(id_, "") in self.parts:
                    found[attributes.get("name", "")] = targets[id_]

        for part, handler in (("xl/_rels/workbook.xml.rels", relation), (WORKBOOK, sheet)):
            parser = guarded_parser(part)
            parser.StartElementHandler = handler
            feed(parser, self.parts.get(part, b""), True, part)
        return found

    def write(self, path: Path, changed: Mapping[str, bytes]) -> None:
        """The same parts in the same order with the same dates, some with other bytes."""
        with zipfile.ZipFile(path, "w") as archive:
            for entry in self.entries:
                kept = zipfile.ZipInfo(entry.filename, entry.date_time)
                kept.compress_type, kept.external_attr = entry.compress_type, entry.external_attr
                kept.create_system, kept.extra, kept.comment = entry.create_system, entry.extra, entry.comment
                archive.writestr(kept, changed.get(entry.filename, self.parts[entry.filename]))


def calculated_on_load(workbook: bytes) -> bytes:
    """``xl/workbook.xml`` with the one mark that makes programs calculate when they open the file."""
    found = _CALC.search(workbook)
    if found is not None:
        if b"fullCalcOnLoad" in found[0]:
            return workbook.replace(
                found[0], re.sub(rb'fullCalcOnLoad="[^"]*"', b'fullCalcOnLoad="1"', found[0])
            )
        at = found.start() + found[0].index(b"calcPr") + len(b"calcPr")
        return workbook[:at] + b' fullCalcOnLoad="1"' + workbook[at:]
    for name in _BEFORE_CALC:
        ends = [*re.finditer(rb"</((?:\w+:)?)" + name.encode() + rb">", workbook)]
        if ends:
            prefix, at = ends[-1][1], ends[-1].end()
            return workbook[:at] + b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>' + workbook[at:]
    return workbook
