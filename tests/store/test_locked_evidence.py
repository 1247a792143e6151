"""A vault with a key: nothing in clear on the disk, every change of a byte told, the same answers as without one."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
from pathlib import Path

import pytest

from workbench.errors import Fault
from workbench.store import evidence, scratch
from workbench.store.chunks import CHUNK
from workbench.store.evidence import Changed, Damage, Vault
from workbench.store.incoming import Incoming, StoredFile
from workbench.store.locked_file import DataKey, LockedFile, LockedReader, label_of, length_of, write_locked

TOKEN = "李四的身份证号".encode() * 8


def silent(done: int, total: int, what: str) -> None:
    pass


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "评价 一" / "evidence", DataKey.fresh())


def stored(answer: StoredFile | Fault) -> StoredFile:
    assert isinstance(answer, StoredFile), answer
    return answer


@pytest.mark.parametrize("size", [1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 7])
def test_any_size_comes_back(vault: Vault, tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    source = tmp_path / "凭证.pdf"
    source.write_bytes(content)
    answer = stored(vault.add(source, source.name, silent))
    digest = hashlib.sha256(content).hexdigest()
    assert (answer.sha256, answer.size) == (digest, size)
    reader = vault.open(digest)
    assert reader is not None
    with reader:
        assert reader.readall() == content
    assert vault.sizes() == {digest: size}
    assert vault.size_of(digest) == size
    assert list(vault.contents()) == [digest]
    assert vault.verify([digest], silent) == []


def test_neither_content_nor_hash_nor_kind_can_be_read_from_the_folder(vault: Vault) -> None:
    answer = stored(vault.add(b"%PDF-1.4\n" + TOKEN * 9000, "名单.pdf", silent))
    files = [path for path in vault.folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert answer.sha256[:16] not in str(files[0])
    assert files[0].suffix == ".wbe"
    whole = files[0].read_bytes()
    assert TOKEN[:12] not in whole
    assert bytes.fromhex(answer.sha256) not in whole
    assert b"pdf" not in whole[:200]
    assert answer.media_type == "application/pdf"
    assert vault.extension_of(answer.sha256) == ".pdf"


def test_the_same_content_is_stored_once_and_bytes_go_in_too(vault: Vault) -> None:
    answers = vault.add_all([Incoming(b"same", "a.txt"), Incoming(b"same", "b.txt")], silent)
    assert [stored(a).duplicate for a in answers] == [False, True]
    assert stored(vault.add(b"same", "c.txt", silent)).duplicate
    refused = vault.add(b"", "空.txt", silent)
    assert isinstance(refused, Fault)
    assert "空文件" in refused.what


def test_a_plain_vault_and_one_with_another_key_see_nothing(vault: Vault) -> None:
    answer = stored(vault.add(b"x" * 1000, "a.txt", silent))
    for other in (Vault(vault.folder), Vault(vault.folder, DataKey.fresh())):
        assert not other.has(answer.sha256)
        assert list(other.contents()) == []


def test_every_changed_byte_is_told(vault: Vault) -> None:
    chance = random.Random(4)
    answer = stored(vault.add(chance.randbytes(2 * CHUNK + 300), "a.jpg", silent))
    path = vault.path_of(answer.sha256)
    assert path is not None
    whole = path.read_bytes()
    for number in range(120):
        changed = bytearray(whole)
        if number % 3:
            changed[number if number < 100 else chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        else:
            changed = changed[: -1 - chance.randrange(CHUNK)]
        path.write_bytes(changed)
        assert vault.verify([answer.sha256], silent) == [Damage(answer.sha256, missing=False)]
        assert not vault.is_whole(answer.sha256)
    path.write_bytes(whole)
    assert vault.is_whole(answer.sha256)


def test_exchanged_files_are_told(vault: Vault) -> None:
    one, two = (stored(vault.add(text * 100, "a.txt", silent)) for text in (b"one", b"two"))
    paths = [vault.path_of(each.sha256) for each in (one, two)]
    assert paths[0] is not None
    assert paths[1] is not None
    paths[0].write_bytes(paths[1].read_bytes())
    with pytest.raises(Changed):
        vault.open(one.sha256)
    assert vault.verify([one.sha256, two.sha256], silent) == [Damage(one.sha256, missing=False)]
    again = stored(vault.add(b"one" * 100, "a.txt", silent))
    assert not again.duplicate, "the damaged one is set aside, the whole one takes its name"
    assert vault.is_whole(one.sha256)


def _read(path: str, answer: object) -> None:
    answer.send_bytes(Path(path).read_bytes())  # type: ignore[attr-defined]


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_child_process_reads_it_for_a_while(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    if not in_memory:
        monkeypatch.setattr(evidence, "_LARGEST_IN_MEMORY", 0)
    content = TOKEN * 5000
    answer = stored(vault.add(content, "a.txt", silent))
    context = multiprocessing.get_context("spawn")
    with vault.plain(answer.sha256) as path:
        assert path is not None
        ours, theirs = context.Pipe()
        child = context.Process(target=_read, args=(str(path), theirs))
        child.start()
        assert ours.recv_bytes() == content
        child.join()
        child.close()
        ours.close()
        theirs.close()
    assert not path.exists()
    with vault.plain("0" * 64) as none:
        assert none is None


def test_what_was_held_by_a_dead_run_is_swept_and_what_is_held_stays(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    held = scratch.Room(0, environ)
    left = tmp_path / f"{held.folder.name[:-3]}old"
    left.mkdir()
    (left / ".held").touch()
    (left / "名单.txt").write_bytes(TOKEN)
    assert scratch.sweep(environ) >= 1
    assert not left.exists()
    assert held.folder.is_dir()
    held.close()
    assert not held.folder.exists()


def test_a_locked_file_alone(tmp_path: Path) -> None:
    key, path = DataKey.fresh(), tmp_path / "x.wbe"
    write_locked(path, TOKEN, key)
    assert LockedFile(path, key).read_bytes() == TOKEN
    assert label_of(path, key) == (hashlib.sha256(TOKEN).hexdigest(), "")
    assert length_of(path) == len(TOKEN)
    with pytest.raises(OSError, match="文件头"):
        LockedFile(path, DataKey.fresh()).read_bytes()
    assert "secret" not in repr(key)
    assert key.secret.hex() not in repr(LockedFile(path, key))


def test_the_layout_is_as_documented(tmp_path: Path) -> None:
    """Opened here with nothing but the words in the modules' descriptions."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key, path = DataKey(os.urandom(32)), tmp_path / "x.wbe"
    write_locked(path, b"plain text", key)
    whole = path.read_bytes()
    cipher = AESGCM(HKDF(SHA256(), 32, whole[8:24], b"wbx file").derive(key.secret))
    assert (
        cipher.decrypt(b"\xff" * 12, whole[24:88], b"WBXFILE1")[:32] == hashlib.sha256(b"plain text").digest()
    )
    assert cipher.decrypt(bytes(11) + b"\x01", whole[88:], None) == b"plain text"
    with LockedReader(path, key) as reader:
        assert reader.read() == b"plain text"
