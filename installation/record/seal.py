"""One wearer's samples under one key of their own, in a file beside the recording: without the key, they are noise.

ChaCha20-Poly1305 (RFC 8439).  The key is drawn for one wearer and one recording, the nonce counts the wearer's
messages, and the associated data name recording, wearer and message, so that nothing can be moved elsewhere.
"""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
FORGOTTEN = "0" * (2 * KEY_BYTES)  # what stands where a key has been
MOST_BYTES = 64_000_000  # of one message: a thousand times what a quarter of a second of one wearer takes
FASTEST = 1  # of zlib's levels: digits shrink to a third even so


def keys_file(recording: Path) -> Path:
    """Where the keys of a recording lie."""
    return recording.with_name(recording.name + ".keys")


class Seal:
    """Closes and opens one wearer's messages."""

    def __init__(self, key: bytes, night: str, wearer: str) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self._about = f"{night} {wearer}"
        self.number = 0

    def close(self, message: bytes) -> bytes:
        """The next message, closed; it is the one numbered `number - 1` afterwards."""
        nonce, about = self._place(self.number)
        self.number += 1
        return self._cipher.encrypt(nonce, zlib.compress(message, FASTEST), about)

    def open(self, number: int, data: bytes) -> bytes:
        """Message `number`; raises ValueError where it was closed with another key, or changed."""
        nonce, about = self._place(number)
        try:
            packed = self._cipher.decrypt(nonce, data, about)
            unpacking = zlib.decompressobj()
            return unpacking.decompress(packed, MOST_BYTES)
        except (InvalidTag, zlib.error) as wrong:
            raise ValueError(f"message {number} can't be opened") from wrong

    def _place(self, number: int) -> tuple[bytes, bytes]:
        return number.to_bytes(12, "little"), f"{self._about} {number}".encode()


def draw_keys(wearers: list[str]) -> dict[str, bytes]:
    """A new key for each wearer."""
    return {wearer: secrets.token_bytes(KEY_BYTES) for wearer in wearers}


def write_keys(file: Path, keys: Mapping[str, bytes]) -> None:
    """Keep the keys, one a line, readable by their owner alone; raises OSError, also where the file is there."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{key.hex()} {wearer}\n" for wearer, key in keys.items())
        out.flush()
        os.fsync(out.fileno())


def read_keys(file: Path) -> dict[str, bytes | None]:
    """The key of each wearer, None where it was thrown away; nothing where there is no such file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    keys: dict[str, bytes | None] = {}
    for line in lines:
        text, _, wearer = line.partition(" ")
        try:
            key = bytes.fromhex(text)
        except ValueError:
            continue
        if len(key) == KEY_BYTES:
            keys[wearer] = None if text == FORGOTTEN else key
    return keys


def throw_away(file: Path, wearer: str) -> None:
    """Overwrite a wearer's key where it lies, and see it on the disk; raises OSError."""
    with file.open("r+b") as keys:
        while line := keys.readline():
            if line.rstrip(b"\r\n").partition(b" ")[2] == wearer.encode():
                after = keys.tell()
                keys.seek(after - len(line))
                keys.write(FORGOTTEN.encode())
                keys.seek(after)
        keys.flush()
        os.fsync(keys.fileno())
