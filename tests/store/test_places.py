"""Folders that are synchronised while we write are told, others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.store.places import synced_by, synced_warning


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("/home/x/OneDrive/评价", "OneDrive"),
        ("/home/x/OneDrive - 某某公司/评价", "OneDrive"),
        ("/d/我的坚果云/评价", "坚果云"),
        ("/d/Nutstore Files/评价", "坚果云"),
        ("/d/BaiduSyncdisk/评价", "百度网盘"),
        ("/d/百度网盘同步空间/评价", "百度网盘"),
        ("/d/WPS云盘/评价", "WPS 云"),
        ("/d/WPSDrive/123/WPS云文档/评价", "WPS 云"),
        ("/d/Dropbox/评价", "Dropbox"),
        ("/c/公司盘/评价", "OneDrive"),
        ("/home/x/文档/现场评价工作台/百货大楼项目", ""),
        ("/home/x/文档/OneDriveless", ""),
    ],
)
def test_services_are_known_by_their_folders(folder: str, service: str) -> None:
    environ = {"OneDriveCommercial": "/c/公司盘"}
    assert synced_by(Path(folder), environ) == service
    warning = synced_warning(Path(folder), environ)
    assert (service in warning and folder in warning) if service else warning == ""
