"""Command lines with their secrets taken out, before anything else sees them.

Promises: the value of an option whose name speaks of a key, token, password or credential is replaced; so is anything that has
the shape of a known kind of secret, a password inside an address, and program text given with `-c`. Errs on the side of taking
out too much. Does not find secrets of unknown shape in options of innocent name: say so where this is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from proofbook.collectors.wording import plain

REDACTED = "[redacted]"
MAX_ARGUMENTS = 128
MAX_ARGUMENT = 400

_TELLING = frozenset(
    (
        "key",
        "keys",
        "apikey",
        "apikeys",
        "token",
        "secret",
        "secrets",
        "password",
        "passwd",
        "pass",
        "pwd",
        "passphrase",
        "auth",
        "authorization",
        "credential",
        "credentials",
        "bearer",
        "header",
        "headers",
        "cookie",
    )
)
_SHAPES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bhf_[A-Za-z0-9]{8,}",
        r"\b(?:sk|pk|rk|pat|gsk|nvapi|xoxb|xoxp)[-_][A-Za-z0-9_\-]{8,}",
        r"\b(?:ghp|gho|ghs|github_pat|glpat)[-_][A-Za-z0-9_\-]{8,}",
        r"\bAKIA[0-9A-Z]{12,}",
        r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)?",
        r"(?<=bearer )\S+",
        r"(?<=basic )[A-Za-z0-9+/=]{8,}",
        r"(?<=://)[^/\s@]+(?=@)",
    )
)
_ASSIGNED = re.compile(
    r"(?P<name>[A-Za-z0-9_.\-]*(?:key|token|secret|password|passwd|credential|authorization|auth)(?!ize)[A-Za-z0-9_.\-]*[\"']?"
    r"\s*[=:]\s*[\"']?)(?P<value>[^\s\"',;&}]+)",
    re.IGNORECASE,
)
_INLINE_OPTION = re.compile(
    r"(?P<name>--?[A-Za-z0-9_\-]*(?:key|token|secret|password|passwd|credential|auth)(?:[_\-][A-Za-z0-9_\-]*)?\s+)(?P<value>\S+)",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\b(?:max|min|num|n)?[_\-a-z]*tokens?\b\s*[=:]?\s*\d+\Z", re.IGNORECASE)


def redact(arguments: Sequence[str]) -> tuple[str, ...]:
    """The arguments with secrets replaced, printable, bounded in number and length."""
    return tuple(plain(argument, MAX_ARGUMENT) for argument in _redacted(arguments[:MAX_ARGUMENTS]))


def _redacted(arguments: Sequence[str]) -> Iterator[str]:
    hiding = code = False
    for position, argument in enumerate(arguments):
        if code:
            code = False
            yield f"[program text, {len(argument)} characters]"
            continue
        if hiding and not argument.startswith("-"):
            yield REDACTED
            continue
        option, equals, _ = argument.partition("=")
        hiding = position > 0 and option.startswith("-") and _tells(option)
        if hiding and equals:
            hiding = False
            yield f"{option}={REDACTED}"
            continue
        code = argument in {"-c", "-e"}
        yield argument if hiding else _by_shape(argument)


def _tells(option: str) -> bool:
    """Whether an option's name speaks of a secret; `--max-tokens` and `--tokenizer` do not."""
    return bool(_TELLING & set(re.split(r"[-_.]+", option.lower())))


def _by_shape(text: str) -> str:
    for shape in _SHAPES:
        text = shape.sub(REDACTED, text)
    if _COUNTS.search(text):
        return text
    text = _ASSIGNED.sub(_unless_number, text)
    return _INLINE_OPTION.sub(_unless_number, text)


def _unless_number(match: re.Match[str]) -> str:
    """Token counts are settings, not secrets."""
    counted = "tokens" in match["name"].lower() or "tokenizer" in match["name"].lower()
    return match[0] if counted else match["name"] + REDACTED
