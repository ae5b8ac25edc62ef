"""What is kept of entries about people: the events, and the looks of those whose looks are kept account of. Rows only; pure."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

Object: TypeAlias = Any
"""A parsed entry or its body; the caller turns what is missing in it into EntryDamaged."""
EVENTS: Final = (
    "account.set",
    "account.credential",
    "session.opened",
    "session.refused",
    "session.ended",
    "token.issued",
    "token.revoked",
)
VIEWS: Final = "portal.viewed"


def person_row(index: int, entry: Object, body: Object, text: str) -> tuple[Any, ...]:
    """A row of `person_event`. A token belongs to the account it acts for; one of a service is nobody's."""
    account = body["holder"] if body.get("holder_kind") == "account" else body.get("account")
    actor = entry["actor"]
    row = (index, entry["id"], entry["kind"], account, body.get("session"), entry["recorded"])
    return (*row, actor["id"], actor["kind"], actor["method"], entry["source"]["id"], text)


def view_row(index: int, entry: Object, body: Object, subjects: str) -> tuple[Any, ...]:
    """A row of `portal_view`."""
    names = ("session", "account", "engagement", "page")
    return (index, entry["id"], entry["recorded"], *(body[name] for name in names), subjects, body["status"])
