"""Ids of indicators where the table gives none."""

from __future__ import annotations

import re

from workbench.importers.table_rows import Draft

_CODE = re.compile(r"(?P<code>[A-Z]\d{0,5})[\s.、:：-]*(?=[\u4e00-\u9fff])")


def number_indicators(drafts: list[Draft], *, template: bool) -> None:
    """Give every indicator an id: its code, else A, A1, A11 as the shipped systems have.

    With more than nine children anywhere the parts are kept apart by points (A.1.10).
    """
    if not template:
        _take_codes(drafts)
    groups: dict[Draft | None, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.parent, []).append(draft)
    dotted = any(len(children) > 9 for parent, children in groups.items() if parent is not None)
    taken = {draft.id for draft in drafts if draft.id}
    for draft in drafts:
        if draft.id:
            continue
        position = groups[draft.parent].index(draft) + 1
        if draft.parent is None:
            wish = chr(64 + position) if position <= 26 else f"X{position}"
        else:
            wish = f"{draft.parent.id}{'.' if dotted else ''}{position}"
        while wish in taken:
            wish += "'"
        draft.id = wish
        taken.add(wish)


def _take_codes(drafts: list[Draft]) -> None:
    """``A101立项依据充分性`` → id and name, where every indicator has such a code of its own."""
    found = [_CODE.match(draft.name) for draft in drafts]
    codes = [match["code"] for match in found if match is not None]
    if len(set(codes)) < len(drafts) or any(draft.id for draft in drafts):
        return
    for draft, match in zip(drafts, found, strict=True):
        if match is not None:
            draft.id, draft.name = match["code"], draft.name[match.end() :]
