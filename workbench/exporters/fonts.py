"""Which face prints which role: the user's own, the machine's, or the one shipped with the program.

The faces that GB/T 9704 names may not be shipped, so each role has a stand-in; what was used is told.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.exporters.truetype import Face, FontUnusable


class Role(StrEnum):
    """What a face is used for, by the name the field gives it."""

    TITLE = "小标宋"
    HEADING = "黑体"
    KAI = "楷体"
    BODY = "仿宋"
    SONG = "宋体"
    SANS = "黑体（细）"


@dataclass(frozen=True, slots=True)
class _Faces:
    shipped: str
    files: tuple[str, ...] = ()  # as systems name them, with a face index behind # in collections
    names: tuple[str, ...] = ()  # parts of family names, for what a user puts into the font folder


_ROLES: dict[Role, _Faces] = {
    Role.TITLE: _Faces(
        "NotoSerifSC-Black.ttf",
        ("FZXBSJW.TTF", "FZXBSK.TTF", "方正小标宋简体.ttf", "方正小标宋简.TTF", "方正小标宋_GBK.ttf"),
        ("小标宋", "XiaoBiaoSong", "FZXBS"),
    ),
    Role.BODY: _Faces(
        "NotoSerifSC-Light.ttf",
        ("仿宋_GB2312.ttf", "simfang.ttf", "SIMFANG.TTF", "方正仿宋_GBK.ttf", "STFANGSO.TTF"),
        ("仿宋", "FangSong", "Fang Song", "FZFS"),
    ),
    Role.KAI: _Faces(
        "GongwenKai-Regular.ttf",
        ("楷体_GB2312.ttf", "simkai.ttf", "SIMKAI.TTF", "方正楷体_GBK.ttf", "STKAITI.TTF"),
        ("楷", "KaiTi", "Kai"),
    ),
    Role.HEADING: _Faces(
        "NotoSansSC-Bold.ttf",
        ("simhei.ttf", "SIMHEI.TTF", "方正黑体_GBK.ttf", "STXIHEI.TTF"),
        ("黑体", "SimHei", "Hei", "FZHT"),
    ),
    Role.SONG: _Faces("NotoSerifSC-Regular.ttf", ("simsun.ttc#0", "SIMSUN.TTC#0"), ("宋体", "SimSun")),
    Role.SANS: _Faces("NotoSansSC-Regular.ttf"),
}
_FALLBACKS = ("NotoSerifSC-Regular.ttf", "NotoSansSC-Regular.ttf", "GongwenKai-Regular.ttf")
_QUOTES = frozenset("“”‘’")


class Origin(StrEnum):
    """Where a face came from."""

    USER = "用户字体"
    SYSTEM = "本机字体"
    SHIPPED = "随附字体"


@dataclass(frozen=True, slots=True)
class FontUse:
    """A face that was used: for which role, its name and file, and where it came from."""

    role: str
    name: str
    file: str
    origin: Origin


@lru_cache(maxsize=8)
def _once(path: Path, _size: int, _changed: int) -> Face:
    """A face shipped with the program, read once in a run as long as its file is the same."""
    return Face.load(path)


def system_font_folders() -> tuple[Path, ...]:
    """Return the folders in which this kind of machine keeps its faces."""
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
        own = Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "Windows" / "Fonts"
        return (windows, own)
    shared = Path("/usr/share/fonts")
    return (
        shared,
        shared / "truetype",
        shared / "winfonts",
        shared / "chinese",
        Path("~/.fonts").expanduser(),
    )


class FontBook:
    """The faces of this program run, each read once.

    ``shipped`` is the folder of the program's own faces; ``user`` one that a person fills; ``system`` the
    machine's. Without ``user`` and ``system`` the result is the same on every machine.
    """

    def __init__(self, shipped: Path, *, user: Path | None = None, system: Sequence[Path] = ()) -> None:
        self._shipped = shipped
        self._user = user
        self._system = tuple(system)
        self._faces: dict[Role, Face] = {}
        self._origins: dict[Face, Origin] = {}
        self._files: dict[str, Face] = {}
        self._users: dict[Role, Face] | None = None
        self._choices: dict[tuple[Role, str], Face | None] = {}
        self.refused: list[str] = []

    def face(self, role: Role) -> Face:
        """Return the face of a role: the user's, else the machine's, else the shipped one."""
        face = self._faces.get(role)
        if face is None:
            face = self._users_own().get(role)
            origin = Origin.USER
            if face is None:
                face, origin = self._machines(role), Origin.SYSTEM
            if face is None:
                face, origin = self._ships(_ROLES[role].shipped), Origin.SHIPPED
            self._faces[role] = face
            self._origins.setdefault(face, origin)
        return face

    def face_for(self, role: Role, char: str) -> Face | None:
        """Return the face that draws a character in a role, or ``None`` when no face here has it."""
        try:
            return self._choices[role, char]
        except KeyError:
            choice = self._choices[role, char] = self._choose(role, char)
            return choice

    def _choose(self, role: Role, char: str) -> Face | None:
        first = self.face(role)
        # Some faces set Chinese quotation marks as narrow Latin ones, which tears a Chinese line apart.
        if first.covers(char) and (char not in _QUOTES or first.widths[char] >= 900):
            return first
        for name in _FALLBACKS:
            face = self._ships(name)
            if face.covers(char):
                return face
        return first if first.covers(char) else None

    def use_of(self, role: Role, face: Face) -> FontUse:
        """Describe the use of a face, for the summary of a file."""
        return FontUse(role.value, face.name, face.file, self._origins[face])

    def _ships(self, name: str) -> Face:
        face = self._files.get(name)
        if face is None:
            try:
                found = (self._shipped / name).stat()
                face = _once(self._shipped / name, found.st_size, found.st_mtime_ns)
            except (OSError, FontUnusable) as error:
                raise WorkbenchError(
                    "font-missing",
                    f"随程序附带的字体“{name}”缺失或已损坏（{self._shipped}）。",
                    "请重新安装本程序。",
                ) from error
            self._files[name] = face
            self._origins.setdefault(face, Origin.SHIPPED)
        return face

    def _machines(self, role: Role) -> Face | None:
        for folder in self._system:
            for entry in _ROLES[role].files:
                name, _, index = entry.partition("#")
                face = self._try(folder / name, int(index or 0))
                if face is not None:
                    return face
        return None

    def _users_own(self) -> dict[Role, Face]:
        if self._users is None:
            self._users = {}
            folder = self._user
            found = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
            for path in found:
                if path.suffix.lower() not in {".ttf", ".ttc", ".otf"}:
                    continue
                face = self._try(path, 0)
                role = _role_of(face) if face is not None else None
                if face is not None and role is not None:
                    self._users.setdefault(role, face)
        return self._users

    def _try(self, path: Path, index: int) -> Face | None:
        """Read a face that may not be there or may be useless; what was useless is remembered for the user."""
        try:
            return Face.load(path, index)
        except FontUnusable as error:
            self.refused.append(str(error))
        except OSError:
            return None
        return None


def _role_of(face: Face) -> Role | None:
    names = (*face.families, Path(face.file).stem)
    for role, faces in _ROLES.items():
        if any(part in name for part in faces.names for name in names):
            return role
    return None
