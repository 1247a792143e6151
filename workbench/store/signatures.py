"""Whose a file is: Ed25519 signatures, checked with the public keys that the program carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def read_keys(folder: Path) -> list[bytes]:
    """The public keys in a folder: 64 hexadecimal digits in each ``*.pub``. Raises ``OSError``."""
    return [bytes.fromhex(path.read_text(encoding="ascii").strip()) for path in sorted(folder.glob("*.pub"))]


def signed_by(keys: Sequence[bytes], signature: bytes, content: bytes) -> bool:
    """Whether one of the keys made the signature of the content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
        except InvalidSignature:
            continue
        return True
    return False
