"""Secrets: private keys, tokens by the form their issuers publish, passwords in URLs and headers, and values assigned to a name.

Tokens are held to prefix, alphabet and length. What has no form of its own counts only where its name says what it is, and only
when it does not look like a placeholder, a variable or a call.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from math import log2
from typing import Final

from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.rule import Rule, as_matched, stands_alone

_SHORTEST_KEY: Final = 64
"""Base64 characters of the shortest private key (Ed25519 in PKCS #8)."""
_LEAST_BITS: Final = 3.0
"""Entropy per character from which an assigned value can be a secret; English words are below."""


def _check_pem(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    body = sum(byte.isalnum() for byte in map(chr, text[start : min(end, start + 4096)]))
    return (start, end) if body >= _SHORTEST_KEY + 20 else None


def _check_mixed(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    """A token whose alphabet is that of names: it must stand alone and mix digits with letters of both cases."""
    token = text[start:end]
    mixed = any(48 <= byte <= 57 for byte in token) and token.lower() != token and token.upper() != token
    return (start, end) if mixed and stands_alone(text, start, end) else None


def _check_web_token(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    head = text[start:end].partition(b".")[0][:4096]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return (start, end) if isinstance(header, dict) and ("alg" in header or "enc" in header) else None


_PLACEHOLDERS: Final = frozenset(
    (b"password", b"passwd", b"pass", b"pwd", b"secret", b"token", b"changeme", b"example", b"xxxx", b"user", b"username")
)
_NOT_LITERAL: Final = (
    b"$",
    b"{",
    b"<",
    b"%",
    b"[",
    b"(",
    b"*",
    b"...",
    b"os.",
    b"process.",
    b"env.",
    b"getenv",
    b"self.",
    b"your",
)


def _is_placeholder(value: bytes) -> bool:
    lower = value.lower()
    return lower in _PLACEHOLDERS or lower.startswith(_NOT_LITERAL) or len(set(lower)) < 4 or b"(" in value


def _check_in_address(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    value = text[start:end]
    return None if len(value) < 4 or _is_placeholder(value) else (start, end)


def _check_assigned(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    value = text[start:end].rstrip(b".,:!?)")
    if len(value) < 8 or _is_placeholder(value):
        return None
    kinds = sum(
        (
            any(97 <= byte <= 122 for byte in value),
            any(65 <= byte <= 90 for byte in value),
            any(48 <= byte <= 57 for byte in value),
            not value.isalnum(),
        )
    )
    if kinds < 2 or (not any(48 <= byte <= 57 for byte in value) and kinds < 3):
        return None
    return (start, start + len(value)) if _bits(value) >= min(_LEAST_BITS, log2(len(value)) - 0.5) else None


def _bits(value: bytes) -> float:
    """Shannon entropy of the bytes, in bits for each."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values())


def _token(name: str, pattern: bytes, *needles: bytes, mixed: bool = False) -> Rule:
    return Rule(f"secret-{name}", SensitiveKind.SECRET, pattern, _check_mixed if mixed else as_matched, needles=needles)


_NAMES: Final = (
    rb"pass(?:word|wd|phrase|wort)|pwd|kennwort|secret|api[_\- ]?key|access[_\- ]?key|(?:access|auth|bearer|refresh|api)[_\- ]?"
    rb"token|client[_\- ]?secret|secret[_\- ]?key|private[_\- ]?key|credentials?|mot de passe|contrase\xc3\xb1a"
)

SECRET_RULES: Final = (
    Rule(
        "secret-private-key",
        SensitiveKind.SECRET,
        rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,\\.()]|-[A-Za-z0-9])*"
        rb"(?:-----END [A-Z0-9 ]{0,40}-----)?",
        _check_pem,
        needles=(b"PRIVATE KEY",),
    ),
    _token("aws-key-id", rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
    Rule(
        "secret-aws-key",
        SensitiveKind.SECRET,
        rb"aws[a-z0-9_\-. ]{0,24}(?:secret|key)[a-z0-9_\-. ]{0,24}[\"']?\s{0,3}[:=]\s{0,3}[\"']?([a-z0-9/+]{40})",
        _check_mixed,
        needles=(b"aws",),
        fold=True,
    ),
    _token("github", rb"gh[pousr]_[A-Za-z0-9]{36,251}", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
    _token("github-fine", rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", b"github_pat_"),
    _token("gitlab", rb"gl(?:pat|ptt|dt|rt|cbt|agent|soat)-[A-Za-z0-9_\-.]{20,250}", b"glpat-", b"glptt-", b"gldt-", b"glrt-",
           b"glcbt-", b"glagent-", b"glsoat-"),
    _token("slack", rb"xox[abeoprs]-[A-Za-z0-9\-]{10,250}|xapp-[0-9]-[A-Za-z0-9\-]{10,250}", b"xox", b"xapp-"),
    _token("slack-hook", rb"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,120}", b"hooks.slack.com/"),
    _token("google", rb"AIza[0-9A-Za-z_\-]{35}", b"AIza"),
    _token("google-oauth", rb"GOCSPX-[0-9A-Za-z_\-]{28}|ya29\.[0-9A-Za-z_\-]{20,500}", b"GOCSPX-", b"ya29."),
    _token("stripe", rb"(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{24,250}", b"sk_", b"rk_", b"whsec_"),
    _token("model-api", rb"sk-[A-Za-z0-9_\-]{20,250}", b"sk-", mixed=True),
    _token("hugging-face", rb"hf_[A-Za-z0-9]{34,40}", b"hf_"),
    _token("npm", rb"npm_[A-Za-z0-9]{36}", b"npm_"),
    _token("pypi", rb"pypi-AgE[A-Za-z0-9_\-]{50,500}", b"pypi-AgE"),
    _token("sendgrid", rb"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}", b"SG."),
    _token("digital-ocean", rb"do[opr]_v1_[0-9a-f]{64}", b"_v1_"),
    _token("shopify", rb"shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}", b"shp"),
    _token("databricks", rb"dapi[0-9a-f]{32}(?:-[0-9])?", b"dapi"),
    _token("vault", rb"hv[sbr]\.[A-Za-z0-9_\-]{24,500}", b"hvs.", b"hvb.", b"hvr."),
    _token("age", rb"AGE-SECRET-KEY-1[0-9A-Z]{58}", b"AGE-SECRET-KEY-1"),
    _token("azure-storage", rb"AccountKey=([A-Za-z0-9+/]{86}==)", b"AccountKey="),
    _token("proofbook", rb"pbk_[A-Za-z0-9_]{20,120}", b"pbk_"),
    Rule(
        "secret-web-token",
        SensitiveKind.SECRET,
        rb"eyJ[A-Za-z0-9_\-]+\.eyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*",
        _check_web_token,
        needles=(b"eyJ",),
    ),
    Rule(
        "secret-in-url",
        SensitiveKind.SECRET,
        rb"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#:@\"'<>]*:([^\s/?#@\"'<>]+)@",
        _check_in_address,
        needles=(b"://",),
    ),
    Rule(
        "secret-in-header",
        SensitiveKind.SECRET,
        rb"authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token)\s{1,3}([a-z0-9._~+/=\-]{16,})",
        _check_assigned,
        needles=(b"authorization",),
        fold=True,
    ),
    Rule(
        "secret-assigned",
        SensitiveKind.SECRET,
        rb"(?:" + _NAMES + rb")[a-z0-9_]{0,16}[\"']?\s{0,3}(?:=>|:=|[:=])\s{0,3}[\"']?([^\s\"'<>;,`\[\]{}]{8,200})",
        _check_assigned,
        fold=True,
    ),
)  # fmt: skip
