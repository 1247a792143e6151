"""Folders that another program synchronises while we write, where a database does not belong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_SYNCED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("OneDrive", re.compile(r"onedrive( ?-.*)?", re.IGNORECASE)),
    ("坚果云", re.compile(r"(我的)?坚果云.*|nutstore( files)?", re.IGNORECASE)),
    ("百度网盘", re.compile(r"百度(网盘|云).*|baidu ?(netdisk|syncdisk|yun).*", re.IGNORECASE)),
    ("WPS 云", re.compile(r"wps ?(云盘|云文档|网盘)|wps ?(cloud files|drive)|wpsdrive", re.IGNORECASE)),
    ("Dropbox", re.compile(r"dropbox( \(.*\))?", re.IGNORECASE)),
    ("iCloud", re.compile(r"icloud ?drive|com~apple~clouddocs", re.IGNORECASE)),
    ("腾讯微云", re.compile(r"微云.*|weiyun.*", re.IGNORECASE)),
)
_VARIABLES = {"OneDrive": "OneDrive", "OneDriveCommercial": "OneDrive", "OneDriveConsumer": "OneDrive"}


def synced_by(folder: Path, environ: Mapping[str, str]) -> str:
    """The name of the service that synchronises the folder, as far as paths tell; empty for none."""
    for part in folder.parts:
        for service, pattern in _SYNCED:
            if pattern.fullmatch(part.strip()):
                return service
    for variable, service in _VARIABLES.items():
        root = environ.get(variable)
        if root and folder.is_relative_to(Path(root)):
            return service
    return ""


def synced_warning(folder: Path, environ: Mapping[str, str]) -> str:
    """The sentence to show for a folder that is synchronised while we write; empty for any other."""
    service = synced_by(folder, environ)
    if not service:
        return ""
    return (
        f"评价文件夹位于{service}的同步目录中：{folder}。同步软件可能在保存时锁住或改动数据文件，"
        "请把评价移到普通文件夹，需要传递时用“打包”。"
    )
