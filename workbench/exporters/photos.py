"""现场照片: the pictures among the evidence, indicator by indicator, two to a row, each with its number and time."""

from __future__ import annotations

from workbench.domain.evaluation import Evidence
from workbench.exporters.document import BESIDE, Absent, Block, Figure, Heading, PhotoGrid, Picture
from workbench.exporters.report_data import ReportData, Seen
from workbench.exporters.report_words import evidence_text

_TAKEN_DAY = 10


def photo_annex(data: ReportData) -> list[Block]:
    """The annex of a report; nothing without pictures at hand. A picture stands at the first indicator it proves."""
    if data.sights is None:
        return []
    photos = {
        item.number: item
        for item in data.evidence
        if item.media_type.startswith("image/") and not item.withheld
    }
    parted = [(row, [photos.pop(number) for number in row.evidence if number in photos]) for row in data.rows]
    every = [item for _, own in parted for item in own]
    seen = dict(zip((item.id for item in every), data.sights.whole(every, BESIDE), strict=True))
    blocks: list[Block] = []
    for row, own in parted:
        if own:
            blocks.append(Heading(3, row.indicator.name, numbered=False))
            blocks.append(PhotoGrid(tuple(_figure(item, seen[item.id]) for item in own)))
    return blocks


def _figure(item: Evidence, picture: Seen) -> Figure:
    picture = Absent(item.title) if picture is None else picture
    taken = f"（{item.taken[:_TAKEN_DAY]} 拍摄）" if item.taken else ""
    name = f"{evidence_text((item.number,))} {item.title}"
    return Figure(Picture(picture, item.title), f"{name}{taken}")
