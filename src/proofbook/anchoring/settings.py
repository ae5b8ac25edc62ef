"""Who outside is asked about this book: witnesses that cosign its checkpoints, authorities that time-stamp them.

Only checkpoints leave the machine: the log's name, the number of entries and a root hash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError, MalformedBundle
from proofbook.tlog.cosignature import CosignatureVerifier
from proofbook.tlog.policy import UNSAFE_NO_QUORUM, Policy, PolicyGroup, PolicyLog, PolicyWitness
from proofbook.tlog.vkey import VerifierKey, parse_vkey

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
_QUORUM: Final = "quorum"


@dataclass(frozen=True, slots=True)
class WitnessSettings:
    """A witness that is asked to cosign this book's checkpoints."""

    name: str
    """How it appears in records and pages; lower-case letters, digits, dot, dash and underscore."""
    vkey: str
    """Its verifier key, obtained from whoever runs it by a way you trust. Only cosignatures by this key are taken."""
    url: str
    """Its submission prefix, `http://…` or `https://…`; checkpoints are signed and public, so plain HTTP loses nothing."""
    ca_file: str | None = None
    """PEM file of the authorities that may have signed its certificate; not set: those of the operating system."""

    def __post_init__(self) -> None:
        _check_named("witnesses", self.name, self.url)
        if self.name in {UNSAFE_NO_QUORUM, _QUORUM}:
            raise ConfigurationError(f"witnesses: the name {self.name!r} has a meaning in policies", hint="choose another")
        try:
            CosignatureVerifier(parse_vkey(self.vkey))
        except (MalformedBundle, ConfigurationError) as error:
            raise ConfigurationError(
                f"witnesses[{self.name}].vkey: {error.message}", hint="the witness prints it: `proofbook witness status`"
            ) from error

    @property
    def key(self) -> VerifierKey:
        """Its verifier key."""
        return parse_vkey(self.vkey)


@dataclass(frozen=True, slots=True)
class WitnessingSettings:
    """How witnesses are asked, and how many of them must have cosigned."""

    every_seconds: float = 60.0
    """How often witnesses are asked about what was signed since; 0: only by `proofbook book witness`. Traffic never waits."""
    answer_seconds: float = 5.0
    """How long a witness may take to answer. One that fails is asked again after a growing time, at most an hour."""
    quorum: str = "all"
    """How many must have cosigned for a checkpoint to be called witnessed: `all`, `any`, or a number."""

    def __post_init__(self) -> None:
        if self.every_seconds != 0 and not 1 <= self.every_seconds <= 86_400:
            raise ConfigurationError(f"witnessing.every_seconds is {self.every_seconds}", hint="give 1 to 86400, or 0 for never")
        if not 0.1 <= self.answer_seconds <= 60:
            raise ConfigurationError(f"witnessing.answer_seconds is {self.answer_seconds}", hint="give 0.1 to 60")
        if self.quorum not in {"all", "any"} and not (self.quorum.isascii() and self.quorum.isdigit() and int(self.quorum) >= 1):
            raise ConfigurationError(f"witnessing.quorum is {self.quorum[:40]!r}", hint='give "all", "any", or a number as text')


@dataclass(frozen=True, slots=True)
class AuthoritySettings:
    """A time-stamping authority (RFC 3161)."""

    name: str
    """How it appears in records and pages; lower-case letters, digits, dot, dash and underscore."""
    url: str
    """Where it takes requests over HTTP."""
    certificate_file: str
    """PEM file, relative to the home folder or absolute, with the certificates that its tokens are checked against: the root
    first, then those between it and the authority's own."""
    ca_file: str | None = None
    """PEM file of the authorities that may have signed its web server's certificate; not set: those of the operating system."""
    every_hours: float = 24.0
    """How often the newest checkpoint is stamped; 0: only by `proofbook book timestamp`."""

    def __post_init__(self) -> None:
        _check_named("timestamps", self.name, self.url)
        if self.every_hours != 0 and not 1 <= self.every_hours <= 744:
            raise ConfigurationError(
                f"timestamps[{self.name}].every_hours is {self.every_hours}", hint="give 1 to 744, or 0 for never"
            )


def check_anchors(
    witnesses: tuple[WitnessSettings, ...], witnessing: WitnessingSettings, authorities: tuple[AuthoritySettings, ...]
) -> None:
    """Raises ConfigurationError: a name or key stands twice, or the quorum can never be reached."""
    for where, names in (
        ("witnesses: name", [each.name for each in witnesses]),
        ("witnesses: vkey", [each.vkey for each in witnesses]),
        ("timestamps: name", [each.name for each in authorities]),
    ):
        if len(set(names)) != len(names):
            raise ConfigurationError(f"{where} stands twice", hint="give each its own")
    if witnesses and quorum_of(witnessing.quorum, len(witnesses)) > len(witnesses):
        raise ConfigurationError(
            f"witnessing.quorum is {witnessing.quorum}, there are {len(witnesses)} witnesses",
            hint="name more witnesses, or fewer",
        )


def quorum_of(quorum: str, of: int) -> int:
    """How many of so many witnesses the setting asks for."""
    return of if quorum == "all" else 1 if quorum == "any" else int(quorum)


def derive_policy(vkeys: tuple[str, ...], witnesses: tuple[WitnessSettings, ...], quorum: str) -> Policy:
    """The settings as a C2SP policy: this log's keys, the witnesses, and how many of them must have cosigned."""
    logs = tuple(PolicyLog(parse_vkey(each)) for each in vkeys)
    if not witnesses:
        return Policy(logs, (), (), UNSAFE_NO_QUORUM)
    known = tuple(PolicyWitness(each.name, each.key, each.url) for each in witnesses)
    group = PolicyGroup(_QUORUM, quorum_of(quorum, len(witnesses)), tuple(each.name for each in witnesses))
    return Policy(logs, known, (group,), _QUORUM)


def _check_named(where: str, name: str, url: str) -> None:
    if _NAME.match(name) is None:
        raise ConfigurationError(f"{where}: name {name[:80]!r} cannot be used", hint="lower-case letters, digits, '.', '-', '_'")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        sound = False
    if not sound or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{where}[{name}].url {url[:120]!r} is no http address", hint="write https://host/path")
