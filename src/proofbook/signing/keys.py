"""Keys by URI: where the log's signing key, the vault's key and the key of the people's store live.

`file:<path>` is the one scheme today; other schemes are refused by name, so a typo never falls back to something weaker.
Promises: key files are created by us with owner-only permissions and are refused when others may read them; key bytes are never
logged, never in an error, never in an entry. The log key is PKCS #8 PEM (readable by OpenSSL), the others are 32 bytes in base64
with a label.
"""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from proofbook.errors import ConfigurationError
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.note import Ed25519Signer

VAULT_KEY_BYTES: Final = 32
PEOPLE_KEY_BYTES: Final = 32
_VAULT_LABEL: Final = "proofbook-vault-key/1 "
_PEOPLE_LABEL: Final = "proofbook-people-key/1 "
_RESTORE: Final = "restore the key file itself from its backup"
_OTHERS: Final = 0o077
_MAX_KEY_FILE_BYTES: Final = 16 * 1024


def make_log_key(path: Path) -> None:
    """Create a new Ed25519 key of a log or a witness. Raises ConfigurationError: the file exists or cannot be written."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _create(path, pem)


def make_vault_key(path: Path, entropy: Callable[[int], bytes]) -> None:
    """Create a new vault key. Raises ConfigurationError when the file exists or cannot be written."""
    _create(path, _VAULT_LABEL.encode() + base64.b64encode(entropy(VAULT_KEY_BYTES)) + b"\n")


def make_people_key(path: Path, entropy: Callable[[int], bytes]) -> None:
    """Create a new key of the people's store. Raises ConfigurationError as `make_vault_key` does."""
    _create(path, _PEOPLE_LABEL.encode() + base64.b64encode(entropy(PEOPLE_KEY_BYTES)) + b"\n")


def open_log_signer(uri: str, name: str) -> Ed25519Signer:
    """The signer behind a key URI, signing under `name` (the log's origin).

    Raises:
        ConfigurationError: no such key, readable by others, or not an Ed25519 key; names the file.
    """
    return Ed25519Signer(name, _read_private(_path_of(uri)))


def open_cosigner(uri: str, name: str) -> Cosigner:
    """The witness's key behind a key URI, cosigning under `name`. Raises ConfigurationError as `open_log_signer` does."""
    return Cosigner(name, _read_private(_path_of(uri)))


def read_vault_key(uri: str) -> bytes:
    """The 32 bytes of the vault key. Raises ConfigurationError as `open_log_signer` does."""
    path = _path_of(uri)
    key = _read_labelled(path, _VAULT_LABEL, VAULT_KEY_BYTES)
    if key is None:
        raise ConfigurationError(
            f"{path}: is not a vault key", hint="restore it from where it was kept; without it content cannot be opened"
        )
    return key


def read_people_key(uri: str) -> bytes:
    """The 32 bytes of the key of the people's store. Raises ConfigurationError as `open_log_signer` does."""
    path = _path_of(uri)
    key = _read_labelled(path, _PEOPLE_LABEL, PEOPLE_KEY_BYTES)
    if key is None:
        raise ConfigurationError(
            f"{path}: is not a key of the people's store",
            hint="restore it, or move it aside: second factors then have to be set up again",
        )
    return key


def file_uri(path: Path) -> str:
    """The URI of a key file."""
    return f"file:{path}"


def _path_of(uri: str) -> Path:
    scheme, _, rest = uri.partition(":")
    if scheme != "file" or not rest:
        raise ConfigurationError(f"key {uri.partition(':')[0][:16]!r}: no such key scheme", hint="keys are named file:<path>")
    return Path(rest)


def _read_private(path: Path) -> Ed25519PrivateKey:
    pem = _read(path)
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(f"{path}: is not a PEM private key", hint=_RESTORE) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigurationError(f"{path}: is not an Ed25519 key", hint=_RESTORE)
    return private


def _read_labelled(path: Path, label: str, length: int) -> bytes | None:
    text = _read(path).decode("ascii", "replace").strip()
    try:
        key = base64.b64decode(text.removeprefix(label), validate=True)
    except ValueError:  # binascii's own error is one, and so is text that is not ASCII
        return None
    return key if text.startswith(label) and len(key) == length else None


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        why = "is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise ConfigurationError(f"{path}: key cannot be read: {why}", hint=_RESTORE) from error
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & _OTHERS:
            raise ConfigurationError(f"{path}: key may be read by others (mode {mode & 0o777:o})", hint=f"chmod 600 {path}")
        return file.read(_MAX_KEY_FILE_BYTES)


def _create(path: Path, content: bytes) -> None:
    try:
        _make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(f"{path}: there is a key already; keys are never overwritten") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: key cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a key would stand in the way of the next attempt
        raise ConfigurationError(f"{path}: key cannot be written: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise ConfigurationError(f"{folder}: is not a folder; keys are to be written there") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
