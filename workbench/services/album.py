"""Drawn pictures kept on disk, so that each is drawn once; those of a locked evaluation are locked files."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from workbench import files
from workbench.services.rendering import Drawn
from workbench.store.locked_file import SUFFIX, DataKey, LockedFile, write_locked
from workbench.store.scratch import room

#: Changes when pictures are drawn differently, so that old ones are not shown.
FOLDER = "pictures-2"


class Album:
    """The pictures of one vault below ``folder``, by names that begin with the SHA-256 of what was drawn."""

    def __init__(self, folder: Path, key: DataKey | None) -> None:
        """With ``key`` everything in it is locked, its names too."""
        self.folder = folder
        self._key = key

    def _place(self, name: str, ending: str) -> Path:
        if self._key is None:
            return self.folder / name[:2] / f"{name}{ending}"
        told = self._key.name_of(f"{name}{ending}")
        return self.folder / told[:2] / f"{told}{SUFFIX}"

    def picture(self, name: str) -> Path | LockedFile:
        """The picture of that name."""
        path = self._place(name, ".jpg")
        return path if self._key is None else LockedFile(path, self._key)

    def known(self, name: str, *, whole: bool = False) -> Drawn | None:
        """What is known of a picture that was drawn before; nothing when there is none, or it is unreadable.

        ``whole`` also wants the picture to be byte for byte what was drawn: paper trusts no damaged copy.
        """
        with contextlib.suppress(OSError, ValueError, TypeError):
            note = self._place(name, ".json")
            told = note.read_bytes() if self._key is None else LockedFile(note, self._key).read_bytes()
            drawn = Drawn(**json.loads(told))
            if not drawn.ok:
                return drawn
            if not whole and self._place(name, ".jpg").stat().st_size > 0:
                return drawn
            if whole and [hashlib.sha256(self.picture(name).read_bytes()).hexdigest()] == drawn.digests:
                return drawn
        return None

    @contextlib.contextmanager
    def room(self, name: str) -> Iterator[Path]:
        """Where the picture is to be drawn. ``OSError`` passes."""
        place = self._place(name, ".jpg")
        place.parent.mkdir(parents=True, exist_ok=True)
        if self._key is None:
            yield place
            return
        with room() as folder:
            yield folder / "drawn.jpg"

    def keep(self, name: str, drawn_at: Path, drawn: Drawn) -> None:
        """Keep what was drawn in :meth:`room`, and what was learnt of the file. ``OSError`` passes."""
        told = json.dumps(asdict(drawn)).encode()
        note = self._place(name, ".json")
        if self._key is None:
            note.write_bytes(told)  # torn by a cut: drawn again
            return
        if drawn.ok:
            write_locked(self._place(name, ".jpg"), drawn_at.read_bytes(), self._key, durable=False)
        note.parent.mkdir(parents=True, exist_ok=True)
        write_locked(note, told, self._key, durable=False)

    def forget(self, contents: set[str]) -> None:
        """Remove the plain pictures of these contents (SHA-256), as far as the disk lets them go."""
        for folder in self.folder.parent.glob("pictures-*"):
            for path in folder.glob("[0-9a-f][0-9a-f]/*"):
                if path.name[:64] in contents:
                    files.discard(path)
