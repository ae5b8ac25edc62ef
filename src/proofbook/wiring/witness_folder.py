"""The folder of a witness: settings, key, state; how it is made and how the witness over it is run. No book is involved.

`keys/vkey` pins the verifier key, so that another key or another name is noticed at the start.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proofbook.book.durable import write_durably
from proofbook.config.loading import read_file
from proofbook.errors import ConfigurationError, MalformedBundle
from proofbook.signing.keys import file_uri, make_log_key, open_cosigner
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.vkey import check_key_name, format_vkey
from proofbook.wiring.home import CONFIG_NAME, quote_toml
from proofbook.wiring.system import CLOCK
from proofbook.witness.deciding import LogStanding, Witness
from proofbook.witness.memory import WitnessMemory, only_holder
from proofbook.witness.serving import serve
from proofbook.witness.settings import WatchedLog, WitnessProgramSettings

SETTINGS_NAME: Final = "witness.toml"
_KEY_NAME: Final = "vkey"
_TEXT: Final = """# A witness: it cosigns checkpoints of the logs below, and never two histories of one.
# Keep this folder out of backups that are restored: an old state would let a log go back.

name = {name}
host = "127.0.0.1"
port = 8402

# One table for each log key, obtained from the log's operator by a way you trust:
# [[logs]]
# vkey = "example.com/proofbook/main+0123abcd+A…"
# note = "whose it is, and how you got the key"
"""


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """A witness's folder and its settings."""

    path: Path
    settings: WitnessProgramSettings

    @property
    def state(self) -> Path:
        """What was cosigned last, for each log."""
        return self.path / "state"

    def cosigner(self) -> Cosigner:
        """The witness's key, held against the one that was pinned when the folder was made. Raises ConfigurationError."""
        key = self.path / self.settings.key
        cosigner = open_cosigner(file_uri(key), self.settings.name)
        pinned = self.path / "keys" / _KEY_NAME
        try:
            said = pinned.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{pinned}: cannot be read: {error}", hint="restore it") from error
        if said != format_vkey(cosigner.key):
            raise ConfigurationError(
                f"{key} and the name {self.settings.name!r} are not those of the witness {said[:120]}",
                hint="a witness keeps its name and key for ever; make a new folder for a new one",
            )
        return cosigner

    def witness(self, cosigner: Cosigner) -> Witness:
        """The witness over this folder."""
        return Witness(cosigner, self.settings.verifiers(), WitnessMemory(self.state, cosigner.key), CLOCK)


def open_witness(path: Path) -> WitnessFolder:
    """An existing folder. Raises ConfigurationError naming what is missing or wrong."""
    missing = "run `proofbook witness init`, or name the folder with --at"
    return WitnessFolder(path, read_file(path / SETTINGS_NAME, WitnessProgramSettings, missing=missing))


def create_witness(path: Path, name: str) -> str:
    """Make a folder with settings and a new key; the verifier key. Nothing is left when a step fails.

    Raises:
        ConfigurationError: the folder is not empty, or the name cannot be a witness's.
    """
    try:
        check_key_name(name)
    except MalformedBundle as error:
        raise ConfigurationError(error.message, hint="a host you own and a path, such as witness.example.org/w1") from error
    try:
        made_here = not path.exists()
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        empty = not any(path.iterdir())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be made a witness's folder: {error.strerror}") from error
    if not empty:
        what = (
            "a book's home; a witness must not live with the book it watches"
            if path.joinpath(CONFIG_NAME).exists()
            else "not empty"
        )
        raise ConfigurationError(f"{path}: is {what}", hint="name a new or empty folder")
    try:
        write_durably(path / SETTINGS_NAME, _TEXT.format(name=quote_toml(name)).encode())
        folder = open_witness(path)
        key = path / folder.settings.key
        make_log_key(key)
        vkey = format_vkey(open_cosigner(file_uri(key), name).key)
        write_durably(path / "keys" / _KEY_NAME, f"{vkey}\n".encode())
    except BaseException:
        for child in path.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        if made_here:
            path.rmdir()
        raise
    return vkey


def watch_log(folder: WitnessFolder, vkey: str, note: str) -> str:
    """Add a log to the settings; its origin. Raises ConfigurationError: no log's key, or there already."""
    added = WatchedLog(vkey, note)
    if any(each.vkey == vkey for each in folder.settings.logs):
        raise ConfigurationError(f"{added.origin}: that key is watched already")
    settings = folder.path / SETTINGS_NAME
    try:
        text = settings.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{settings}: cannot be read: {error.strerror}") from error
    text = f"{text.rstrip()}\n\n[[logs]]\nvkey = {quote_toml(vkey)}\nnote = {quote_toml(note)}\n"
    write_durably(settings, text.encode())
    return added.origin


def run_witness(folder: WitnessFolder, *, ready: Callable[[str], None]) -> None:
    """Serve until a signal. Raises ConfigurationError, StoreUnavailable, or EntryDamaged when a state is damaged or gone."""
    settings, cosigner = folder.settings, folder.cosigner()
    if not settings.logs:
        raise ConfigurationError(
            f"{folder.path / SETTINGS_NAME}: no log is watched", hint="add one: `proofbook witness watch VKEY`"
        )
    certificate = None
    if settings.certificate_file is not None and settings.certificate_key_file is not None:
        certificate = (folder.path / settings.certificate_file, folder.path / settings.certificate_key_file)
    with only_holder(folder.state):
        WitnessMemory(folder.state, cosigner.key).check()
        serve(folder.witness(cosigner), settings.host, settings.port, certificate=certificate, ready=ready)


def read_standings(folder: WitnessFolder) -> tuple[str, tuple[LogStanding, ...]]:
    """The verifier key, and how each watched log stands; also while the witness runs."""
    cosigner = folder.cosigner()
    return format_vkey(cosigner.key), folder.witness(cosigner).standings()
