"""C2SP tlog-policy files: which logs are accepted and which witnesses must have cosigned; and asking a note for both.

Promises: every name refers to an earlier line; a key or a name appears once; a file without a quorum line is refused, never read
as "no witness needed". `quorum none` is legal, is UNSAFE_NO_QUORUM in the parsed policy and is said in every verdict's reasons.
Does not: look at proofs or times, nor contact the URLs.
Hostile input: MalformedBundle or LimitExceeded. A policy says what is trusted, so it must come from the person who verifies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from proofbook.errors import LimitExceeded, MalformedBundle, SignatureInvalid
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.tlog.checkpoint import parse_checkpoint
from proofbook.tlog.cosignature import CosignatureVerifier, cosignature_time
from proofbook.tlog.encoding import parse_decimal
from proofbook.tlog.note import Ed25519Verifier, Note, NoteSignature, Verifier, check_note, parse_note
from proofbook.tlog.vkey import KeyType, VerifierKey, format_vkey, parse_vkey

MAX_POLICY_BYTES: Final = 256 * 1024
"""The specification recommends room for 32 logs, 32 witnesses and 32 groups; this holds several times as much."""

MAX_POLICY_LINES: Final = 1024
"""Bounds the number of keys and the depth of groups."""

UNSAFE_NO_QUORUM: Final = "none"
"""The quorum name of a policy that takes a log's word alone: its operator can then show different people different books."""

_BLANKS: Final = re.compile(r"[ \t]+")
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """An accepted log; its key name is its origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness; `name` is used inside the policy only."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A group that counts as having cosigned when at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a checkpoint must carry. `quorum` is the name of a witness or group, or UNSAFE_NO_QUORUM."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str


def parse_policy(content: bytes) -> Policy:
    """Policy file -> Policy. Raises MalformedBundle naming the line, or LimitExceeded.

    Stricter than the specification in two places: names must be UTF-8, and a key cannot be both a log's and a witness's, because
    a log is no witness of itself.
    """
    if len(content) > MAX_POLICY_BYTES or content.count(b"\n") > MAX_POLICY_LINES:
        raise LimitExceeded(f"a policy has at most {MAX_POLICY_BYTES} bytes and {MAX_POLICY_LINES} lines")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBundle("the policy is not UTF-8") from error
    if (text and not text.endswith("\n")) or _FORBIDDEN.search(text) is not None:
        raise MalformedBundle("the policy does not end in a newline or holds a control character other than tab and newline")
    draft = _Draft()
    for number, line in enumerate(text.split("\n"), start=1):
        words = _BLANKS.split(line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            try:
                draft.take(words)
            except MalformedBundle as error:
                raise MalformedBundle(f"line {number} of the policy: {error.message}", hint=error.hint) from error
    return draft.finish()


@dataclass(slots=True)
class _Draft:
    """The policy as far as it has been read."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)

    def take(self, words: list[str]) -> None:
        readers: dict[str, Callable[[list[str]], None]] = {
            "log": self._take_log,
            "witness": self._take_witness,
            "group": self._take_group,
            "quorum": self._take_quorum,
        }
        reader = readers.get(words[0])
        if reader is None:
            raise MalformedBundle(f"{words[0][:40]!r} is not one of log, witness, group, quorum")
        reader(words[1:])

    def finish(self) -> Policy:
        if self.quorum is None:
            raise MalformedBundle(
                "the policy has no quorum line", hint="name a witness or group, or say `quorum none` on purpose"
            )
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _take_log(self, words: list[str]) -> None:
        if len(words) not in {1, 2}:
            raise MalformedBundle("expected `log <vkey> [<url>]`")
        self.logs.append(PolicyLog(self._take_key(words[0], KeyType.ED25519), *words[1:]))

    def _take_witness(self, words: list[str]) -> None:
        if len(words) not in {2, 3}:
            raise MalformedBundle("expected `witness <name> <vkey> [<url>]`")
        self._define(words[0])
        self.witnesses.append(PolicyWitness(words[0], self._take_key(words[1], KeyType.COSIGNATURE), *words[2:]))

    def _take_group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise MalformedBundle("expected `group <name> <k, any or all> <name>...`")
        name, count, *members = words
        for member in members:
            if member not in self.names or member in self.used:
                raise MalformedBundle(
                    f"{member[:40]!r} is not a witness or group defined above, or is already a member of a group"
                )
            self.used.add(member)
        threshold = {"any": 1, "all": len(members)}.get(count) or parse_decimal(count, "the threshold")
        if not 1 <= threshold <= len(members):
            raise MalformedBundle(f"a threshold of {threshold} does not fit {len(members)} members")
        self._define(name)
        self.groups.append(PolicyGroup(name, threshold, tuple(members)))

    def _take_quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise MalformedBundle("expected one single `quorum <name>`")
        if words[0] != UNSAFE_NO_QUORUM and words[0] not in self.names:
            raise MalformedBundle(f"{words[0][:40]!r} is not a witness or group defined above")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name == UNSAFE_NO_QUORUM or name in self.names:
            raise MalformedBundle(f"the name {name[:40]!r} is taken")
        self.names.add(name)

    def _take_key(self, vkey: str, wanted: KeyType) -> VerifierKey:
        key = parse_vkey(vkey)
        if key.key_type is not wanted:
            raise MalformedBundle(f"a key of type {key.key_type:#04x} where one of type {wanted:#04x} belongs")
        if key.public_key in self.keys:
            raise MalformedBundle(f"the key of {key.name} stands in the policy twice")
        self.keys.add(key.public_key)
        return key


def format_policy(policy: Policy) -> bytes:
    """The inverse of `parse_policy` (comments and spacing aside). Raises its errors for a policy that has no form."""
    lines: list[tuple[str, ...]] = []
    lines += [("log", format_vkey(log.key), *_present(log.url)) for log in policy.logs]
    lines += [("witness", each.name, format_vkey(each.key), *_present(each.url)) for each in policy.witnesses]
    lines += [("group", each.name, str(each.threshold), *each.members) for each in policy.groups]
    lines.append(("quorum", policy.quorum))
    content = "".join(f"{' '.join(words)}\n" for words in lines).encode(errors="replace")
    if parse_policy(content) != policy:
        raise MalformedBundle("this policy does not make a file that reads back the same")
    return content


def _present(url: str | None) -> tuple[str, ...]:
    return () if url is None else (url,)


def assess_policy(policy: Policy, note: bytes | Note) -> Verdict:
    """Whether a signed checkpoint carries what the policy asks for.

    Met: signed by the listed log its origin names, cosigned by the quorum; the reasons say who signed and when, and whether no
    witness was asked for. Unmet: a signature fails or is missing. Unknown: the policy lists no log, so nobody's signature could
    be checked. Raises MalformedBundle, LimitExceeded or ProofInvalid when the note is not a checkpoint at all.
    """
    parsed = note if isinstance(note, Note) else parse_note(note)
    origin = parse_checkpoint(parsed.text).origin
    if not policy.logs:
        return Unknown(("the policy lists no log",))
    logs = [log.key for log in policy.logs if log.key.name == origin]
    if not logs:
        return Unmet((f"the policy lists no log named {origin}",))
    verifiers: list[Verifier] = [Ed25519Verifier(key) for key in logs]
    verifiers += [CosignatureVerifier(each.key) for each in policy.witnesses]
    try:
        signatures = check_note(parsed, verifiers)
    except SignatureInvalid as error:
        return Unmet((str(error),))
    by_log = {(key.name, key.key_id) for key in logs}
    if not any((each.name, each.key_id) in by_log for each in signatures):
        return Unmet((f"the log {origin} did not sign",))
    return _assess_quorum(policy, origin, signatures)


def _assess_quorum(policy: Policy, origin: str, signatures: tuple[NoteSignature, ...]) -> Verdict:
    times = {(each.name, each.key_id): each.signature for each in signatures}
    cosigned = {
        each.name: cosignature_time(times[place])
        for each in policy.witnesses
        if (place := (each.key.name, each.key.key_id)) in times
    }
    reasons = (f"signed by the log {origin}", *(f"cosigned by {name} at POSIX time {time}" for name, time in cosigned.items()))
    if policy.quorum == UNSAFE_NO_QUORUM:
        return Met((*reasons, "the policy asks for no witness (quorum none)"))
    reached = set(cosigned)
    for group in policy.groups:
        if len(reached.intersection(group.members)) >= group.threshold:
            reached.add(group.name)
    if policy.quorum in reached:
        return Met((*reasons, f"the quorum {policy.quorum} is reached"))
    return Unmet((f"the quorum {policy.quorum} is not reached", *reasons))
