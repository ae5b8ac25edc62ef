"""What `witness.toml` may say: who this witness is, where it listens, and the logs it watches.

A witness knows nothing of a book: its folder, key and state are its own, best on a machine of somebody without a part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from proofbook.errors import ConfigurationError, MalformedBundle
from proofbook.tlog.note import Ed25519Verifier, Verifier
from proofbook.tlog.vkey import KeyType, check_key_name, parse_vkey


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """One log that is cosigned."""

    vkey: str
    """Verifier key of the log, obtained from its operator by a way you trust; its name is the log's origin. After the log changed
    its key, add the new one as a further entry: both count."""
    note: str = ""
    """Whose log it is and how you got the key, for yourself."""

    def __post_init__(self) -> None:
        try:
            key = parse_vkey(self.vkey)
        except MalformedBundle as error:
            raise ConfigurationError(f"logs: vkey {self.vkey[:80]!r}: {error.message}", hint=error.hint) from error
        if key.key_type is not KeyType.ED25519:
            raise ConfigurationError(
                f"logs: vkey {self.vkey[:80]!r} is a witness's key, not a log's", hint="ask for the log's verifier key"
            )

    @property
    def origin(self) -> str:
        """The log's origin."""
        return parse_vkey(self.vkey).name


@dataclass(frozen=True, slots=True)
class WitnessProgramSettings:
    """Everything `witness.toml` may say."""

    name: str
    """Name under which this witness signs, such as `witness.example.org/w1`. It is part of its verifier key: never change it."""
    host: str = "127.0.0.1"
    """Address to listen on. Nothing secret passes here: requests and answers are signed and public."""
    port: int = 8402
    """Port to listen on; 0 takes a free one."""
    key: str = "keys/witness.key"
    """Signing key, relative to the folder or absolute; owner-only. It must have no other use."""
    certificate_file: str | None = None
    """PEM file with a certificate and its chain; with it and `certificate_key_file` the witness speaks TLS itself."""
    certificate_key_file: str | None = None
    """PEM file with the certificate's key, readable by its owner only."""
    logs: tuple[WatchedLog, ...] = ()
    """Logs that are cosigned; checkpoints of all others are answered with 404."""

    def __post_init__(self) -> None:
        try:
            check_key_name(self.name)
        except MalformedBundle as error:
            raise ConfigurationError(f"name: {error.message}", hint=error.hint) from error
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(f"port {self.port} is not a port", hint="use 1 to 65535, or 0 for a free one")
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ConfigurationError(
                "certificate_file and certificate_key_file belong together", hint="give both, or neither for plain HTTP"
            )
        if len({each.vkey for each in self.logs}) != len(self.logs):
            raise ConfigurationError("logs has one vkey twice", hint="name each key once")

    def verifiers(self) -> dict[str, tuple[Verifier, ...]]:
        """Origin -> the keys that may sign for it."""
        ordered = sorted(self.logs, key=lambda each: each.origin)
        return {
            origin: tuple(Ed25519Verifier(parse_vkey(each.vkey)) for each in logs)
            for origin, logs in groupby(ordered, key=lambda each: each.origin)
        }
