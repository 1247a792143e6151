"""A newer version from a file on a stick or a share: whose it is and whether it is whole, tried, then put in force.

The package is a zip with three files: ``update.json`` says what the payload is, ``update.sig`` is the
Ed25519 signature of ``update.json``, and the payload is what the build made for one kind of machine
(the archive that is unpacked, the .deb, or the installer of Windows). The version that runs stays
where it is until the new one has tested itself, and after that as the one to go back to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.installs import (
    CURRENT,
    DATA_VARIABLE,
    DEB,
    FOLDER,
    SETUP,
    SOURCE,
    VERSIONS,
    Install,
    clean_environment,
    is_version,
    version_key,
)
from workbench.services.jobs import Progress, silent
from workbench.services.unpacking import gone
from workbench.store.signatures import read_keys, signed_by

NOUN = "更新包"
PAGE, SIGNATURE = "update.json", "update.sig"
#: Below the resources: one public key (raw, hexadecimal) in each ``*.pub``.
KEYS = "update_keys"
_FORMAT = 1
_BLOCK, _LARGEST_PAGE = 1 << 20, 1 << 16
_MOST_BYTES = 4 << 30
_SYSTEMS = {"linux": "Linux", "windows": "Windows"}
_KINDS = {FOLDER: "免安装版", DEB: ".deb 安装版", SETUP: "Windows 安装版"}
#: A self-test takes a quarter of a minute; one that takes so long (s) hangs.
_PATIENCE = 900

#: Runs a program with an environment and gives its exit code; raises ``OSError`` and ``TimeoutExpired``.
Runner = Callable[[Sequence[str], dict[str, str]], int]


@dataclass(frozen=True, slots=True)
class Release:
    """What a package brings, as its signed page says."""

    version: str
    system: str
    machine: str
    kind: str
    payload: str
    sha256: str
    size: int
    notes: str = ""

    def sentence(self) -> str:
        """What it is, for a person."""
        system = _SYSTEMS.get(self.system, self.system)
        kind = _KINDS.get(self.kind, self.kind)
        notes = f"：{self.notes}" if self.notes else ""
        return f"{self.version}（{system} {self.machine}，{kind}，{self.size >> 20} MB）{notes}"


@dataclass(frozen=True, slots=True)
class Updated:
    """What came of an update: words for the person, and whether the program should be closed now."""

    sentence: str
    close: bool = False


def run_program(call: Sequence[str], environ: dict[str, str]) -> int:
    """The usual :data:`Runner`."""
    return subprocess.run(call, env=environ, check=False, timeout=_PATIENCE, capture_output=True).returncode  # noqa: S603


def start_program(call: Sequence[str], environ: dict[str, str], place: Path | None = None) -> int:
    """Start a program, in a folder of its own if one is named, and leave it alone."""
    with subprocess.Popen(call, env=environ, cwd=place, start_new_session=True) as process:  # noqa: S603
        process.returncode = 0  # not waited for: it outlives this program
    return 0


class Updating:
    """Checks packages and puts them in force; ``install`` is the copy that runs."""

    def __init__(
        self,
        install: Install,
        resources: Path,
        cache: Path,
        *,
        run: Runner = run_program,
        start: Runner = start_program,
    ) -> None:
        self.install = install
        self._keys = resources / KEYS
        self._cache = cache
        self._run = run
        self._start = start

    def read(self, path: Path) -> Release:
        """What a package brings, once its signature is found good; the payload is not looked at yet.

        Raises :class:`WorkbenchError` for a package that nobody known has signed or that is for
        another machine or kind of installation.
        """
        with files.told(path, "读取更新包"):
            try:
                with zipfile.ZipFile(path) as archive:
                    page, signature = (_small(archive, name) for name in (PAGE, SIGNATURE))
            except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
                raise WorkbenchError(
                    "bad-package", f"“{path.name}”不是完整的更新包。", "请检查文件是否复制完整。"
                ) from error
        self._verify(page, signature, path)
        release = _release(page, path)
        self._refuse_unfitting(release)
        return release

    def update(self, path: Path, progress: Progress = silent) -> Updated:
        """Check, try and put in force; the version that runs is untouched when anything fails.

        Raises as :meth:`read`, and for a payload that was altered or does not pass its self-test.
        """
        release = self.read(path)
        if version_key(release.version) <= version_key(self.install.version):
            raise WorkbenchError(
                "not-newer",
                f"更新包是 {release.version}，现在用的是 {self.install.version}，不必更新。",
                "要回到前一版本，请用 update --back。",
            )
        with files.told(self.install.top if self.install.kind == FOLDER else self._cache, "更新程序"):
            match self.install.kind:
                case kind if kind == FOLDER:
                    return self._switch(path, release, progress)
                case kind if kind == DEB:
                    return self._hand_to_packages(path, release, progress)
                case _:
                    return self._hand_to_installer(path, release, progress)

    def back(self) -> Updated:
        """Return to the version before; raises :class:`WorkbenchError` when there is none here."""
        if self.install.kind != FOLDER:
            raise WorkbenchError(
                "no-way-back",
                f"{_KINDS.get(self.install.kind, '从源代码运行的程序')}不能由程序自己退回。",
                "请重新安装旧版本的安装包，评价数据不受影响。",
            )
        versions = self.install.top / VERSIONS
        older = [one for one in self._versions() if version_key(one) < version_key(self.install.version)]
        with files.told(versions, "退回旧版本"):
            if older:
                files.write_beside(versions / CURRENT, f"{older[-1]}\n".encode())
                return Updated(f"已退回 {older[-1]}，重新打开程序后生效。", close=True)
            if not (versions / CURRENT).is_file():
                raise WorkbenchError("no-way-back", "没有更早的版本可以退回。", "")
            (versions / CURRENT).unlink()
        return Updated("已退回最初解开的版本，重新打开程序后生效。", close=True)

    def _versions(self) -> list[str]:
        """The versions that updates have brought, oldest first."""
        folder = self.install.top / VERSIONS
        found = [one.name for one in folder.iterdir() if is_version(one.name)] if folder.is_dir() else []
        return sorted(found, key=version_key)

    def _verify(self, page: bytes, signature: bytes, path: Path) -> None:
        keys = read_keys(self._keys)
        if not keys:
            raise WorkbenchError(
                "no-update-key",
                "这一版程序没有内置核对更新包的公钥，不能由程序自己更新。",
                "请用安装包更新，并核对安装包的 SHA-256。",
            )
        if signed_by(keys, signature, page):
            return
        raise WorkbenchError(
            "bad-signature",
            f"“{path.name}”的签名不对：不是本程序的发布者制作的，或被改动过。",
            "请勿使用，向发布者索取新的一份。",
        )

    def _refuse_unfitting(self, release: Release) -> None:
        own = self.install
        if own.kind == SOURCE:
            raise WorkbenchError(
                "from-source", "程序是从源代码运行的，不能用更新包更新。", "请更新源代码后再运行。"
            )
        if (release.system, release.machine, release.kind) != (own.system, own.machine, own.kind):
            have = f"{_SYSTEMS.get(own.system, own.system)} {own.machine}，{_KINDS.get(own.kind, own.kind)}"
            raise WorkbenchError(
                "wrong-package",
                f"更新包 {release.sentence()}不适用于这台机器（{have}）。",
                "请换用适用的更新包。",
            )

    def _fetch(self, path: Path, release: Release, folder: Path, progress: Progress) -> Path:
        """Copy the payload into a folder, and refuse it when it is not the one that was signed."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / release.payload
        digest, done = hashlib.sha256(), 0
        try:
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(release.payload) as source,
                target.open("wb") as to,
            ):
                while block := source.read(_BLOCK):
                    digest.update(block)
                    to.write(block)
                    done += len(block)
                    progress(done, release.size, "核对更新包")
                to.flush()
                os.fsync(to.fileno())
        except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
            done = -1
        if done != release.size or digest.hexdigest() != release.sha256:
            target.unlink(missing_ok=True)
            raise WorkbenchError(
                "bad-package",
                f"“{path.name}”的内容与签名不符，没有更新。",
                "请重新复制一份；仍不相符请向发布者索取。",
            )
        return target

    def _switch(self, path: Path, release: Release, progress: Progress) -> Updated:
        """Unpack beside, try, then name it as the one that counts: one small file decides."""
        versions = self.install.top / VERSIONS
        fresh = files.beside(versions / release.version)
        with gone(fresh):
            payload = self._fetch(path, release, fresh, progress)
            progress(0, 0, "解开新版本")
            program = _unpack(payload, fresh / "unpacked", self.install.executable)
            payload.unlink()
            self._try(program / self.install.executable, release, progress)
            target = versions / release.version
            files.fsync_tree(program)
            shutil.rmtree(target, ignore_errors=True)  # what a cut left, or a version that was gone back from
            files.swap(program, target)
        files.write_beside(versions / CURRENT, f"{release.version}\n".encode())
        self._forget(release.version)
        return Updated(
            f"已更新到 {release.version}，重新打开程序后生效；{self.install.version} 保留着，可以退回。",
            close=True,
        )

    def _forget(self, newest: str) -> None:
        """Of the versions in folders keep the newest and the one that runs."""
        for version in self._versions():
            if version not in {newest, self.install.version}:
                old = self.install.top / VERSIONS / version
                aside = files.beside(old)
                # Windows refuses to rename what another window still runs: it stays whole then.
                with contextlib.suppress(OSError):
                    old.rename(aside)
                shutil.rmtree(aside, ignore_errors=True)

    def _try(self, program: Path, release: Release, progress: Progress) -> None:
        progress(0, 0, "新版本自检")
        with tempfile.TemporaryDirectory(prefix="workbench-update-") as room:
            # Its data is in the temporary folder: it neither sees nor touches the person's.
            environ = clean_environment(os.environ) | {DATA_VARIABLE: room}
            try:
                code = self._run([str(program), "--self-test", str(Path(room) / "result")], environ)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _failed(release, type(error).__name__) from error
        if code:
            raise _failed(release, f"退出码 {code}")

    def _hand_to_packages(self, path: Path, release: Release, progress: Progress) -> Updated:
        """A .deb needs the administrator: try what is in it, then say what to enter."""
        payload = self._fetch(path, release, self._cache / "updates", progress)
        tried = ""
        if unpacker := shutil.which("dpkg-deb"):
            with tempfile.TemporaryDirectory(prefix="workbench-deb-") as room:
                if self._run([unpacker, "-x", str(payload), room], clean_environment(os.environ)):
                    raise _failed(release, "安装包解不开")
                found = sorted(Path(room).glob(f"opt/apps/*/files/{self.install.executable}"))
                if not found:
                    raise _failed(release, "安装包里没有程序")
                self._try(found[0], release, progress)
            tried = "、已通过自检"
        return Updated(
            f"{release.version} 已核对签名{tried}。安装需要管理员权限，请在终端执行： sudo apt-get install -y {payload}"
        )

    def _hand_to_installer(self, path: Path, release: Release, progress: Progress) -> Updated:
        """The installer tests the new version itself before it replaces the old one."""
        payload = self._fetch(path, release, self._cache / "updates", progress)
        self._start([str(payload)], clean_environment(os.environ))
        return Updated(
            f"{release.version} 已核对签名，安装程序已打开。请关闭本程序后继续；新版本通过自检才会替换。",
            close=True,
        )


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST_PAGE:
        raise KeyError(name)
    return archive.read(name)


def _release(page: bytes, path: Path) -> Release:
    """The signed page; it was signed, so it is read strictly and refused whole."""
    try:
        raw = json.loads(page)
        if raw["format"] != _FORMAT:
            raise WorkbenchError("newer-package", f"“{path.name}”的格式比这一版程序新。", "请用安装包更新。")
        release = Release(
            version=raw["version"],
            system=raw["system"],
            machine=raw["machine"],
            kind=raw["kind"],
            payload=raw["payload"],
            sha256=raw["sha256"],
            size=raw["size"],
            notes=raw.get("notes", ""),
        )
        plain = Path(release.payload).name == release.payload and release.payload not in {"", PAGE, SIGNATURE}
        usable = is_version(release.version) and plain and 0 < release.size <= _MOST_BYTES
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WorkbenchError(
            "bad-package", f"“{path.name}”的说明读不懂。", "请向发布者索取新的一份。"
        ) from error
    if not usable:
        raise WorkbenchError("bad-package", f"“{path.name}”的说明读不懂。", "请向发布者索取新的一份。")
    return release


def _unpack(payload: Path, folder: Path, executable: str) -> Path:
    """The folder with the program in an archive that is unpacked; nothing may lie or point outside."""
    folder.mkdir(parents=True)
    try:
        if payload.suffix == ".zip":
            with zipfile.ZipFile(payload) as archive:
                archive.extractall(folder)  # noqa: S202 - signed, and zipfile itself stays inside
        else:
            with tarfile.open(payload) as archive:
                if hasattr(tarfile, "data_filter"):
                    archive.extractall(folder, filter="data")
                else:  # the first releases of Python 3.11; what is unpacked bears our signature
                    archive.extractall(folder)  # noqa: S202
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise WorkbenchError("bad-package", "更新包里的程序解不开，没有更新。", "请重新复制一份。") from error
    found = sorted(folder.glob(f"*/{executable}")) + sorted(folder.glob(executable))
    if not found:
        raise WorkbenchError("bad-package", "更新包里没有程序，没有更新。", "请向发布者索取新的一份。")
    return found[0].parent


def _failed(release: Release, why: str) -> WorkbenchError:
    return WorkbenchError(
        "self-test-failed",
        f"{release.version} 在这台机器上没有通过自检（{why}），没有更新，继续使用原来的版本。",
        "请把情况告诉发布者。",
    )
