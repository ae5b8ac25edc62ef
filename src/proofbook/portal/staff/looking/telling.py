"""An access in words: what was done, what was said about it, and the page of what it is about.

Promises: what the entry says and nothing more; a purpose is shown as the words of who stated it. Hostile input: values are text
for templates to escape; paths are ours with every part quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from proofbook.people.roles import Permission
from proofbook.people.visitor import Visitor
from proofbook.portal import wording
from proofbook.readmodel.access_rows import ADMINISTERED, CONTENT, REFUSED, SIGN_IN, TAKEN, VIEWED
from proofbook.readmodel.accesses import AccessEvent

Told = Mapping[str, Any]

SORT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    SIGN_IN: ("Sign-ins", "Sessions that were opened, and how they ended."),
    REFUSED: ("Refused sign-ins", "Attempts that did not succeed. Repetitions within a minute are one entry with a count."),
    CONTENT: ("Content shown", "Prompts or outputs that were shown, each for a purpose that was stated first."),
    TAKEN: ("Taken away", "Populations, evidence rooms, samples and receipts that were made, and files that were saved."),
    ADMINISTERED: ("Administration", "Accounts, tokens, keys, holds and erasures that a person set."),
    VIEWED: ("Pages viewed", "Every page that an auditor looked at, and pages with content, whoever looked."),
}
"""Sort -> its name, and what it holds."""
METHODS: Final[Mapping[str, str]] = {
    "local_account": "password",
    "oidc": "provider",
    "start_key": "key printed at start",
    "api_token": "token",
    "process": "command",
}
_FACTORS: Final[Mapping[str, str]] = {
    "totp": "and a code",
    "recovery_code": "and a recovery code",
    "by_provider": "second factor asked by the provider",
    "none": "without a second factor",
}
_CREDENTIALS: Final[Mapping[str, str]] = {
    "password_set": "set a password",
    "totp_enrolled": "set up a second factor",
    "totp_removed": "took a second factor away",
    "recovery_codes_made": "made recovery codes",
    "recovery_code_used": "used a recovery code",
    "link_issued": "made a one-time link",
    "link_used": "used a one-time link",
}
_PART: Final = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Line:
    """What was done; `quoted`: words that somebody gave; `name`: what it is about, with its page where there is one."""

    done: str
    beside: str = ""
    quoted: str | None = None
    name: str | None = None
    link: str | None = None


def tell(event: AccessEvent, visitor: Visitor | None) -> Line:
    """One access in words."""
    line = _TELLERS[event.kind](event.told)
    if event.sort == TAKEN and event.kind == "portal.viewed":
        line = replace(line, done="asked to save" if event.told["status"] >= 400 else "saved")
    if line.link is not None and line.link.startswith("/people/") and not (visitor and visitor.may(Permission.ADMINISTER)):
        return replace(line, link=None)
    return line


def _opened(told: Told) -> Line:
    ways = [METHODS.get(told["method"], wording.plain(told["method"])), _FACTORS.get(told["second_factor"], "")]
    where = f"from {told['address']}" if "address" in told else "address not known"
    return Line("signed in", ", ".join(each for each in (*ways, where) if each))


def _ended(told: Told) -> Line:
    return Line("session ended", wording.plain(told["reason"]))


def _refused(told: Told) -> Line:
    many = "" if told["count"] == 1 else f", {wording.number(told['count'])} attempts since {wording.clock(told['since'])} UTC"
    return Line("sign-in refused", f"{wording.plain(told['reason'])}{many}")


def _revealed(told: Told) -> Line:
    view = "whole" if told["view"] == "unredacted" else "redacted"
    return Line(f"saw the {told['slot']}", view, told["purpose"], told["exchange"], _page("exchanges", told["exchange"]))


def _viewed(told: Told) -> Line:
    subjects = list(told["subjects"])
    path = _PART.sub(lambda part: subjects.pop(0) if subjects else part[0], told["page"])
    beside = [f"asked for {', '.join(subjects)}"] if subjects else []
    beside += [] if told["status"] < 400 else [f"answered {told['status']}"]
    return Line("looked at", "; ".join(beside), name=path)


def _population(told: Told) -> Line:
    beside = f"{wording.counted(told['rows'], 'row')}, completeness {wording.plain(told['completeness'])}"
    return Line("made the population", beside, name=told["population"])


def _room(told: Told) -> Line:
    return Line("made the evidence room", wording.counted(told["files"], "file"), name=told["engagement"])


def _delivered(told: Told) -> Line:
    return Line("packed and encrypted a room", f"for {told['to']}, {wording.size(told['bytes'])}", name=told["engagement"])


def _receipt(told: Told) -> Line:
    return Line(
        "took a receipt", f"of {wording.counted(told['size'], 'entry', 'entries')}, for {told['to']}", name=told["receipt"]
    )


def _sample(told: Told) -> Line:
    of = f" of {told['population']}" if "population" in told else ""
    beside = f"{wording.counted(told['asked'], 'item')} asked for in all{of}"
    return Line("drew a sample", beside, told.get("because"), told["sample"], _page("drawn", told["engagement"], told["sample"]))


def _observed(told: Told) -> Line:
    return Line("made a population while watched", f"by {told['observer']}", name=told["population"])


def _account(told: Told) -> Line:
    roles = ", ".join(told["roles"]) or "no role"
    bounds = [told["state"], *([f"of {told['engagement']}"] if "engagement" in told else [])]
    bounds += [f"until {wording.clock(told['until'])} UTC"] if "until" in told else []
    return Line(
        "set the account", f"{roles}; {', '.join(bounds)}", told["because"], told["account"], _page("people", told["account"])
    )


def _credential(told: Told) -> Line:
    done = _CREDENTIALS.get(told["what"], wording.plain(told["what"]))
    until = f"until {wording.clock(told['expires'])} UTC" if "expires" in told else ""
    beside = ", ".join(each for each in (told.get("purpose", ""), until) if each)
    return Line(f"{done} of", beside, name=told["account"], link=_page("people", told["account"]))


def _token(told: Told) -> Line:
    beside = f"for {told['holder']}: {', '.join(told['scopes'])}; until {wording.clock(told['expires'])} UTC"
    return Line("issued the token", beside, told["note"] or None, told["token"])


def _key(told: Told) -> Line:
    until = f", until {wording.clock(told['expires'])} UTC" if "expires" in told else ", without an end"
    return Line("issued the key", f"to {told['principal']} for {told['system']}{until}", told["note"] or None, told["key"])


def _limited(told: Told) -> Line:
    by = f", replaced by {told['replaced_by']}" if "replaced_by" in told else ""
    return Line("cut short the key", f"until {wording.clock(told['until'])} UTC{by}", told["reason"], told["key"])


def _because(done: str, name: str) -> Callable[[Told], Line]:
    return lambda told: Line(done, "", told["reason"], None if not name else told[name])


def _rotated(told: Told) -> Line:
    return Line("changed the key that signs the book", f"at {wording.counted(told['size'], 'entry', 'entries')}", told["reason"])


def _page(*parts: str) -> str:
    return "".join(f"/{quote(each, safe='')}" for each in parts)


_TELLERS: Final[Mapping[str, Callable[[Told], Line]]] = {
    "session.opened": _opened,
    "session.ended": _ended,
    "session.refused": _refused,
    "content.revealed": _revealed,
    "portal.viewed": _viewed,
    "population.exported": _population,
    "room.exported": _room,
    "room.delivered": _delivered,
    "receipt.given": _receipt,
    "sample.drawn": _sample,
    "sample.extended": _sample,
    "observed.run": _observed,
    "account.set": _account,
    "account.credential": _credential,
    "token.issued": _token,
    "token.revoked": _because("revoked the token", "token"),
    "access.key_issued": _key,
    "access.key_limited": _limited,
    "access.key_revoked": _because("revoked the key", "key"),
    "content.erased": _because("erased the content of", "conversation"),
    "content.held": _because("put under hold", "conversation"),
    "content.released": _because("released from hold", "conversation"),
    "log.key_rotated": _rotated,
}
