"""Values in words: instants, ages, sizes, states. Everything a person reads is put into words here, once.

Promises: never a conclusion, and never a number for what is not known. `visible` shows characters that have no shape of their own
(control characters, direction marks, zero-width ones) as escapes, so that a hostile name can neither hide nor reorder what stands
beside it. Does not: escape HTML, that is the templates' autoescape.
"""

from __future__ import annotations

import re
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from markupsafe import Markup, escape

from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import parse_instant

NOT_STATED: Final = "not stated"
_UNITS: Final = ("KiB", "MiB", "GiB", "TiB", "PiB")
_SHOWN_HEX: Final = 6
_AS_THEY_ARE: Final = frozenset("\n\t").union(map(chr, range(0x80, 0xA0)))
"""Among them characters whose numbers HTML takes for others."""
_FOLDERS: Final = re.compile(r"(?<![^\s'\"(=])/(?:[^/:\n]+/)+")

STATES: Final = MappingProxyType(
    {
        "complete": ("complete", "plain", "The reply was recorded to its last byte."),
        "open": ("open", "unknown", "A request was recorded; no end is recorded yet."),
        "client_aborted": ("caller left", "notice", "The caller went away before the end; what came until then is recorded."),
        "upstream_timeout": (
            "engine silent",
            "notice",
            "The engine said nothing for longer than it may; what came until then is recorded.",
        ),
        "upstream_error": ("engine error", "notice", "The engine failed or was cut off."),
        "reported": (
            "reported",
            "plain",
            "Another program in the path reported a reply: whether it was whole and reached the caller is not known.",
        ),
        "recorder_gap": (
            "end unknown",
            "unknown",
            "The recorder stopped while it was open: how it ended is not known.",
        ),
        "denied": ("denied", "notice", "A rule about access or use said no; nothing was forwarded to a model."),
        "refused": ("refused", "notice", "It could not be served as it was; nothing was forwarded to a model."),
    }
)
"""State -> word, tone, sentence."""

FLAGS: Final = MappingProxyType(
    {
        "grant_missing": "no access of the caller on record",
        "system_unregistered": "system not in the inventory as in use",
        "model_unapproved": "weights not approved for the system",
        "weights_unknown": "weights not known",
        "outside_hours": "outside the system's hours",
        "records_stale": "records could not be read for a while",
        "remote_model": "answered by another host",
        "end_user_unproven": "no proof of the end user",
    }
)
"""What was found lacking and let pass, in words."""

METHODS: Final = MappingProxyType(
    {
        "api_key": "API key",
        "oidc": "access token",
        "mtls": "client certificate",
        "trusted_proxy": "word of the proxy",
        "shared_secret": "shared secret",
        "openwebui_jwt": "signature",
    }
)
"""How an identity was verified, in words."""

ASSURANCES: Final = MappingProxyType(
    {
        "inline": "in the path, as it happens",
        "inline_partial": "in the path, as another program in it tells",
        "imported_lossy": "imported later, may have lost some",
        "collected": "observed at stated times",
        "manual": "written by a person",
    }
)

VERIFICATIONS: Final = MappingProxyType(
    {
        "publisher_signature_verified": ("publisher's signature checks out", "plain"),
        "third_party_signature_verified": ("a third party's signature checks out", "plain"),
        "hash_matches_publisher_metadata": ("hash equals the publisher's", "plain"),
        "hash_matches_independent_source": ("hash equals an independent source's", "plain"),
        "internal_baseline_only": ("hashed here, compared with nothing", "unknown"),
        "unverified": ("not verified", "unknown"),
        "mismatch": ("does not match", "alarm"),
    }
)

RUNGS: Final = (
    ("0_named", "named", "somebody says so"),
    ("1_claimed", "claimed", "a file or store claims a digest"),
    ("2_recomputed", "recomputed", "the bytes were hashed here"),
    ("3_anchored", "anchored", "the hash equals one from elsewhere"),
    ("4_chained", "chained", "each step from the source is shown"),
    ("5_signed", "signed", "a signature by a known party covers the bytes"),
)


def visible(text: object) -> str:
    """Text in which every character can be seen."""
    plain = str(text)
    if plain.isprintable():
        return plain
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in plain)


def finalize(value: Any) -> Any:
    """What templates put out: markup as it is, everything else visible; None as the words for it."""
    if isinstance(value, Markup):
        return value
    return NOT_STATED if value is None else visible(value)


def exact(text: object) -> Markup:
    """Text of a field of a form, escaped and otherwise as it is: what is sent back must be what was there.

    Characters that nobody sees are written by their numbers, so that they work nowhere but in the field.
    """
    plain = str(escape(text))
    return Markup("".join(each if each.isprintable() or each in _AS_THEY_ARE else f"&#{ord(each)};" for each in plain))  # noqa: S704 - escaped above


def without_folders(text: str) -> str:
    """A sentence about files, with their names alone: where a machine keeps them is nothing for its guests."""
    return _FOLDERS.sub("", text)


def moment(text: str | None) -> datetime | None:
    """An instant of the book, or None for what is not one: a damaged row must not take a page down."""
    try:
        return None if text is None else parse_instant(text)
    except MalformedRecord:
        return None


def clock(text: str | None) -> str:
    """`2026-11-21 03:12:28`, UTC: for sentences, which say so behind it. Pages tell them in their zone (`telling.in_zone`)."""
    found = moment(text)
    return NOT_STATED if text is None else text if found is None else found.strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float) -> str:
    """A length of time in its two largest units."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    parts = ((whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def fine_duration(seconds: float) -> str:
    """A short length of time, in milliseconds below ten seconds."""
    return f"{seconds * 1000:,.0f} ms" if 0 <= seconds < 10 else duration(seconds)


def between(first: str | None, last: str | None) -> str | None:
    """The time from one instant to another; None when one of them is missing or they stand in the wrong order."""
    start, end = moment(first), moment(last)
    return None if start is None or end is None or end < start else fine_duration((end - start).total_seconds())


def age(text: str | None, now: datetime) -> str:
    """How long ago, in words."""
    found = moment(text)
    if found is None:
        return "unknown"
    seconds = (now - found).total_seconds()
    return "in the future: clocks disagree" if seconds < -1 else f"{duration(max(seconds, 0))} ago"


def size(count: int | None) -> str:
    """Bytes, in the unit that reads best."""
    if count is None:
        return NOT_STATED
    if count < 1024:
        return f"{count} bytes"
    amount, place = count / 1024, 0
    while amount >= 1024 and place < len(_UNITS) - 1:
        amount, place = amount / 1024, place + 1
    return f"{amount:,.1f} {_UNITS[place]}"


def number(count: int | None) -> str:
    """An integer with separators."""
    return NOT_STATED if count is None else f"{count:,}"


def short(digest: str) -> str:
    """The first and last characters of a digest or root, without its algorithm."""
    plain = digest.removeprefix("sha256:")
    return plain if len(plain) <= 2 * _SHOWN_HEX else f"{plain[:_SHOWN_HEX]}…{plain[-_SHOWN_HEX:]}"


def plain(word: str) -> str:
    """A word of a closed list, as people write it."""
    return word.replace("_", " ")


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 gap`, `2 gaps`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rung_number(rung: str) -> int | None:
    """Where a rung stands on the ladder; None for a word that is not on it."""
    return next((place for place, each in enumerate(RUNGS) if each[0] == rung), None)
