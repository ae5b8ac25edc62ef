"""What is kept of entries that say who came in, looked, took something away or changed what people may. Rows only; pure.

Six sorts: coming in, being refused, content that was shown, what was taken away (lists, rooms, samples, receipts, files), acts of
administration, other pages that were looked at. What a rule of retention does by itself is nobody's act and left out, as are an
auditor's private notes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

Object: TypeAlias = Any
"""A parsed entry or its body; the caller turns what is missing in it into EntryDamaged."""

SIGN_IN: Final = "sign_in"
REFUSED: Final = "refused"
CONTENT: Final = "content"
TAKEN: Final = "taken"
ADMINISTERED: Final = "administered"
VIEWED: Final = "viewed"

_VIEW: Final = "portal.viewed"
_FILE: Final = re.compile(
    r"(?:/files/\{\w+\}|/deliveries/\{\w+\}/\{\w+\}/\{\w+\}|/(?:proof|entry|bytes)|\.tlog-proof|\.entry\.json)\Z"
)
"""How addresses of pages end that give a file."""
_ACCOUNT: Final = ("account", "roles", "engagement", "until", "state", "because")
_TOKEN: Final = ("token", "holder", "scopes", "engagement", "expires", "note")
_KEY: Final = ("key", "principal", "system", "expires", "until", "replaced_by", "reason", "note")
_SAMPLE: Final = ("sample", "engagement", "population", "table", "asked", "because")

ACCESSES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "session.opened": (SIGN_IN, ("session", "method", "second_factor", "address")),
        "session.ended": (SIGN_IN, ("session", "reason")),
        "session.refused": (REFUSED, ("method", "reason", "count", "since")),
        "content.revealed": (CONTENT, ("exchange", "slot", "purpose", "view")),
        "population.exported": (TAKEN, ("population", "rows", "completeness")),
        "room.exported": (TAKEN, ("engagement", "files", "checkpoint_size")),
        "room.delivered": (TAKEN, ("engagement", "to", "bytes")),
        "receipt.given": (TAKEN, ("receipt", "engagement", "to", "size")),
        "sample.drawn": (TAKEN, _SAMPLE),
        "sample.extended": (TAKEN, _SAMPLE),
        "observed.run": (TAKEN, ("run", "engagement", "observer", "population")),
        "account.set": (ADMINISTERED, _ACCOUNT),
        "account.credential": (ADMINISTERED, ("account", "what", "purpose", "expires")),
        "token.issued": (ADMINISTERED, _TOKEN),
        "token.revoked": (ADMINISTERED, ("token", "reason")),
        "access.key_issued": (ADMINISTERED, _KEY),
        "access.key_limited": (ADMINISTERED, _KEY),
        "access.key_revoked": (ADMINISTERED, _KEY),
        "content.erased": (ADMINISTERED, ("conversation", "reason", "policy", "blobs")),
        "content.held": (ADMINISTERED, ("conversation", "reason")),
        "content.released": (ADMINISTERED, ("conversation", "reason")),
        "log.key_rotated": (ADMINISTERED, ("size", "reason")),
        _VIEW: (VIEWED, ("page", "subjects", "status", "engagement", "session")),
    }
)
"""Kind -> its sort, and the fields of the body that are told."""
_BY_RULE: Final = frozenset({"content.erased", "content.held", "content.released"})
_OF_THEMSELVES: Final = frozenset({"session.opened", "session.ended", "session.refused", _VIEW})
"""Entries whose body names whose doing it is; the program wrote them."""


def access_row(index: int, entry: Object, body: Object) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """A row of `access_event` without its last cell, and what is told; None for what a rule did by itself."""
    kind, actor = entry["kind"], entry["actor"]
    sort, names = ACCESSES[kind]
    if kind in _BY_RULE and actor["kind"] != "person":
        return None
    if kind == _VIEW and _FILE.search(body["page"]):
        sort = TAKEN
    account = body["account"] if kind in _OF_THEMSELVES else actor["id"]
    told = {name: body[name] for name in names if body.get(name) is not None}
    return (index, entry["id"], sort, kind, account, actor["method"], entry["recorded"]), told
