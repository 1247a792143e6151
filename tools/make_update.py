"""Keys and packages for updating from a file; run by the builds when ``WORKBENCH_UPDATE_KEY`` names a private key.

python tools/make_update.py keys release.pem                     make a private key
python tools/make_update.py public release.pem release.pub       its public key, for the program
python tools/make_update.py pack release.pem payload out.update --system linux --machine x86_64 --kind folder
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.installs import DEB, FOLDER, SETUP  # noqa: E402
from workbench.paths import program_version  # noqa: E402
from workbench.services.updating import PAGE, SIGNATURE  # noqa: E402

_MOMENT = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20


def load_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{path} 不是 Ed25519 私钥。")
    return key


def make_key(path: Path) -> None:
    """Write a new private key that only its owner may read; one that is there is left alone."""
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key as the program reads it."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex() + "\n"


def pack(key: Ed25519PrivateKey, payload: Path, target: Path, **said: str) -> None:
    """Write a signed package around a payload; ``said`` are the other words of its page."""
    with payload.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # Its own name may hold what a stick's file system can't: the package gives it a plain one.
    name = "payload" + "".join(
        payload.suffixes[-2:] if payload.name.endswith(".tar.xz") else payload.suffixes[-1:]
    )
    page = json.dumps(
        {"format": 1, **said, "payload": name, "sha256": digest, "size": payload.stat().st_size},
        ensure_ascii=False,
        indent=1,
    ).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for inner, content in ((PAGE, page), (SIGNATURE, key.sign(page))):
            archive.writestr(zipfile.ZipInfo(inner, _MOMENT), content)
        with (
            payload.open("rb") as source,
            archive.open(zipfile.ZipInfo(name, _MOMENT), "w", force_zip64=True) as to,
        ):
            while block := source.read(_BLOCK):
                to.write(block)


def main(words: list[str]) -> int:
    """Do what the first word says."""
    parser = argparse.ArgumentParser(description=__doc__)
    added = parser.add_subparsers(dest="command", required=True)
    for name in ("keys", "public", "pack"):
        made = added.add_parser(name)
        made.add_argument("key", type=Path)
        if name == "public":
            made.add_argument("target", type=Path)
        elif name == "pack":
            made.add_argument("payload", type=Path)
            made.add_argument("target", type=Path)
            made.add_argument("--system", choices=("linux", "windows"), required=True)
            made.add_argument("--machine", choices=("x86_64", "arm64"), required=True)
            made.add_argument("--kind", choices=(FOLDER, DEB, SETUP), required=True)
            made.add_argument("--version", default=program_version())
            made.add_argument("--notes", default="")
    asked = parser.parse_args(words)
    if asked.command == "keys":
        make_key(asked.key)
    elif asked.command == "public":
        asked.target.parent.mkdir(parents=True, exist_ok=True)
        asked.target.write_text(public_text(load_key(asked.key)), encoding="ascii")
    else:
        said = {name: getattr(asked, name) for name in ("version", "system", "machine", "kind", "notes")}
        pack(load_key(asked.key), asked.payload, asked.target, **said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
