"""The home folder: what lies where, how it is made, and which log it belongs to.

`keys/log.json` pins origin and verifier key, so that a book put in another's place is noticed. Making a home is all or nothing:
an existing one is never touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proofbook.book.durable import write_durably
from proofbook.book.fence import FileFence
from proofbook.config.loading import read_settings
from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError, InputError, MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.digest import sha256_digest
from proofbook.signing.keys import file_uri, make_log_key, make_people_key, make_vault_key, open_log_signer, read_vault_key
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.system import ENTROPY

CONFIG_NAME: Final = "proofbook.toml"
IDENTITY_FORMAT: Final = "proofbook-identity/1"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which log this home belongs to."""

    origin: str
    vkey: str


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder and its settings."""

    path: Path
    settings: Settings
    config_digest: str

    @property
    def book(self) -> Path:
        """The book's database."""
        return self.path / "book" / "book.sqlite"

    @property
    def readmodel(self) -> Path:
        """The disposable projection."""
        return self.path / "readmodel" / "readmodel.sqlite"

    @property
    def run(self) -> Path:
        """Lock and socket of the running writer."""
        return self.path / "run"

    @property
    def identity_path(self) -> Path:
        """The pinned identity."""
        return self.path / "keys" / "log.json"

    @property
    def log_key(self) -> Path:
        """The signing key."""
        return self.path / self.settings.book.log_key

    @property
    def people(self) -> Path:
        """The store of what people sign in with."""
        return self.path / "people" / "people.sqlite"

    @property
    def people_key(self) -> Path:
        """The key of that store; made when it is first needed, where a home is older."""
        return self.path / "keys" / "people.key"

    @property
    def hash_cache(self) -> Path:
        """Remembered file hashes."""
        return self.path / "readmodel" / "hashes.json"

    def identity(self) -> Identity:
        """The pinned identity. Raises ConfigurationError when it is missing or damaged."""
        path = self.identity_path
        try:
            value = parse_canonical(path.read_bytes().strip())
            if not isinstance(value, dict) or value.keys() != {"format", "origin", "vkey"} or value["format"] != IDENTITY_FORMAT:
                raise MalformedRecord("unexpected keys or format")
        except OSError as error:
            raise ConfigurationError(
                f"{path}: identity of the log cannot be read: {error.strerror}", hint="restore it from a backup"
            ) from error
        except InputError as error:
            raise ConfigurationError(
                f"{path}: identity of the log is damaged: {error}", hint="restore it from a backup"
            ) from error
        return Identity(str(value["origin"]), str(value["vkey"]))

    def signer(self) -> Ed25519Signer:
        """The log's signer, held against the pinned identity."""
        identity = self.identity()
        signer = open_log_signer(file_uri(self.log_key), identity.origin)
        if format_vkey(signer.key) != identity.vkey:
            raise ConfigurationError(
                f"{self.log_key}: is not the key that {self.identity_path} names", hint="restore the matching key"
            )
        return signer

    def vault_key(self) -> bytes:
        """The key that wraps all content keys."""
        return read_vault_key(file_uri(self.path / self.settings.book.vault_key))

    def fence(self, origin: str) -> FileFence:
        """The fork fence of a log."""
        return FileFence(self.path / self.settings.book.fence / f"{sha256_digest(origin.encode())[7:23]}.json", origin)


def open_home(path: Path) -> Home:
    """An existing home. Raises ConfigurationError naming what is missing or wrong."""
    config = path / CONFIG_NAME
    settings = read_settings(config)
    return Home(path, settings, sha256_digest(config.read_bytes()))


def create_home(path: Path, *, config: str, origin: str, start_book: Callable[[Home], None]) -> Home:
    """Make a home: settings, keys, identity, then the book through `start_book`. Removes everything again when a step fails.

    Raises:
        ConfigurationError: there is a home already, or the settings are wrong. Whatever `start_book` raises.
    """
    try:
        made_here = not path.exists()
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        empty = not any(path.iterdir())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be made a home: {error.strerror}") from error
    if not empty:
        raise ConfigurationError(f"{path}: is not empty", hint="a home is only made in a new or empty folder")
    try:
        path.chmod(0o700)
        write_durably(path / CONFIG_NAME, config.encode())
        home = open_home(path)
        make_log_key(home.log_key)
        make_vault_key(path / home.settings.book.vault_key, ENTROPY)
        make_people_key(home.people_key, ENTROPY)
        write_identity(home, open_log_signer(file_uri(home.log_key), origin))
        start_book(home)
    except BaseException:
        _empty(path, remove=made_here)
        raise
    return home


def write_identity(home: Home, signer: Ed25519Signer) -> None:
    """Pin origin and verifier key."""
    value: JsonValue = {"format": IDENTITY_FORMAT, "origin": signer.key.name, "vkey": format_vkey(signer.key)}
    write_durably(home.identity_path, canonical_bytes(value) + b"\n")


def quote_toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _empty(path: Path, *, remove: bool) -> None:
    if remove:
        shutil.rmtree(path, ignore_errors=True)
        return
    for child in path.iterdir():
        if child.is_dir():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)
