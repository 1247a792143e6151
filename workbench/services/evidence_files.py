"""Whether the files of evidence are there: a light look at names and sizes, and what a full reading found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.domain.evaluation import Evidence
from workbench.store.evidence import Damage, Vault

MISSING, CHANGED = "不在了", "内容已改变"


class EvidenceFiles:
    """The files of one vault as last seen. Looking at names and sizes is cheap; reading them is asked for."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._sizes: dict[str, int | None] | None = None
        self._read: dict[str, str] = {}

    def look(self) -> bool:
        """Look at names and sizes again; whether anything differs from the last look."""
        found: dict[str, int | None] = {**self._vault.sizes()}
        changed = found != self._sizes
        self._sizes = found
        return changed

    def _size_of(self, sha256: str) -> int | None:
        return self._vault.size_of(sha256)

    def take(self, read: Iterable[str], damaged: Iterable[Damage]) -> None:
        """Keep what a full reading of these contents found."""
        for sha256 in read:
            self._read.pop(sha256, None)
        for damage in damaged:
            unread = f"读不出（{damage.reason}）" if damage.reason else CHANGED
            self._read[damage.sha256] = MISSING if damage.missing else unread
        self.look()

    def wrong(self, items: Iterable[Evidence]) -> Mapping[str, str]:
        """What is the matter with the files of these items, by content hash; only those with something."""
        if self._sizes is None:
            self.look()
        sizes = self._sizes or {}
        found: dict[str, str] = {}
        for item in items:
            sha256 = item.sha256
            if not sha256:
                continue
            if sha256 not in sizes:  # stored since the last look, or gone
                sizes[sha256] = self._size_of(sha256)
            size = sizes[sha256]
            if size is None:
                found[sha256] = MISSING
            elif item.size and size != item.size:
                found[sha256] = CHANGED
            elif sha256 in self._read and self._read[sha256] != MISSING:
                found[sha256] = self._read[sha256]
        return found
