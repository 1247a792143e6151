"""Sealed files: any size comes back, any changed byte is named, only what should open them does."""

from __future__ import annotations

import base64
import io
import json
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.store import sealed
from workbench.store.sealed import Opener, SealedReader, SealedWriter, new_key

PHRASE = "正确的 Horse 密码"
CHUNK = 1 << 16


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "SCRYPT_N", 1 << 14)


def make(path: Path, plain: bytes, password: str = PHRASE, firm: bytes = b"") -> Path:
    with path.open("wb") as file:
        writer = SealedWriter(file, "test", password, firm)
        for start in range(0, len(plain), 10_007):
            assert writer.write(plain[start : start + 10_007]) == len(plain[start : start + 10_007])
        writer.finish()
    return path


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_any_size_comes_back(tmp_path: Path, size: int) -> None:
    plain = os.urandom(size)
    path = make(tmp_path / "x.wbx", plain)
    with SealedReader(path, Opener(PHRASE)) as reader:
        assert (reader.length, reader.content) == (size, "test")
        assert reader.read() == plain
        reader.seek(-min(size, 70_000), io.SEEK_END)
        assert reader.readall() == plain[-min(size, 70_000) :] if size else True
    assert plain[:64] not in path.read_bytes() or size < 8
    assert PHRASE.encode() not in path.read_bytes()


@pytest.mark.parametrize("short", [-30, -3, 0, 3, 30, 200])
def test_a_zip_whose_list_lies_across_two_chunks_is_read(tmp_path: Path, short: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", bytes(CHUNK - 160 - short))
        archive.writestr("b", b"b")
    path = make(tmp_path / "x.wbx", packed.getvalue())
    with SealedReader(path, Opener(PHRASE)) as reader, zipfile.ZipFile(reader) as archive:
        assert archive.read("b") == b"b"
    with SealedReader(path, Opener(PHRASE)) as reader:
        assert reader.read(2 * CHUNK) == packed.getvalue()


def test_full_width_letters_are_the_same_password(tmp_path: Path) -> None:
    path = make(tmp_path / "x.wbx", b"x", "abc12345")
    with SealedReader(path, Opener("ａｂｃ１２３４５")) as reader:
        assert reader.read() == b"x"


def test_a_wrong_password_is_one_sentence(tmp_path: Path) -> None:
    path = make(tmp_path / "x.wbx", b"secret")
    with pytest.raises(WorkbenchError) as told:
        SealedReader(path, Opener("别的密码别的密码"))
    assert told.value.code == "wrong-password"
    assert "密码不对" in str(told.value)
    with pytest.raises(WorkbenchError, match="密码不对"):
        SealedReader(path, Opener(""))


def test_the_firms_key_opens_what_has_it_and_nothing_else(tmp_path: Path) -> None:
    private, public = new_key()
    other, _ = new_key()
    path = make(tmp_path / "x.wbx", b"secret", firm=public)
    with SealedReader(path, Opener(private=private)) as reader:
        assert reader.read() == b"secret"
    for wrong, file in ((other, path), (private, make(tmp_path / "y.wbx", b"secret"))):
        with pytest.raises(WorkbenchError) as told:
            SealedReader(file, Opener(private=wrong))
        assert told.value.code == "wrong-key"


def test_short_and_no_passwords_are_refused() -> None:
    for password, code in (("1234567", "short-password"), ("", "no-password")):
        with pytest.raises(WorkbenchError) as told:
            SealedWriter(io.BytesIO(), "test", password)
        assert told.value.code == code


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_goes_unnoticed(tmp_path: Path, data: st.DataObject) -> None:
    key = _ready(tmp_path)
    whole = bytearray((tmp_path / "whole.wbx").read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    _demand_damaged(tmp_path, bytes(whole), key)


@pytest.mark.parametrize("change", ["cut", "cut a chunk", "longer", "exchange", "drop", "repeat"])
def test_chunks_are_neither_moved_nor_missing(tmp_path: Path, change: str) -> None:
    key = _ready(tmp_path)
    whole = (tmp_path / "whole.wbx").read_bytes()
    full = CHUNK + 16
    start = len(whole) - (2 * full + 100 + 16)
    head, chunks = whole[:start], [whole[start : start + full], whole[start + full : start + 2 * full]]
    last = whole[start + 2 * full :]
    changed = {
        "cut": whole[:-1],
        "cut a chunk": head + b"".join(chunks),
        "longer": whole + b"x",
        "exchange": head + chunks[1] + chunks[0] + last,
        "drop": head + chunks[0] + last,
        "repeat": head + chunks[0] + b"".join(chunks) + last,
    }[change]
    _demand_damaged(tmp_path, changed, key)


def _ready(folder: Path) -> bytes:
    """A file of three chunks, and its content key so that no password is worked out for each case."""
    path, kept = folder / "whole.wbx", folder / "key"
    if not kept.exists():
        with path.open("wb") as file:
            writer = SealedWriter(file, "test", PHRASE)
            writer.write(os.urandom(2 * CHUNK + 100))
            writer.finish()
        kept.write_bytes(writer.key)
    return kept.read_bytes()


def _demand_damaged(folder: Path, content: bytes, key: bytes) -> None:
    path = folder / "changed.wbx"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError) as told, SealedReader(path, key) as reader:
        reader.read()
    assert told.value.code in {"sealed-damaged", "not-sealed"}
    assert "changed.wbx" in str(told.value)


def test_a_header_with_a_new_checksum_does_not_pass(tmp_path: Path) -> None:
    """Whoever changes the header and mends the checksum still fails: it salts the key of the chunks."""
    key = _ready(tmp_path)
    _demand_damaged(
        tmp_path, _with_header(tmp_path / "whole.wbx", lambda head: head | {"content": "other"}), key
    )


@pytest.mark.parametrize(
    "change",
    [
        {"n": 1 << 30},
        {"n": 1 << 4},
        {"n": 100_000},
        {"r": 1 << 20},
        {"p": 1000},
        {"salt": "?"},
        {"key": 7},
        {"n": "x"},
    ],
)
def test_a_strange_file_spends_no_memory(tmp_path: Path, change: dict[str, object]) -> None:
    _ready(tmp_path)

    def hostile(head: dict[str, object]) -> dict[str, object]:
        [recipient] = head["recipients"]  # type: ignore[misc]
        return head | {"recipients": [recipient | change]}

    path = tmp_path / "changed.wbx"
    path.write_bytes(_with_header(tmp_path / "whole.wbx", hostile))
    with pytest.raises(WorkbenchError) as told:
        SealedReader(path, Opener(PHRASE))
    assert told.value.code == "sealed-damaged"


@pytest.mark.parametrize("head", [b"[]", b"{}", b'{"chunk": 0, "recipients": []}', b"\xff", b"[" * 60_000])
def test_strange_headers_are_refused(tmp_path: Path, head: bytes) -> None:
    import hashlib

    path = tmp_path / "x.wbx"
    start = b"WBXSEAL1" + len(head).to_bytes(4, "big") + head
    path.write_bytes(start + hashlib.sha256(start).digest() + bytes(100))
    with pytest.raises(WorkbenchError):
        SealedReader(path, Opener(PHRASE))


def _with_header(path: Path, change: object) -> bytes:
    import hashlib

    whole = path.read_bytes()
    length = int.from_bytes(whole[8:12], "big")
    head = json.dumps(change(json.loads(whole[12 : 12 + length]))).encode()  # type: ignore[operator]
    start = whole[:8] + len(head).to_bytes(4, "big") + head
    return start + hashlib.sha256(start).digest() + whole[12 + length + 32 :]


def test_memory_stays_flat(tmp_path: Path) -> None:
    block = os.urandom(1 << 20)
    with (tmp_path / "x.wbx").open("wb") as file:
        writer = SealedWriter(file, "test", PHRASE)
        tracemalloc.start()
        for _ in range(48):
            writer.write(block)
        writer.finish()
    with SealedReader(tmp_path / "x.wbx", writer.key) as reader:
        while reader.read(1 << 20):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 << 20


def test_the_layout_is_as_documented(tmp_path: Path) -> None:
    """Opened here with nothing but the words in the module's description."""
    import hashlib

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    whole = make(tmp_path / "x.wbx", b"plain text").read_bytes()
    length = int.from_bytes(whole[8:12], "big")
    head = json.loads(whole[12 : 12 + length])
    [one] = head["recipients"]
    kek = Scrypt(base64.b64decode(one["salt"]), 32, one["n"], one["r"], one["p"]).derive(PHRASE.encode())
    key = AESGCM(kek).decrypt(bytes(12), base64.b64decode(one["key"]), b"wbx password")
    digest = hashlib.sha256(whole[: 12 + length]).digest()
    assert whole[12 + length : 44 + length] == digest
    payload = AESGCM(HKDF(SHA256(), 32, digest, b"wbx payload").derive(key))
    assert payload.decrypt(bytes(11) + b"\x01", whole[44 + length :], None) == b"plain text"
