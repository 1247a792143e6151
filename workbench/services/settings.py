"""One typed table of what a user may change, kept in one small file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbench import files
from workbench.domain.fields import BadValue, FieldSpec, Value, parse_value, show_value
from workbench.errors import WorkbenchError
from workbench.services.file_names import NAME_SCHEME

THEMES = ("跟随系统", "浅色", "深色")
SMALLEST_FONT, LARGEST_FONT = 80, 200
_LARGEST_FILE = 1_000_000
#: Where the file keeps what the firm has set, apart from what the person has.
_FIRM = "firm_defaults"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a user may change: ``kind`` as in :data:`workbench.domain.fields.KINDS`."""

    key: str
    label: str
    kind: str
    default: str | int | bool
    hint: str = ""
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    shown: bool = True
    """Whether the settings dialog offers it; the others are what the program remembers by itself."""
    firm: bool = False
    """Whether a firm may set it for everybody; what a person has chosen goes before."""

    @property
    def spec(self) -> FieldSpec:
        """The description for a field editor."""
        return FieldSpec(self.key, self.label, self.kind, choices=self.choices, hint=self.hint)

    def parse(self, text: str) -> str | int | bool:
        """Text as typed → value; raises :class:`BadValue` with a Chinese sentence."""
        value = parse_value(text, self.spec)
        if not isinstance(value, str | int):
            return self.default
        if (self.least is not None and int(value) < self.least) or (
            self.most is not None and int(value) > self.most
        ):
            raise BadValue(f"{self.label}应在 {self.least} 至 {self.most} 之间。")
        return value


SETTINGS: tuple[Setting, ...] = (
    Setting("evaluator", "评价员", "line", "", hint="记入修改记录和佐证目录的姓名"),
    Setting("theme", "外观", "choice", THEMES[0], choices=THEMES),
    Setting(
        "font_scale",
        "字号（%）",
        "count",
        100,
        hint=f"{SMALLEST_FONT} 至 {LARGEST_FONT}",
        least=SMALLEST_FONT,
        most=LARGEST_FONT,
    ),
    Setting("data_folder", "数据文件夹", "line", "", hint="评价保存在哪里；留空为“文档”下的默认文件夹"),
    Setting(
        "second_copy",
        "第二份保存到",
        "line",
        "",
        hint="U 盘或共享文件夹；每次备份时评价和佐证也存一份，留空则不存",
        firm=True,
    ),
    Setting(
        "backup_minutes",
        "自动备份间隔（分钟）",
        "count",
        60,
        hint="5 至 600",
        least=5,
        most=600,
        firm=True,
    ),
    Setting(
        "firm_key",
        "机构恢复公钥",
        "line",
        "",
        hint="公钥文件里的一行；加密的归档包、评价忘记密码时，机构凭私钥也能打开",
        firm=True,
    ),
    Setting(
        "base_document",
        "Word 报告底稿",
        "line",
        "",
        hint="本机构带页眉、样式的 .docx 文件；Word 报告按它的页边距、页眉页脚和样式生成，留空则用程序的版式",
        firm=True,
    ),
    Setting(
        "name_scheme",
        "导出的文件名",
        "line",
        NAME_SCHEME,
        hint="可写 {项目}、{年度}、{文件}、{单位}、{机构}、{日期}、{总分}；写错时用默认的写法",
        firm=True,
    ),
    Setting("export_choices", "导出的选择", "text", "", shown=False),
    Setting("last_place", "上次的位置", "text", "", shown=False),
    Setting("watched_folders", "监视的文件夹", "text", "", shown=False),
    Setting("window_layout", "窗口布局", "text", "", shown=False),
    Setting("stage_columns", "指标树中列出各轮得分", "flag", default=False, shown=False),
)

BY_KEY: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in SETTINGS})


def _table(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError("too large for a settings file")
    found = json.loads(path.read_bytes().decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("not a table of settings")  # noqa: TRY004 - what is wrong is the file, not a caller
    return found


class Settings:
    """The settings of this user. A damaged file never stops the program: defaults, and a sentence."""

    def __init__(self, path: Path) -> None:
        """Read the file; ``message`` is what the user should hear about it, empty when all is well."""
        self._path = path
        self.message = ""
        self._kept: dict[str, Any] = {}
        self._values = {setting.key: setting.default for setting in SETTINGS}
        self._firm: dict[str, str | int | bool] = {}
        self._read()

    def _read(self) -> None:
        try:
            if not self._path.exists():
                return
            found = _table(self._path)
        except OSError as error:
            self.message = f"{files.world_error(error, self._path, '读取设置')}本次使用默认设置。"
            return
        except (ValueError, RecursionError):
            self._put_aside()
            return
        self._kept = found
        firm = found.get(_FIRM)
        if isinstance(firm, dict):
            for setting in SETTINGS:
                if setting.firm and self._take(setting, firm) and setting.key in firm:
                    self._firm[setting.key] = self._values[setting.key]
        bad = [setting.label for setting in SETTINGS if not self._take(setting, found)]
        if bad:
            self.message = f"设置中的{'、'.join(bad)}无法识别，已改用默认值。"

    def _take(self, setting: Setting, found: Mapping[str, Any]) -> bool:
        if setting.key not in found:
            return True
        value = found[setting.key]
        if type(value) is not type(setting.default) or (setting.choices and value not in setting.choices):
            return False
        try:
            self._values[setting.key] = setting.parse(show_value(value, setting.spec))
        except BadValue:
            return False
        return True

    def _put_aside(self) -> None:
        aside = files.free_name(self._path.parent, f"{self._path.stem}-已损坏{self._path.suffix}")
        try:
            self._path.replace(aside)
        except OSError:
            self.message = "设置文件已损坏，本次使用默认设置。"
            return
        self.message = f"设置文件已损坏，已改用默认设置；原文件保留为“{aside.name}”。"

    def __getitem__(self, key: str) -> str | int | bool:
        return self._values[key]

    def text(self, key: str) -> str:
        """A setting that is text."""
        return str(self._values[key])

    def number(self, key: str) -> int:
        """A setting that is a whole number."""
        return int(self._values[key])

    def chosen(self) -> dict[str, str | int | bool]:
        """What a firm may set for everybody, as it is here where it differs from the program's default."""
        return {
            setting.key: self._values[setting.key]
            for setting in SETTINGS
            if setting.firm and self._values[setting.key] != setting.default
        }

    def firm(self) -> dict[str, str | int | bool]:
        """What the firm has set, as :meth:`take_firm` takes it."""
        return dict(self._firm)

    def take_firm(self, values: Mapping[str, str | int | bool]) -> None:
        """Let these count wherever the person has chosen nothing; they replace what the firm set before.

        Keys that a firm may not set are left out. Raises :class:`BadValue`, or :class:`WorkbenchError`
        of the disk; nothing changes then.
        """
        firm = {
            key: BY_KEY[key].parse(show_value(value, BY_KEY[key].spec))
            for key, value in values.items()
            if key in BY_KEY and BY_KEY[key].firm
        }
        kept = {**self._kept, _FIRM: firm}
        self._write(kept)
        own = {key: value for key, value in self._values.items() if key in self._kept}
        self._values = {one.key: firm.get(one.key, self._values[one.key]) for one in SETTINGS} | own
        for key in self._firm.keys() - firm.keys() - own.keys():
            self._values[key] = BY_KEY[key].default
        self._kept, self._firm = kept, firm

    def put(self, key: str, value: Value) -> None:
        """Change one setting, durably; raises :class:`BadValue`, or :class:`WorkbenchError` of the disk."""
        self.put_all({key: value})

    def put_all(self, values: Mapping[str, Value]) -> None:
        """Change several settings at once: all of them, or on an error none."""
        fresh = dict(self._values)
        for key, value in values.items():
            setting = BY_KEY[key]
            fresh[key] = setting.parse(show_value(value, setting.spec))
        if fresh == self._values:
            return
        changed = {
            key: value
            for key, value in fresh.items()
            if key in self._kept or value != self._usual(key) or key in values
        }
        kept = {**self._kept, **changed}  # what a newer program has set stays
        self._write(kept)
        self._values, self._kept = fresh, kept

    def _usual(self, key: str) -> str | int | bool:
        return self._firm.get(key, BY_KEY[key].default)

    def _write(self, kept: Mapping[str, Any]) -> None:
        text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
        try:
            with files.told(self._path, "保存设置"):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                files.write_beside(self._path, text.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise WorkbenchError("bad-text", "设置中有无法保存的字符。", "请删去特殊符号。") from error
